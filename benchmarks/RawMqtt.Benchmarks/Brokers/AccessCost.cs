// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Server.Access;

namespace RawMqtt.Benchmarks.Brokers;

/// <summary>What access rules cost in the broker's core, without sockets: the same messages with and without an access file, in turns.</summary>
internal static class AccessCost
{
    private const int Pairs = 20;
    private const int Messages = 200_000;

    private const string Rules = """
        pattern readwrite sites/+/sensors/#
        pattern read news/#
        pattern write clients/%c/#
        pattern deny sites/+/sensors/secret
        topic read open/#
        topic deny open/not/this
        topic deny open/not/that
        topic read other/+/x
        """;

    public static void Run()
    {
        Console.WriteLine($"ns a message, median of {Pairs} pairs; the interval holds the middle half of the differences");
        foreach ((int topics, int subscribers) in new[] { (1, 1), (100, 1), (1, 100) })
        {
            double[] without = new double[Pairs];
            double[] with = new double[Pairs];
            for (int i = -2; i < Pairs; i++) // two rounds of warm-up
            {
                double a = Measure(topics, subscribers, hasRules: i % 2 == 0);
                double b = Measure(topics, subscribers, hasRules: i % 2 != 0);
                if (i >= 0) (with[i], without[i]) = i % 2 == 0 ? (a, b) : (b, a);
            }

            double[] difference = [.. with.Zip(without, (one, other) => one - other).Order()];
            string line = string.Create(
                CultureInfo.InvariantCulture,
                $"{topics} topics, {subscribers} subscribers: without {Median(without):F0}, with {Median(with):F0}, "
                + $"difference {Median(difference):F1} ({difference[Pairs / 4]:F1} to {difference[3 * Pairs / 4]:F1})");
            Console.WriteLine(line);
        }
    }

    private static double Measure(int topics, int subscribers, bool hasRules)
    {
        AccessRules rules = AccessFile.Parse("acl", Encoding.UTF8.GetBytes(Rules));
        BrokerCallbacks callbacks = !hasRules ? new BrokerCallbacks() : new BrokerCallbacks
        {
            CanRead = (subscriber, topic) => rules.CanRead(ViewOf(subscriber), topic),
            CanWrite = (subscriber, topic) => rules.CanWrite(ViewOf(subscriber), topic),
        };
        var broker = new BrokerCore(new MqttBrokerLimits(), 1, 2, callbacks);
        BrokerConnection publisher = Connect(broker, "publisher");
        for (int i = 0; i < subscribers; i++)
        {
            BrokerConnection subscriber = Connect(broker, $"s{i}");
            broker.Receive(subscriber, [0x82, 12, 0, 1, 0, 7, .. "sites/#"u8, 0], default);
        }

        byte[][] packets = [.. Enumerable.Range(0, topics).Select(PacketOf)];
        var dirty = new List<BrokerConnection>();
        int count = Messages / subscribers;
        foreach (byte[] packet in packets) Publish(broker, publisher, packet, dirty);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) Publish(broker, publisher, packets[i % topics], dirty);
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / count;
    }

    private static byte[] PacketOf(int number)
    {
        var packet = new PublishPacket { Topic = Encoding.UTF8.GetBytes($"sites/{number}/sensors/temperature"), Payload = new byte[16] };
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        return bytes;
    }

    private static void Publish(BrokerCore broker, BrokerConnection publisher, byte[] packet, List<BrokerConnection> dirty)
    {
        broker.Receive(publisher, packet, default);
        broker.TakeDirty(dirty);
        foreach (BrokerConnection connection in dirty)
        {
            if (connection.BeginFlush(default) is { } output) broker.Flushed(connection, output, default);
        }

        dirty.Clear();
    }

    private static MqttBrokerClient ViewOf(Subscriber subscriber) =>
        (MqttBrokerClient)(subscriber.View ??= new MqttBrokerClient { ClientId = Encoding.UTF8.GetString(subscriber.ClientId) });

    private static BrokerConnection Connect(BrokerCore broker, string clientId)
    {
        var connect = new ConnectPacket { ClientId = Encoding.UTF8.GetBytes(clientId), CleanSession = true };
        byte[] bytes = new byte[connect.Length];
        connect.Write(bytes);
        BrokerConnection connection = broker.Accept(default);
        broker.Receive(connection, bytes, default);
        return connection;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
