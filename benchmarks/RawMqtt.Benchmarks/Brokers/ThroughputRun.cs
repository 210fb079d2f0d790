// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics;

namespace RawMqtt.Benchmarks.Brokers;

/// <summary>One publisher, some subscribers: messages as fast as they go through, with a limited number under way.</summary>
internal sealed class ThroughputRun(BrokerProcess broker, string scheme, int qos, int payload, int subscribers, long count, bool keepsSession = false)
{
    private const int Batch = 64;

    private static readonly byte[] Topic = "bench/topic/01234567"u8.ToArray();

    private readonly int port = scheme == "ws" ? broker.Ws : broker.Tcp;
    private readonly int window = qos == 0 ? 4096 : 512;
    private long received;
    private long acknowledged;

    /// <returns>Messages published per second, and CPU seconds of the broker per million of them.</returns>
    public (double PerSecond, double CpuPerMillion) Run()
    {
        string id = $"{Environment.TickCount64:x}";
        var ready = new CountdownEvent(subscribers);
        Thread[] threads = [.. Enumerable.Range(0, subscribers).Select(i => new Thread(() => Subscribe($"s{id}-{i}", ready)) { IsBackground = true })];
        foreach (Thread thread in threads) thread.Start();
        ready.Wait();
        using var publisher = new RawClient(scheme, port);
        publisher.Connect($"p{id}");
        if (qos > 0) new Thread(() => TakeAnswers(publisher)) { IsBackground = true }.Start();

        TimeSpan cpu = broker.Cpu;
        long start = Stopwatch.GetTimestamp();
        Publish(publisher);
        foreach (Thread thread in threads) thread.Join();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (count / seconds, (broker.Cpu - cpu).TotalSeconds / (count / 1e6));
    }

    private void Publish(RawClient publisher)
    {
        byte[] packet = Packet();
        int idAt = packet.Length - payload - 2;
        byte[] batch = new byte[packet.Length * Batch];
        ushort id = 0;
        for (long sent = 0; sent < count;)
        {
            while (sent - Volatile.Read(ref received) / subscribers > window - Batch || (qos > 0 && sent - Volatile.Read(ref acknowledged) > window - Batch))
                Thread.Yield();
            int number = (int)Math.Min(Batch, count - sent);
            for (int i = 0; i < number; i++)
            {
                packet.CopyTo(batch, i * packet.Length);
                if (qos == 0) continue;
                if (++id == 0) id = 1;
                BinaryPrimitives.WriteUInt16BigEndian(batch.AsSpan(i * packet.Length + idAt), id);
            }

            publisher.Send(batch.AsSpan(0, number * packet.Length));
            sent += number;
        }
    }

    private byte[] Packet()
    {
        int remaining = 2 + Topic.Length + (qos > 0 ? 2 : 0) + payload;
        byte[] length = remaining < 128 ? [(byte)remaining] : [(byte)(remaining & 0x7F | 0x80), (byte)(remaining >> 7)];
        return [(byte)(0x30 | qos << 1), .. length, 0, (byte)Topic.Length, .. Topic, .. new byte[qos > 0 ? 2 : 0], .. new byte[payload]];
    }

    private void TakeAnswers(RawClient publisher)
    {
        var answers = new MemoryStream();
        try
        {
            while (Volatile.Read(ref acknowledged) < count && publisher.Receive(Take))
            {
                if (answers.Length > 0) publisher.Send(answers.GetBuffer().AsSpan(0, (int)answers.Length));
                answers.SetLength(0);
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // the run is over
        }

        void Take(int type, int flags, ReadOnlySpan<byte> body)
        {
            if (type == 5) answers.Write([0x62, 2, body[0], body[1]]);
            else Interlocked.Increment(ref acknowledged);
        }
    }

    private void Subscribe(string clientId, CountdownEvent ready)
    {
        using var client = new RawClient(scheme, port);
        client.Connect(keepsSession ? $"kept{clientId[clientId.LastIndexOf('-')..]}" : clientId, keepsSession);
        client.Subscribe(Topic, qos);
        ready.Signal();
        var answers = new MemoryStream();
        long mine = 0;
        long reported = 0;
        while (mine < count && client.Receive(Take))
        {
            if (answers.Length > 0) client.Send(answers.GetBuffer().AsSpan(0, (int)answers.Length));
            answers.SetLength(0);
            Interlocked.Add(ref received, mine - reported);
            reported = mine;
        }

        void Take(int type, int flags, ReadOnlySpan<byte> body)
        {
            if (type == 6) answers.Write([0x70, 2, body[0], body[1]]);
            if (type != 3) return;
            mine++;
            if (qos > 0) answers.Write([(byte)(qos == 1 ? 0x40 : 0x50), 2, body[2 + Topic.Length], body[3 + Topic.Length]]);
        }
    }
}
