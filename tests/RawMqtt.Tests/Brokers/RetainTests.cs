// SPDX-License-Identifier: MIT


namespace RawMqtt.Tests.Brokers;

/// <summary>Retained messages, 3.3.1.3.</summary>
public class RetainTests
{
    private readonly TestBroker broker = new();
    private readonly TestClient publisher;

    public RetainTests() => publisher = broker.Connect("p");

    [Theory]
    [InlineData(0, 2, "PUBLISH qos0 retain a=x")]
    [InlineData(1, 2, "PUBLISH 1 qos1 retain a=x")]
    [InlineData(2, 2, "PUBLISH 1 qos2 retain a=x")]
    [InlineData(2, 1, "PUBLISH 1 qos1 retain a=x")]
    [InlineData(2, 0, "PUBLISH qos0 retain a=x")]
    [Rule("MQTT-3.3.1-5", "MQTT-3.3.1-6", "MQTT-3.3.1-8")]
    public void A_new_subscription_gets_it_with_RETAIN_behind_its_SubAck(int published, int granted, string expected)
    {
        publisher.Publish("a", "x", published, id: (ushort)(published > 0 ? 1 : 0), retain: true);
        TestClient late = broker.Connect("l");
        late.Subscribe(7, ("a", granted));

        Assert.Equal([$"SUBACK 7: {granted}", expected], late.Received());
    }

    [Theory]
    [InlineData(0, "PUBLISH qos0 a=x")]
    [InlineData(1, "PUBLISH 1 qos1 a=x")]
    [InlineData(2, "PUBLISH 1 qos2 a=x")]
    [Rule("MQTT-3.3.1-9")]
    public void A_subscription_that_existed_gets_it_without_RETAIN(int qos, string expected)
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 2);
        publisher.Publish("a", "x", qos, id: (ushort)(qos > 0 ? 1 : 0), retain: true);

        Assert.Equal([expected], subscriber.Received());
    }

    [Fact]
    [Rule("MQTT-3.3.1-5", "MQTT-3.3.1-7")]
    public void Only_the_last_one_of_a_topic_is_kept()
    {
        publisher.Publish("a", "1", qos: 2, id: 1, retain: true);
        publisher.Publish("a", "2", retain: true);
        TestClient late = broker.Connect("l");
        late.Subscribe(1, ("a", 2));

        Assert.Equal(["SUBACK 1: 2", "PUBLISH qos0 retain a=2"], late.Received());
        Assert.Equal(1, broker.Core.Retained.Count);
    }

    [Fact]
    [Rule("MQTT-3.3.1-10", "MQTT-3.3.1-11")]
    public void An_empty_payload_goes_to_subscribers_and_deletes_it()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a");
        publisher.Publish("a", "x", retain: true);
        publisher.Publish("a", "", retain: true);
        Assert.Equal(["PUBLISH qos0 a=x", "PUBLISH qos0 a="], subscriber.Received());

        TestClient late = broker.Connect("l");
        late.Subscribe(1, ("a", 0));
        Assert.Equal(["SUBACK 1: 0"], late.Received());
        Assert.Equal(0, broker.Core.Retained.Count);
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    [Rule("MQTT-3.3.1-12")]
    public void A_message_without_RETAIN_leaves_it_alone()
    {
        publisher.Publish("a", "kept", retain: true);
        publisher.Publish("a", "passing");
        publisher.Publish("a", "");
        TestClient late = broker.Connect("l");
        late.Subscribe(1, ("a", 0));

        Assert.Equal(["SUBACK 1: 0", "PUBLISH qos0 retain a=kept"], late.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-7")]
    public void It_outlives_the_session_of_its_publisher()
    {
        publisher.Publish("a", "x", retain: true);
        publisher.Disconnect();
        TestClient late = broker.Connect("l");
        late.Subscribe(1, ("a", 0));

        Assert.Equal(["SUBACK 1: 0", "PUBLISH qos0 retain a=x"], late.Received());
    }

    [Theory]
    [InlineData("#", "b a a/b a/b/c /a /")]
    [InlineData("+", "b a")]
    [InlineData("/#", "/a /")]
    [InlineData("+/+", "a/b /a /")]
    [InlineData("a/#", "a a/b a/b/c")]
    [InlineData("a/b/#", "a/b a/b/c")]
    [InlineData("+/b/#", "a/b a/b/c")]
    [InlineData("$SYS/#", "$SYS $SYS/x")]
    [InlineData("$SYS/+", "$SYS/x")]
    [InlineData("nothing/#", "")]
    [Rule("MQTT-3.3.1-6", "MQTT-4.7.2-1")]
    public void A_filter_finds_them_in_the_order_in_which_their_levels_came(string filter, string expected)
    {
        foreach (string topic in new[] { "b", "a/b", "a", "/a", "a/b/c", "/" }) publisher.Publish(topic, "x", retain: true);
        foreach (string topic in new[] { "$SYS/x", "$SYS" }) broker.PublishFromProgram(topic, "x", retain: true);
        TestClient late = broker.Connect("l");
        late.Subscribe(1, (filter, 0));

        Assert.Equal(["SUBACK 1: 0", .. expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(topic => $"PUBLISH qos0 retain {topic}=x")],
            late.Received());
    }

    [Fact]
    [Rule("MQTT-3.8.4-3")]
    public void A_repeated_subscription_gets_it_again()
    {
        publisher.Publish("a", "x", retain: true);
        TestClient client = broker.Connect("c");
        client.Subscribe(1, ("a", 0));
        client.Subscribe(2, ("a", 0));

        Assert.Equal(["SUBACK 1: 0", "PUBLISH qos0 retain a=x", "SUBACK 2: 0", "PUBLISH qos0 retain a=x"], client.Received());
    }

    [Fact]
    public void More_of_them_than_the_connection_bears_come_in_their_turn_and_none_is_lost()
    {
        var small = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 200, InitialInFlight = 3, MaxInFlight = 3, MaxQueuedMessages = 2 });
        TestClient filler = small.Connect("f");
        string[] topics = [.. Enumerable.Range(0, 100).Select(i => $"t/{i:d3}")];
        foreach (string topic in topics) filler.Publish(topic, "payload", qos: 1, id: 1, retain: true);
        TestClient late = small.Connect("l");
        late.Subscribe(1, ("t/#", 1));

        var got = new List<string>();
        for (List<string> now = late.Received(); now.Count > 0; now = late.Received())
        {
            got.AddRange(now);
            foreach (string packet in now.Where(p => p.StartsWith("PUBLISH ", StringComparison.Ordinal))) late.PubAck(ushort.Parse(packet.Split(' ')[1]));
        }

        Assert.Equal(topics.Select(t => $"{t}=payload"), got.Skip(1).Select(p => p.Split(' ')[^1]));
        Assert.All(got.Skip(1), p => Assert.Contains(" retain ", p));
        Assert.Equal(0, small.Statistics.MessagesDropped + small.Statistics.MessagesShed);
    }

    [Fact]
    public void One_that_is_replaced_while_it_waits_is_not_sent_after_the_newer_one()
    {
        var small = new TestBroker(new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1 });
        TestClient filler = small.Connect("f");
        foreach (string topic in new[] { "a", "b", "c" }) filler.Publish(topic, "old", qos: 1, id: 1, retain: true);
        TestClient late = small.Connect("l");
        late.Subscribe(1, ("#", 1));
        Assert.Equal(["SUBACK 1: 1", "PUBLISH 1 qos1 retain a=old"], late.Received());

        filler.Publish("b", "new", retain: true);
        Assert.Equal(["PUBLISH qos0 b=new"], late.Received());
        late.PubAck(1);
        Assert.Equal(["PUBLISH 2 qos1 retain c=old"], late.Received());
    }

    [Fact]
    public void They_are_bounded_in_count_and_the_topic_is_left_without_one()
    {
        var small = new TestBroker(new MqttBrokerLimits { MaxRetainedMessages = 2 });
        TestClient filler = small.Connect("f");
        foreach (string topic in new[] { "a", "b", "c" }) filler.Publish(topic, "x", qos: 1, id: 1, retain: true);

        Assert.Null(filler.End);
        Assert.Equal(2, small.Core.Retained.Count);
        Assert.Equal(1, small.Statistics.RetainedDropped);
        filler.Publish("a", "newer", retain: true);
        Assert.Equal("newer"u8, small.Core.Retained.Find("a"u8)!.Payload);
    }

    [Fact]
    public void They_are_bounded_in_bytes_and_a_newer_one_may_exceed_them_once()
    {
        var small = new TestBroker(new MqttBrokerLimits { MaxRetainedBytes = 10 });
        TestClient filler = small.Connect("f");
        filler.Publish("a", "123456789", retain: true);
        Assert.Equal(10, small.Core.Retained.Bytes);
        filler.Publish("b", "1", retain: true);
        filler.Publish("a", "1234567890", retain: true);
        Assert.Equal((1, 11L), (small.Core.Retained.Count, small.Core.Retained.Bytes)); // one may be longer than the one before it
        Assert.Equal(1, small.Statistics.RetainedDropped);
    }
}
