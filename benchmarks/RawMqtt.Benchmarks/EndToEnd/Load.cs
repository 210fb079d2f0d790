// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

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
