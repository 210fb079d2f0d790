// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics;
using RawMqtt.Benchmarks.Brokers;
using RawMqtt.Benchmarks.Fleets;

namespace RawMqtt.Benchmarks.Journals;

/// <summary>The time from a lone QoS 1 message to its PUBACK while others load the broker: once with files so long that nothing is carried forward, once with
/// short ones.</summary>
internal sealed class PauseRun(string program, string durability)
{
    private const int Backlog = 50_000; // messages that wait all the time, and are carried forward again and again
    private const int PerSecond = 20_000; // of the load
    private const int LonePerSecond = 500;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private static readonly byte[] Packet = [0x32, 0x8B, 1, 0, 7, .. "queue/a"u8, 0, 1, .. new byte[128]];

    public void Run()
    {
        string title = $"{durability}, QoS 1, {LonePerSecond} lone messages/s beside {PerSecond:#,0} others";
        Console.WriteLine($"| {title} | files deleted | p50, us | p99, us | p99.9, us | max, us |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (int round = 0; round < 2; round++)
        {
            Measure("without carrying forward", "1GiB", isShown: round > 0);
            Measure("while carrying forward", "1MiB", isShown: round > 0);
        }
    }

    private void Measure(string title, string segmentLength, bool isShown)
    {
        using var broker = new ToolBroker(
            program, $"Durability={durability}", $"Limits.JournalSegmentLength={segmentLength}", "Limits.MaxQueuedMessages=10000000");
        broker.Start();
        using var away = new RawClient("tcp", broker.Tcp);
        away.Connect("away", keepsSession: true);
        away.Subscribe("queue/#"u8, qos: 1);
        away.Reset();
        Load(broker, "queue/a"u8, Backlog, int.MaxValue);

        using var stop = new CancellationTokenSource();
        using var reader = new RawClient("tcp", broker.Tcp);
        reader.Connect("reader", keepsSession: true);
        reader.Subscribe("other/#"u8, qos: 1);
        var reading = new Thread(() => Read(reader)) { IsBackground = true };
        reading.Start();
        var loading = new Thread(() => Load(broker, "other/a"u8, (int)(PerSecond * (Duration.TotalSeconds + 1)), PerSecond)) { IsBackground = true };
        loading.Start();
        LatencyHistogram latency = Lone(broker);
        loading.Join();
        reader.Reset();
        reading.Join();
        if (!isShown) return;
        Console.WriteLine($"| {title} | {broker.OldestFile - 1} | {latency.At(0.5)} | {latency.At(0.99)} | {latency.At(0.999)} | {latency.Max} |");
    }

    private static LatencyHistogram Lone(ToolBroker broker)
    {
        using var client = new RawClient("tcp", broker.Tcp);
        client.Connect("lone", keepsSession: true);
        using var keeper = new RawClient("tcp", broker.Tcp);
        keeper.Connect("keeper", keepsSession: true);
        keeper.Subscribe("lone/#"u8, qos: 1);
        var reading = new Thread(() => Read(keeper)) { IsBackground = true };
        reading.Start();
        byte[] packet = [.. Packet];
        "lone/aa"u8.CopyTo(packet.AsSpan(5));
        var latency = new LatencyHistogram();
        var total = Stopwatch.StartNew();
        for (int i = 0; total.Elapsed < Duration; i++)
        {
            TimeSpan due = TimeSpan.FromSeconds(i / (double)LonePerSecond);
            while (total.Elapsed < due) Thread.Sleep(0);
            long begun = Stopwatch.GetTimestamp();
            client.Send(packet);
            bool isAnswered = false;
            while (!isAnswered) client.Receive((type, _, _) => isAnswered |= type == 4);
            latency.Add((long)Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
        }

        keeper.Reset();
        reading.Join();
        return latency;
    }

    /// <summary>Publishes so many at this rate, and waits for all PUBACKs.</summary>
    private static void Load(ToolBroker broker, ReadOnlySpan<byte> topic, int count, int perSecond)
    {
        const int Batch = 100;
        using var publisher = new RawClient("tcp", broker.Tcp);
        publisher.Connect($"load-{count}");
        byte[] packet = [.. Packet];
        topic.CopyTo(packet.AsSpan(5));
        byte[] batch = new byte[Batch * packet.Length];
        for (int i = 0; i < Batch; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(12), (ushort)(i + 1));
            packet.CopyTo(batch.AsSpan(i * packet.Length));
        }

        int acknowledged = 0;
        var watch = Stopwatch.StartNew();
        for (int sent = 0; sent < count; sent += Batch)
        {
            TimeSpan wait = TimeSpan.FromSeconds(sent / (double)perSecond) - watch.Elapsed;
            if (wait > TimeSpan.FromMilliseconds(1)) Thread.Sleep(wait);
            publisher.Send(batch);
            while (acknowledged < sent + Batch && publisher.Receive((type, _, _) => acknowledged += type == 4 ? 1 : 0))
            {
            }
        }
    }

    /// <summary>Takes and acknowledges until the connection ends.</summary>
    private static void Read(RawClient reader)
    {
        var answers = new List<byte>();
        try
        {
            while (reader.Receive((type, flags, body) =>
            {
                if (type == 3 && (flags & 6) != 0) answers.AddRange([0x40, 2, body[9], body[10]]);
            }))
            {
                if (answers.Count > 0) reader.Send(answers.ToArray());
                answers.Clear();
            }
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // it is over
        }
    }
}
