// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>The broker allocates nothing per message, at any QoS, once it is warm.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void A_message_costs_no_memory(int qos, int granted)
    {
        var broker = new BrokerCore(new MqttBrokerLimits(), 1, 2);
        BrokerConnection publisher = Connect(broker, 'p');
        BrokerConnection[] subscribers = [.. Enumerable.Range(0, 3).Select(i => Connect(broker, (char)('a' + i)))];
        foreach (BrokerConnection subscriber in subscribers) broker.Receive(subscriber, [0x82, 8, 0, 1, 0, 3, .. "a/b"u8, (byte)granted], default);
        byte[] publish = qos == 0 ? [0x30, 9, 0, 3, .. "a/b"u8, 1, 2, 3, 4] : [(byte)(0x30 | qos << 1), 11, 0, 3, .. "a/b"u8, 0, 9, 1, 2, 3, 4];
        byte[] release = qos == 2 ? [0x62, 2, 0, 9] : [];
        var dirty = new List<BrokerConnection>();
        for (int i = 0; i < 3000; i++) Round(broker, publisher, subscribers, publish, release, granted, dirty);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3000; i++) Round(broker, publisher, subscribers, publish, release, granted, dirty);
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(0, after - before);
        Assert.Equal(18000, broker.Statistics.MessagesSent);
    }

    [Fact]
    public void A_message_that_takes_the_place_of_the_oldest_costs_no_memory()
    {
        var callbacks = new BrokerCallbacks { WhenQueueFull = _ => MqttWhenQueueFull.DropOldest };
        var broker = new BrokerCore(new MqttBrokerLimits { MaxQueuedMessages = 50 }, 1, 2, callbacks);
        BrokerConnection away = broker.Accept(default);
        broker.Receive(away, [0x10, 13, 0, 4, .. "MQTT"u8, 4, 0, 0, 0, 0, 1, (byte)'a', 0x82, 8, 0, 1, 0, 3, .. "a/b"u8, 1], default);
        broker.Lost(away, default);
        BrokerConnection publisher = Connect(broker, 'p');
        byte[] publish = [0x32, 11, 0, 3, .. "a/b"u8, 0, 9, 1, 2, 3, 4];
        var dirty = new List<BrokerConnection>();
        for (int i = 0; i < 3000; i++) Round(broker, publisher, [], publish, [], granted: 1, dirty);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3000; i++) Round(broker, publisher, [], publish, [], granted: 1, dirty);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((6000 - 50, 50), (broker.Statistics.MessagesDropped, broker.Messages.InUse));
    }

    private static void Round(BrokerCore broker, BrokerConnection publisher, BrokerConnection[] subscribers, byte[] publish, byte[] release,
        int granted, List<BrokerConnection> dirty)
    {
        broker.Receive(publisher, publish, default);
        if (release.Length > 0) broker.Receive(publisher, release, default);
        Flush(broker, dirty);
        if (granted == 0) return;

        foreach (BrokerConnection subscriber in subscribers)
        {
            for (byte id = 1; id <= 4; id++) // one of them is in flight, the others are unknown
            {
                if (granted == 1) broker.Receive(subscriber, [0x40, 2, 0, id], default);
                else broker.Receive(subscriber, [0x50, 2, 0, id, 0x70, 2, 0, id], default);
            }
        }

        Flush(broker, dirty);
    }

    private static void Flush(BrokerCore broker, List<BrokerConnection> dirty)
    {
        broker.TakeDirty(dirty);
        foreach (BrokerConnection connection in dirty)
        {
            if (connection.BeginFlush(default) is { } output) broker.Flushed(connection, output, default);
        }

        dirty.Clear();
    }

    private static BrokerConnection Connect(BrokerCore broker, char clientId)
    {
        BrokerConnection connection = broker.Accept(default);
        broker.Receive(connection, [0x10, 13, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, 1, (byte)clientId], default);
        return connection;
    }
}
