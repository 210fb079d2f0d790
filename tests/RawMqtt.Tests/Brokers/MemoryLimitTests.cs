// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Brokers;

/// <summary>What a few bytes of a client could make the broker remember is bounded, and other clients notice nothing.</summary>
[Collection(MeasuresMemory.Name)]
public class MemoryLimitTests
{
    [Fact]
    public void Topics_that_nobody_takes_are_not_remembered()
    {
        var broker = new TestBroker();
        TestClient publisher = broker.Connect("p");
        publisher.Publish("00000" + new string('x', 65_000), "v");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 1; i < 1000; i++) publisher.Publish($"{i:d5}" + new string('x', 65_000), "v");
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, 4 << 20); // all of them would be 65 MB
    }

    [Fact]
    public void Long_topics_reach_all_and_only_those_who_are_subscribed_now()
    {
        var broker = new TestBroker();
        string topic = new('x', 300);
        TestClient first = broker.Connect("1");
        TestClient second = broker.Connect("2");
        TestClient publisher = broker.Connect("p");
        first.Subscribed(topic, 1);
        publisher.Publish(topic, "a", qos: 1, id: 1);
        second.Subscribed("#");
        publisher.Publish(topic, "b");
        publisher.Publish(topic + "y", "c");
        first.Unsubscribe(2, topic);
        publisher.Publish(topic, "d");

        Assert.Equal([$"PUBLISH 1 qos1 {topic}=a", $"PUBLISH qos0 {topic}=b", "UNSUBACK 2"], first.Received());
        Assert.Equal([$"PUBLISH qos0 {topic}=b", $"PUBLISH qos0 {topic}y=c", $"PUBLISH qos0 {topic}=d"], second.Received());
    }

    [Fact]
    public void Levels_of_retained_topics_are_bounded_and_those_that_are_there_go_on()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxRetainedLevels = 10 });
        TestClient publisher = broker.Connect("p");
        TestClient watcher = broker.Connect("w");
        watcher.Subscribed("#");
        foreach (string topic in new[] { "a/b/c/d/e", "a/b/c/d/f", "1/2/3/4", "a/b", "x" }) publisher.Publish(topic, "v", retain: true);

        RetainedMessages retained = broker.Core.Retained;
        Assert.Equal(5, watcher.Received().Count);
        Assert.Equal((10, 4, 1L), (retained.Levels, retained.Count, broker.Statistics.RetainedLevelsReached)); // x is the eleventh
        publisher.Publish("a/b/c/d/e", "newer", retain: true);
        Assert.Equal("newer"u8, retained.Find("a/b/c/d/e"u8)!.Payload);
        foreach (string topic in new[] { "a/b/c/d/e", "1/2/3/4" }) publisher.Publish(topic, "", retain: true);
        Assert.Equal(5, retained.Levels);
        publisher.Publish("x", "v", retain: true);
        Assert.Equal(6, retained.Levels);
        Assert.Equal(0, broker.Statistics.RetainedDropped);
    }

    [Fact]
    public void Filters_of_one_client_are_bounded_by_what_they_take()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxSubscriptionBytes = 3000 });
        TestClient client = broker.Connect("c");
        TestClient other = broker.Connect("o");
        client.Subscribe(1, (new string('x', 2000), 0), ("a/b/c", 1), ("a", 1), (new string('x', 2000), 2));
        Assert.Equal(["SUBACK 1: 0 80 1 2"], client.Received());
        Assert.Equal(1, broker.Statistics.SubscriptionBytesReached);
        other.Subscribed("a/b/c", 1);

        client.Unsubscribe(2, new string('x', 2000), "unknown");
        client.Subscribe(3, ("a/b/c", 1));
        Assert.Equal(["UNSUBACK 2", "SUBACK 3: 1"], client.Received());
        Assert.Equal(1 + 256 + 5 + (3 * 256), client.Connection.Subscriber!.FilterBytes);
    }

    [Fact]
    public void What_waits_on_all_connections_is_bounded_and_each_has_its_share()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 800, MaxTotalOutgoingBytes = 1000, MaxHoldTime = TimeSpan.Zero });
        TestClient[] slow = [.. Enumerable.Range(0, 4).Select(i => broker.Connect($"s{i}"))];
        TestClient quick = broker.Connect("q");
        TestClient publisher = broker.Connect("p");
        quick.Subscribed("a");
        foreach (TestClient client in slow)
        {
            client.Subscribed("a");
            client.TakesBytes = false;
        }

        for (int i = 0; i < 50; i++) publisher.Publish("a", "12345"); // 10 bytes each
        broker.Pass(TimeSpan.FromSeconds(0.25));
        for (int i = 0; i < 50; i++) publisher.Publish("a", "12345");
        publisher.Publish("a", new string('x', 500));
        Assert.Equal(4 * 51, broker.Statistics.MessagesShed);
        Assert.Equal(101, quick.Received().Count);
        Assert.Equal(1, broker.Statistics.AllOutgoingReached);

        foreach (TestClient client in slow) client.Lose();
        broker.Pass(TimeSpan.FromSeconds(0.25));
        quick.TakesBytes = false;
        for (int i = 0; i < 100; i++) publisher.Publish("a", "12345");
        Assert.Equal(800, quick.Connection.Unsent);
    }

    [Fact]
    public void Filters_of_all_clients_are_bounded_and_who_has_few_gets_its_share()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxTotalSubscriptionBytes = 3000 });
        TestClient hoarder = broker.Connect("h");
        TestClient other = broker.Connect("o");
        hoarder.Subscribe(1, [.. Enumerable.Range(10, 15).Select(i => ($"{i}", 0))]); // 258 bytes each
        Assert.Equal([$"SUBACK 1: {string.Join(' ', Enumerable.Repeat("0", 11).Concat(Enumerable.Repeat("80", 4)))}"], hoarder.Received());
        other.Subscribe(1, [.. Enumerable.Range(10, 6).Select(i => ($"{i}", 0))]);
        Assert.Equal(["SUBACK 1: 0 0 0 0 0 80"], other.Received());
        Assert.Equal(5, broker.Statistics.AllSubscriptionBytesReached);

        hoarder.Disconnect();
        hoarder.Lose();
        other.Unsubscribe(2, "10");
        other.Subscribe(3, [.. Enumerable.Range(10, 12).Select(i => ($"{i}", 0))]);
        Assert.Equal(["UNSUBACK 2", "SUBACK 3: 0 0 0 0 0 0 0 0 0 0 0 80"], other.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.0-1")]
    public void A_first_packet_that_cannot_be_a_Connect_is_refused_by_its_header()
    {
        var broker = new TestBroker();
        TestClient client = broker.Open();
        byte[] header = new byte[5];
        int length = FixedHeader.Write(header, PacketType.Connect, 0, ConnectPacket.MaxLength + 1 - 4);
        Assert.Equal(4, length);
        client.Send(header.AsSpan(0, length));
        Assert.Equal(MqttConnectionEnd.ProtocolViolation, client.End);
        Assert.Equal("MQTT-4.8.0-2", client.Rule);
        Assert.Equal(1, broker.Statistics.ConnectsTooLong);
    }

    [Fact]
    [Rule("MQTT-4.8.0-2")]
    public void A_first_packet_above_the_limit_is_refused_and_later_ones_may_be_longer()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxConnectLength = 100 });
        TestClient client = broker.Open();
        client.Connect(new string('c', 90));
        Assert.Equal(MqttConnectionEnd.ProtocolViolation, client.End);
        TestClient other = broker.Connect("o");
        other.Publish("a", new string('x', 1000), qos: 1, id: 1);
        Assert.Equal(["PUBACK 1"], other.Received());
        Assert.Equal(1, broker.Statistics.ConnectsTooLong);
    }
}
