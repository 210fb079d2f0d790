// SPDX-License-Identifier: MIT

// Publishes a reading at QoS 1 with the whole client, which reconnects by itself, and prints what comes under TOPIC/set until it is stopped.
// client ADDRESS TOPIC READING [SECONDS]
using RawMqtt;

if (args.Length < 3) return 1;
await using var client = new MqttClient(new MqttClientOptions
{
    Addresses = [args[0]],
    MaxInFlight = 8,
    MaxPacketLength = 4096,
    MaxQueuedBytes = 16 * 1024,
});
await client.OpenAsync();
await client.PublishAsync(args[1], args[2], QualityOfService.AtLeastOnce);
if (args.Length == 3) return 0;

using var end = new CancellationTokenSource(TimeSpan.FromSeconds(int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture)));
await using MqttSubscription settings = await client.SubscribeAsync(args[1] + "/set", QualityOfService.AtLeastOnce);
try
{
    await foreach (MqttMessage message in settings.WithCancellation(end.Token)) Console.WriteLine(message.PayloadText);
}
catch (OperationCanceledException)
{
    // the time is over
}

return 0;
