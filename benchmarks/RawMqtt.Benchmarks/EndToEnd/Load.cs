// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics;

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>The loads: each is one connection to a broker that runs as a process of its own.</summary>
internal static class Load
{
    public const string Topic = "bench/load";

    /// <summary>QoS 0: the most messages sent and not received, so that no broker has to throw any away.</summary>
    private const int Window = 4096;

    /// <summary>QoS 1 and 2: the most publishes not completed.</summary>
    private const int InFlight = 512;

    public static ReadOnlySpan<byte> TopicUtf8 => "bench/load"u8;

    /// <summary>Publishes without a subscriber; the broker has taken all when the clock stops.</summary>
    public static async Task<LoadResult> PublishAsync(ILoadClient client, string name, string address, int qos, int size, int messages)
    {
        await client.ConnectAsync(address);
        await SendAsync(client, qos, size, messages / 10 + 1, () => int.MaxValue);
        await client.PingAsync();
        var watch = LoadWatch.Start();
        await SendAsync(client, qos, size, messages, () => int.MaxValue);
        await client.PingAsync();
        LoadResult result = watch.Stop(name, $"publish QoS {qos}, {size} B", messages, messages, 0);
        await client.DisposeAsync();
        return result;
    }

    /// <summary>Publishes and receives over the same connection.</summary>
    public static async Task<LoadResult> RoundAsync(ILoadClient client, string name, string address, int qos, int size, int messages)
    {
        await client.ConnectAsync(address);
        int received = 0;
        long disorder = 0;
        long next = 0;
        await client.SubscribeAsync(qos, payload =>
        {
            long number = BinaryPrimitives.ReadInt64LittleEndian(payload);
            if (number != next) disorder++;
            next = number + 1;
            Volatile.Write(ref received, received + 1);
        });

        int warmUp = messages / 10 + 1;
        await SendAsync(client, qos, size, warmUp, () => Volatile.Read(ref received));
        await AllAsync(() => Volatile.Read(ref received), warmUp);
        (received, next, disorder) = (0, 0, 0);
        var watch = LoadWatch.Start();
        await SendAsync(client, qos, size, messages, () => Volatile.Read(ref received));
        await AllAsync(() => Volatile.Read(ref received), messages);
        LoadResult result = watch.Stop(name, $"publish and receive QoS {qos}, {size} B", messages, received, disorder);
        await client.DisposeAsync();
        return result;
    }

    /// <summary>One message a millisecond, client to broker to the same client: how long each was on its way. Nothing else runs meanwhile.</summary>
    public static async Task<LoadResult> LatencyAsync(ILoadClient client, string name, string address, int size, int messages)
    {
        await client.ConnectAsync(address);
        var microseconds = new List<double>(messages);
        using var came = new SemaphoreSlim(0);
        await client.SubscribeAsync(0, payload =>
        {
            microseconds.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(payload)).TotalMicroseconds);
            came.Release();
        });
        byte[] payload = new byte[size];
        var watch = LoadWatch.Start();
        for (int i = -200; i < messages; i++)
        {
            if (i == 0) // those before were warm-up
            {
                microseconds.Clear();
                watch = LoadWatch.Start();
            }

            long start = Stopwatch.GetTimestamp();
            BinaryPrimitives.WriteInt64LittleEndian(payload, start);
            await client.PublishAsync(payload, 0);
            came.Wait(TimeSpan.FromSeconds(1)); // a core that waits is a core for the broker
            while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(1)) Thread.Yield();
        }

        microseconds.Sort();
        LoadResult result = watch.Stop(name, $"latency at 1000 msg/s, QoS 0, {size} B", messages, microseconds.Count, 0) with
        {
            P50 = microseconds[microseconds.Count / 2],
            P99 = microseconds[microseconds.Count * 99 / 100],
        };
        await client.DisposeAsync();
        return result;
    }

    private static async Task SendAsync(ILoadClient client, int qos, int size, int messages, Func<int> received)
    {
        byte[] payload = new byte[size];
        var pending = new ValueTask[InFlight];
        for (int i = 0; i < messages; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(payload, i);
            if (qos == 0)
            {
                if (i % 64 == 0) while (i - received() > Window) Thread.Yield();
                ValueTask sent = client.PublishAsync(payload, 0);
                if (!sent.IsCompletedSuccessfully) await sent;
                continue;
            }

            while (i - received() >= InFlight) Thread.Yield();
            await pending[i % InFlight];
            byte[] own = client is RawMqttLoad ? payload : (byte[])payload.Clone(); // ours copies before it returns
#pragma warning disable CA2012 // each is awaited once: when its place is needed again, or at the end
            pending[i % InFlight] = client.PublishAsync(own, qos);
#pragma warning restore CA2012
        }

        foreach (ValueTask last in pending) await last;
    }

    private static async Task AllAsync(Func<int> received, int messages)
    {
        long deadline = Environment.TickCount64 + 10_000;
        while (received() < messages && Environment.TickCount64 < deadline) await Task.Delay(1);
    }
}
