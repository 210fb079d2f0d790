// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RawMqtt.Benchmarks.Fleets;

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>One message a millisecond over ws at QoS 0, client to broker to the same client: how long after it was due did each come?</summary>
/// <remarks>An open loop: when one is late, those behind it count from the time at which they were due.</remarks>
internal static class LatencyTurn
{
    private const int Size = 16;

    /// <summary><c>latency-client CONTESTANT ADDRESS</c>: for each number on the standard input, a turn of as many messages, and a line of JSON.</summary>
    public static async Task ServeAsync(string contestant, string address)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            await using ILoadClient client = contestant switch
            {
                "view" => new RawMqttLoad(streams: false),
                "stream" => new RawMqttLoad(streams: true),
                "MQTTnet" => new MqttNetLoad(),
                _ => new FloorLoad(),
            };
            Console.WriteLine(JsonSerializer.Serialize(await RunAsync(client, contestant, address, int.Parse(line, CultureInfo.InvariantCulture))));
        }
    }

    private static async Task<LatencyFigures> RunAsync(ILoadClient client, string contestant, string address, int messages)
    {
        await client.ConnectAsync(address);
        var latencies = new LatencyHistogram(); // of tenths of a microsecond
        using var came = new SemaphoreSlim(0);
        await client.SubscribeAsync(0, payload =>
        {
            latencies.Add((long)(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(payload)).TotalMicroseconds * 10));
            came.Release();
        });
        byte[] payload = new byte[Size];
        long millisecond = Stopwatch.Frequency / 1000;
        long due = Stopwatch.GetTimestamp();
        var watch = LoadWatch.Start();
        for (int i = -200; i < messages; i++, due += millisecond)
        {
            if (i == 0) // those before were warm-up
            {
                latencies = new LatencyHistogram();
                watch = LoadWatch.Start();
                due = Stopwatch.GetTimestamp();
            }

            while (Stopwatch.GetTimestamp() < due) Thread.Yield();
            BinaryPrimitives.WriteInt64LittleEndian(payload, due);
            await client.PublishAsync(payload, 0);
            came.Wait(TimeSpan.FromSeconds(1)); // a core that waits is a core for the broker
        }

        LoadResult all = watch.Stop(contestant, "", messages, (int)latencies.Count, 0);
        return new LatencyFigures(
            contestant, messages, all.Lost, latencies.At(0.5) / 10.0, latencies.At(0.99) / 10.0, latencies.Max / 10.0, all.CpuSecondsPerMillion,
            all.BytesPerMessage);
    }
}
