// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using RawMqtt.Server;

namespace RawMqtt.Benchmarks.Bridges;

/// <summary><c>bridge [MESSAGES [PAYLOAD]]</c>: messages at QoS 1 from a broker of this process over a bridge to a broker of another process: how many
/// a second, and how late each is at half of that rate.</summary>
internal static class BridgeRun
{
    private const int Rounds = 3;
    private const int MaxWaiting = 50_000;
    private const int BatchOf = 1000;

    public static async Task RunAsync(string[] args)
    {
        int messages = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        int length = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 128;
        using Process far = StartFar();
        string address = (await far.StandardOutput.ReadLineAsync())!;
        await using MqttBroker edge = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] });
        await using MqttBridge bridge = await MqttBridge.StartAsync(edge, new MqttBridgeOptions
        {
            Name = "bench",
            Remote = new MqttClientOptions { Address = address, KeepAlive = TimeSpan.Zero },
            Rules = [new MqttBridgeRule("#")],
        });
        Console.WriteLine($"bridge to {address}, {Environment.ProcessorCount} processors, .NET {Environment.Version}, {length} B at QoS 1");
        var rates = new List<double>();
        for (int round = 0; round <= Rounds; round++)
        {
            double rate = await SendAsync(edge, bridge, messages, new byte[length]);
            if (round > 0) rates.Add(rate); // the first is warm-up
            Console.WriteLine($"{(round == 0 ? "warm-up" : $"round {round}")}: {rate:N0} messages/s");
        }

        rates.Sort();
        double median = rates[rates.Count / 2];
        await MeasureLagAsync(edge, address, median / 2, Math.Max(length, sizeof(long)));
        far.StandardInput.Close();
        await far.WaitForExitAsync();
    }

    /// <summary><c>bridge-far</c>: the far broker; ends with its standard input.</summary>
    public static async Task ServeAsync()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] });
        Console.WriteLine(broker.Addresses[0]);
        await Console.In.ReadToEndAsync();
    }

    private static async Task<double> SendAsync(MqttBroker edge, MqttBridge bridge, int messages, byte[] payload)
    {
        long before = bridge.Statistics.Sent;
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < messages; i++)
        {
            edge.Publish("bench/topic", payload, QualityOfService.AtLeastOnce);
            if (i % BatchOf != 0) continue;
            while (i - (bridge.Statistics.Sent - before) > MaxWaiting) await Task.Delay(1);
        }

        while (bridge.Statistics.Sent - before < messages) await Task.Delay(1);
        return messages / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>From the publishing at the edge to a subscriber of the far broker.</summary>
    private static async Task MeasureLagAsync(MqttBroker edge, string address, double perSecond, int length)
    {
        int count = (int)(perSecond * 5);
        var lags = new List<double>(count);
        await using MqttClient reader = await MqttClient.ConnectAsync(new MqttClientOptions { Address = address });
        var received = new TaskCompletionSource();
        await using MqttSubscription subscription = await reader.SubscribeAsync(
            "lag", (in MqttMessageView message) =>
            {
                lags.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(message.Payload)).TotalMilliseconds);
                if (lags.Count == count) received.TrySetResult();
            }, QualityOfService.AtLeastOnce);
        byte[] payload = new byte[length];
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < count;)
        {
            for (; i < count && i < Stopwatch.GetElapsedTime(begun).TotalSeconds * perSecond; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(payload, Stopwatch.GetTimestamp());
                edge.Publish("lag", payload, QualityOfService.AtLeastOnce);
            }

            await Task.Delay(1);
        }

        await received.Task.WaitAsync(TimeSpan.FromSeconds(60));
        lags.Sort();
        double At(double part) => lags[(int)((lags.Count - 1) * part)];
        string percentiles = string.Join(", ", new[] { 0.5, 0.9, 0.99, 0.999, 1 }.Select(part => $"p{100 * part:0.#} {At(part):F2} ms"));
        Console.WriteLine($"lag at {perSecond:N0} messages/s: {percentiles}");
    }

    private static Process StartFar() => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(BridgeRun).Assembly.Location, "bridge-far"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
