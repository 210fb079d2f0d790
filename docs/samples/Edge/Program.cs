// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Runtime.InteropServices;
using RawMqtt;
using RawMqtt.Server;

// dotnet run -- ws://localhost:8083/mqtt mqtt://127.0.0.1:1884 edge-data
// Devices of this place publish readings to the second address. They stay here; what is too hot goes to the far broker at the first address,
// and waits in the folder while the line is cut or this program does not run.
string far = args.Length > 0 ? args[0] : "ws://localhost:8083/mqtt";
string listener = args.Length > 1 ? args[1] : "mqtt://127.0.0.1:1884";
string folder = args.Length > 2 ? args[2] : "edge-data";

using var ending = new CancellationTokenSource();
Action<PosixSignalContext> end = signal =>
{
    signal.Cancel = true;
    ending.Cancel();
};
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, end);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, end);

MqttBridge? bridge = null;
var toFar = new MqttBridgeOptions
{
    Name = "far",
    Remote = new MqttClientOptions { Address = far },
    Rules = [new("alarms/#", RemotePrefix: "site7/"), new("commands/#", MqttBridgeDirection.In, RemotePrefix: "site7/")],
};
await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
{
    Listeners = [listener],
    Durability = MqttDurability.Disk,
    DataDirectory = folder,
    Starting = async (starting, stop) => bridge = await MqttBridge.StartAsync(starting, toFar, stop), // before the first device connects
}, ending.Token);
await using MqttBridge started = bridge!; // it ends before the broker does
Console.WriteLine($"listening on {broker.Addresses[0]}");

using MqttBrokerSubscription readings = broker.Subscribe("sensors/+/temperature");
try
{
    await foreach (MqttMessage reading in readings.WithCancellation(ending.Token))
    {
        bool isHot = double.TryParse(reading.PayloadText, CultureInfo.InvariantCulture, out double degrees) && degrees > 30;
        if (isHot) broker.Publish($"alarms/{reading.Topic}", reading.PayloadText, QualityOfService.AtLeastOnce);
    }
}
catch (OperationCanceledException)
{
    Console.WriteLine("ended");
}
