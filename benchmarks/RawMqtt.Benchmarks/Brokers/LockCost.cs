// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Text;
using RawMqtt.Benchmarks.WebSockets;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Serving;

namespace RawMqtt.Benchmarks.Brokers;

/// <summary>How long a message keeps the broker's lock, without sockets: all of <see cref="LockedCore"/>, and streams that take everything at once. What is
/// done outside of the lock is counted too, so that the lock is held for no longer than the figure says.</summary>
internal sealed class LockCost
{
    private const int Rounds = 9;
    private const int PayloadSize = 64;

    private readonly LockedCore locked = new(new BrokerCore(new MqttBrokerLimits(), 1, 2), TimeProvider.System);
    private readonly ServedConnection[] clients;
    private readonly byte[][] reads;
    private readonly QualityOfService qos;
    private readonly int batch;
    private readonly int fanOut;

    /// <param name="publishers">Clients that publish, each to its neighbour.</param>
    /// <param name="batch">Messages that one read brings.</param>
    /// <param name="fanOut">Clients that get each message.</param>
    /// <param name="qos">0 or 1.</param>
    private LockCost(int publishers, int batch, int fanOut, QualityOfService qos)
    {
        (this.batch, this.fanOut, this.qos) = (batch, fanOut, qos);
        clients = [.. Enumerable.Range(0, publishers * fanOut).Select(i => Connect($"client{i:00000}"))];
        for (int i = 0; i < clients.Length; i++) Subscribe(clients[i], TopicOf(i / fanOut));
        reads = [.. Enumerable.Range(0, publishers).Select(i => Read(TopicOf((i + 1) % publishers)))];
    }

    public static void Run()
    {
        Console.WriteLine($"\nns a message in the lock, median of {Rounds} rounds (lowest to highest); two cores share what they show\n");
        Console.WriteLine("| load | ns | bound, messages/s in |\n|---|---|---|");
        foreach (QualityOfService qos in (QualityOfService[])[QualityOfService.AtMostOnce, QualityOfService.AtLeastOnce])
        {
            Print($"flood, 64 messages a read, QoS {(int)qos}", new LockCost(1, 64, 1, qos));
            Print($"fleet of 1000, one message a read, QoS {(int)qos}", new LockCost(1000, 1, 1, qos));
            Print($"one message to 100 clients, QoS {(int)qos}", new LockCost(1, 1, 100, qos));
        }
    }

    private static void Print(string name, LockCost load)
    {
        int turns = Math.Max(1, 200_000 / (load.reads.Length * load.batch * load.fanOut));
        load.Measure(turns);
        double[] measured = [.. Enumerable.Range(0, Rounds).Select(_ => load.Measure(turns)).Order()];
        double median = measured[Rounds / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {median:0} ({measured[0]:0} to {measured[^1]:0}) | {1e9 / median:#,0} |"));
    }

    private static string TopicOf(int client) => string.Create(CultureInfo.InvariantCulture, $"fleet/{client:00000}");

    private double Measure(int turns)
    {
        long start = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < turns; turn++)
        {
            for (int i = 0; i < reads.Length; i++)
            {
                Receive(clients[i * fanOut], reads[i]);
                if (qos > QualityOfService.AtMostOnce) Acknowledge((i + 1) % reads.Length);
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / ((double)turns * reads.Length * batch);
    }

    /// <summary>The receivers' acknowledgements come as one read each.</summary>
    private void Acknowledge(int topic)
    {
        for (int i = 0; i < fanOut; i++)
        {
            ServedConnection receiver = clients[(topic * fanOut) + i];
            var stream = (AnsweringStream)receiver.Stream!;
            Receive(receiver, stream.Answers.AsSpan(0, stream.Filled));
            stream.Filled = 0;
        }
    }

    private void Receive(ServedConnection connection, ReadOnlySpan<byte> read)
    {
        connection.Connection.BeginTurn();
        while (!read.IsEmpty) read = read[locked.Receive(connection, read, out _)..];
    }

    private ServedConnection Connect(string clientId)
    {
        var connection = new ServedConnection(null, "") { Stream = new AnsweringStream() };
        using (CoreUse use = locked.Enter()) connection.Connection = use.Core.Accept(use.Now);
        connection.Connection.Carrier = connection;
        var connect = new ConnectPacket { ClientId = Encoding.UTF8.GetBytes(clientId), CleanSession = true };
        byte[] bytes = new byte[connect.Length];
        connect.Write(bytes);
        Receive(connection, bytes);
        return connection;
    }

    private void Subscribe(ServedConnection connection, string topic) =>
        Receive(connection, [0x82, (byte)(5 + topic.Length), 0, 1, 0, (byte)topic.Length, .. Encoding.ASCII.GetBytes(topic), (byte)qos]);

    private byte[] Read(string topic)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < batch; i++)
        {
            var packet = new PublishPacket
            {
                Topic = Encoding.ASCII.GetBytes(topic),
                Payload = new byte[PayloadSize],
                Qos = qos,
                PacketId = (ushort)(qos == QualityOfService.AtMostOnce ? 0 : i + 1),
            };
            byte[] one = new byte[packet.Length];
            packet.Write(one);
            bytes.AddRange(one);
        }

        return [.. bytes];
    }

    /// <summary>Takes everything at once, and gathers the PUBACKs for it.</summary>
    private sealed class AnsweringStream() : NullStream([0])
    {
        public byte[] Answers { get; } = new byte[4 * 128];

        public int Filled { get; set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ReadOnlySpan<byte> packets = buffer.Span;
            for (; !packets.IsEmpty; packets = packets[(2 + packets[1])..]) // none is longer than 127 bytes
            {
                if (packets[0] != 0x32) continue; // a PUBLISH at QoS 1
                int at = 4 + packets[3];
                ((ReadOnlySpan<byte>)[0x40, 2, packets[at], packets[at + 1]]).CopyTo(Answers.AsSpan(Filled));
                Filled += 4;
            }

            return default;
        }
    }
}
