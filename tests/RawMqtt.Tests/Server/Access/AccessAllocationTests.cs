// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Server.Access;

namespace RawMqtt.Tests.Server.Access;

/// <summary>Access rules cost no memory for a message, whether the broker remembers the answer or asks.</summary>
public class AccessAllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_message_costs_no_memory(int topics)
    {
        AccessRules rules = AccessFile.Parse("acl", "pattern readwrite t/#\npattern deny t/%c\ntopic read x/+/y"u8);
        var broker = new BrokerCore(new MqttBrokerLimits(), 1, 2, new BrokerCallbacks
        {
            CanRead = (subscriber, topic) => rules.CanRead(ViewOf(subscriber), topic),
            CanWrite = (subscriber, topic) => rules.CanWrite(ViewOf(subscriber), topic),
        });
        BrokerConnection publisher = Connect(broker, 'p');
        foreach (char name in "ab")
        {
            BrokerConnection subscriber = Connect(broker, name);
            broker.Receive(subscriber, [0x82, 6, 0, 1, 0, 1, (byte)'#', 0], default);
        }

        byte[] publishes = [.. Enumerable.Range(0, topics).SelectMany(i => (byte[])[0x30, 9, 0, 3, .. "t/"u8, (byte)('x' + i), 1, 2, 3, 4])];
        var dirty = new List<BrokerConnection>();
        for (int i = 0; i < 1000; i++) Publish(broker, publisher, publishes, dirty);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Publish(broker, publisher, publishes, dirty);
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(0, after - before);
        Assert.Equal(4000 * topics, broker.Statistics.MessagesSent);
        Assert.Equal(0, broker.Statistics.MessagesNotAllowed);
    }

    private static MqttBrokerClient ViewOf(Subscriber subscriber) =>
        (MqttBrokerClient)(subscriber.View ??= new MqttBrokerClient { ClientId = Encoding.UTF8.GetString(subscriber.ClientId) });

    private static void Publish(BrokerCore broker, BrokerConnection publisher, byte[] publishes, List<BrokerConnection> dirty)
    {
        for (int used = 0; used < publishes.Length;) used += broker.Receive(publisher, publishes.AsSpan(used), default); // a turn may end within
        broker.TakeDirty(dirty);
        foreach (BrokerConnection connection in dirty)
        {
            if (connection.BeginFlush(default) is { } output) broker.Flushed(connection, output, default);
        }

        dirty.Clear();
    }

    private static BrokerConnection Connect(BrokerCore broker, char name)
    {
        BrokerConnection connection = broker.Accept(default);
        broker.Receive(connection, [0x10, 13, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, 1, (byte)name], default);
        Assert.NotNull(connection.Subscriber);
        return connection;
    }
}
