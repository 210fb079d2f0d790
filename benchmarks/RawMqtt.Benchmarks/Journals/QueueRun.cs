// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using RawMqtt.Benchmarks.Brokers;

namespace RawMqtt.Benchmarks.Journals;

/// <summary>Many messages that wait for one client, and many sessions: the memory of the broker, the time of a start after <c>kill -9</c>, and the length of
/// its journal while the client takes them.</summary>
internal sealed class QueueRun(string program, string durability, int messages, int sessions)
{
    private const int Payload = 128;
    private const int Batch = 500;
    private const int SegmentLength = 64 << 20;
    private const string Topic = "queue/a";

    private long bytesOfSessions;

    /// <summary>Prefix and kind, flags, number, count, one delivery, length of the topic, topic, payload.</summary>
    private const int RecordLength = 17 + 1 + 8 + 4 + 7 + 2 + 7 + Payload;

    public void Run()
    {
        using var broker = new ToolBroker(program, $"Durability={durability}", "Limits.MaxAwaySessions=200000", "Limits.MaxQueuedMessages=10000000");
        Show("start with an empty folder", $"{broker.Start().TotalSeconds:0.00} s, {Megabytes(broker.Memory)} resident");
        Subscribe(broker);
        var watch = Stopwatch.StartNew();
        Publish(broker);
        Show($"{messages:#,0} messages of {Payload} B wait", $"{Megabytes(broker.Memory)} resident, at most {Megabytes(broker.PeakMemory)}; "
            + $"{Megabytes(broker.Length)} on disk; published in {watch.Elapsed.TotalSeconds:0.0} s");
        Thread.Sleep(TimeSpan.FromSeconds(5));
        Show("the same 5 s later", $"{Megabytes(broker.Memory)} resident");
        watch.Restart();
        long before = broker.Length;
        OpenSessions(broker);
        bytesOfSessions = broker.Length - before;
        Show($"{sessions:#,0} kept sessions more", $"{Megabytes(broker.Memory)} resident; opened in {watch.Elapsed.TotalSeconds:0.0} s");
        for (int i = 0; i < 3; i++)
        {
            broker.Kill();
            Show("start after kill -9", $"{broker.Start().TotalSeconds:0.00} s; {Megabytes(broker.Memory)} resident, at most {Megabytes(broker.PeakMemory)}");
        }

        Take(broker);
        foreach (string line in broker.Log) Console.WriteLine(line);
    }

    private static void Subscribe(ToolBroker broker)
    {
        using var reader = new RawClient("tcp", broker.Tcp);
        reader.Connect("reader", keepsSession: true);
        reader.Subscribe("queue/#"u8, qos: 1);
        reader.Send([0xE0, 0]);
    }

    private void Publish(ToolBroker broker)
    {
        using var publisher = new RawClient("tcp", broker.Tcp);
        publisher.Connect("publisher");
        byte[] packet = [0x32, 0x80 | ((2 + 7 + 2 + Payload) & 0x7F), (2 + 7 + 2 + Payload) >> 7, 0, 7, .. "queue/a"u8, 0, 0, .. new byte[Payload]];
        byte[] batch = new byte[Batch * packet.Length];
        int acknowledged = 0;
        for (int sent = 0; sent < messages;)
        {
            int count = Math.Min(Batch, messages - sent);
            for (int i = 0; i < count; i++, sent++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(5 + Topic.Length), (ushort)(i + 1));
                BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(7 + Topic.Length), sent);
                packet.CopyTo(batch.AsSpan(i * packet.Length));
            }

            publisher.Send(batch.AsSpan(0, count * packet.Length));
            while (acknowledged < sent && publisher.Receive((type, _, _) => acknowledged += type == 4 ? 1 : 0))
            {
            }
        }
    }

    private void OpenSessions(ToolBroker broker)
    {
        int next = 0;
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, _ =>
        {
            for (int i = Interlocked.Increment(ref next); i <= sessions; i = Interlocked.Increment(ref next))
            {
                using var client = new RawClient("tcp", broker.Tcp, small: true);
                client.Connect($"session-{i}", keepsSession: true);
                client.Subscribe(System.Text.Encoding.ASCII.GetBytes($"devices/{i}/#"), qos: 1);
                client.Reset();
            }
        });
    }

    /// <summary>Takes and acknowledges all, and looks at the length of the journal meanwhile.</summary>
    private void Take(ToolBroker broker)
    {
        using var reader = new RawClient("tcp", broker.Tcp);
        int taken = 0;
        int wrong = 0;
        double most = 0;
        using var timer = new Timer(_ =>
        {
            long counting = ((long)(messages - Volatile.Read(ref taken)) * RecordLength) + bytesOfSessions;
            most = Math.Max(most, (broker.Length - (2.0 * SegmentLength)) / (2 * counting));
        });
        timer.Change(TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        var answers = new List<byte>();
        var watch = Stopwatch.StartNew();
        reader.Connect("reader", keepsSession: true);
        while (taken < messages && reader.Receive((type, flags, body) =>
        {
            if (type != 3 || (flags & 6) == 0) return;
            if (BinaryPrimitives.ReadInt32BigEndian(body[(4 + Topic.Length)..]) != taken) wrong++;
            answers.AddRange([0x40, 2, body[2 + Topic.Length], body[3 + Topic.Length]]);
            taken++;
        }))
        {
            reader.Send(answers.ToArray());
            answers.Clear();
        }

        Show("all taken", $"{taken:#,0}, {wrong} out of order, in {watch.Elapsed.TotalSeconds:0.0} s; {Megabytes(broker.Memory)} resident");
        for (int i = 0; i < 50 && broker.Length > 2L * SegmentLength; i++) Thread.Sleep(100);
        Show("on disk at the end", $"{Megabytes(broker.Length)}; the sessions wrote {Megabytes(bytesOfSessions)}");
        Show("most on disk beyond two files, as a part of twice what counts (goal: at most 1)", most.ToString("0.00", CultureInfo.InvariantCulture));
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static void Show(string what, string figure) => Console.WriteLine($"| {what} | {figure} |");
}
