// SPDX-License-Identifier: MIT


namespace RawMqtt.Tests.Brokers;

/// <summary>SUBSCRIBE and UNSUBSCRIBE, 3.8 to 3.11.</summary>
public class SubscribeTests
{
    private readonly TestBroker broker = new();
    private readonly TestClient client;
    private readonly TestClient publisher;

    public SubscribeTests()
    {
        client = broker.Connect("c");
        publisher = broker.Connect("p");
    }

    [Fact]
    [Rule("MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-3.8.4-4", "MQTT-3.8.4-5", "MQTT-3.9.3-1", "MQTT-3.9.3-2", "MQTT-2.3.1-7")]
    public void All_filters_are_answered_in_order_by_one_SubAck()
    {
        client.Subscribe(0xFFFE, ("a", 2), ("b", 0), ("c/+", 1), ("a", 0), ("#", 2), ("b", 1));
        Assert.Equal(["SUBACK 65534: 2 0 1 0 2 1"], client.Received());
    }

    [Fact]
    [Rule("MQTT-3.8.4-4", "MQTT-3.8.4-3")]
    public void A_filter_twice_in_one_packet_is_replaced_by_the_second()
    {
        client.Subscribe(1, ("a", 2), ("a", 0));
        client.Received();
        publisher.Publish("a", "x", qos: 2, id: 1);

        Assert.Equal(["PUBLISH qos0 a=x"], client.Received());
        Assert.Equal(1, broker.Core.Subscriptions.Count);
    }

    [Fact]
    [Rule("MQTT-3.8.4-3")]
    public void A_repeated_filter_takes_the_new_QoS()
    {
        client.Subscribed("a", 0);
        client.Subscribed("a", 2);
        publisher.Publish("a", "x", qos: 2, id: 1);
        Assert.Equal(["PUBLISH 1 qos2 a=x"], client.Received());

        client.Subscribed("a", 1);
        publisher.Publish("a", "y", qos: 2, id: 2);
        Assert.Equal(["PUBLISH 2 qos1 a=y"], client.Received());
    }

    [Fact]
    [Rule("MQTT-3.8.4-3")]
    public void A_repeated_filter_takes_the_new_QoS_of_its_client_alone()
    {
        TestClient other = broker.Connect("other");
        client.Subscribed("a", 0);
        other.Subscribed("a", 1);
        client.Subscribed("a", 2);
        publisher.Publish("a", "x", qos: 2, id: 1);

        Assert.Equal(["PUBLISH 1 qos2 a=x"], client.Received());
        Assert.Equal(["PUBLISH 1 qos1 a=x"], other.Received());
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 2, 0)]
    [Rule("MQTT-3.3.5-1")]
    public void Overlapping_filters_give_one_copy_at_the_highest_QoS(int exact, int single, int multi)
    {
        client.Subscribe(1, ("a/b", exact), ("a/+", single), ("a/#", multi), ("#", 0));
        client.Received();
        publisher.Publish("a/b", "x", qos: 2, id: 1);

        Assert.Equal(["PUBLISH 1 qos2 a/b=x"], client.Received());
    }

    [Fact]
    [Rule("MQTT-3.10.4-1", "MQTT-3.10.4-2", "MQTT-3.10.4-4", "MQTT-3.10.4-6", "MQTT-2.3.1-7")]
    public void Unsubscribe_ends_the_subscriptions_of_equal_filters()
    {
        client.Subscribe(1, ("a", 0), ("b/+", 0), ("c/#", 0));
        client.Unsubscribe(2, "a", "c/#");
        Assert.Equal(["SUBACK 1: 0 0 0", "UNSUBACK 2"], client.Received());

        foreach (string topic in new[] { "a", "b/x", "c", "c/d" }) publisher.Publish(topic, "x");
        Assert.Equal(["PUBLISH qos0 b/x=x"], client.Received());
    }

    [Theory]
    [InlineData("a/b", "a/+")]
    [InlineData("a/b", "a/#")]
    [InlineData("a/b", "#")]
    [InlineData("a/b", "A/B")]
    [InlineData("a/b", "a/b/")]
    [InlineData("a/+", "a/b")]
    [InlineData("a/#", "a/b")]
    [InlineData("#", "a/b")]
    [InlineData("a/+", "a/#")]
    [Rule("MQTT-3.10.4-1", "MQTT-3.10.4-5")]
    public void Unsubscribe_compares_the_characters_and_is_answered_even_for_nothing(string filter, string other)
    {
        client.Subscribed(filter);
        client.Unsubscribe(7, other);
        Assert.Equal(["UNSUBACK 7"], client.Received());

        publisher.Publish("a/b", "x");
        Assert.Equal(["PUBLISH qos0 a/b=x"], client.Received());
    }

    [Fact]
    [Rule("MQTT-3.10.4-3")]
    public void What_is_in_flight_is_finished_after_Unsubscribe()
    {
        client.Subscribed("a", 2);
        publisher.Publish("a", "x", qos: 2, id: 1);
        client.Unsubscribe(2, "a");
        Assert.Equal(1, broker.Core.Messages.InUse); // as long as it may have to be sent again
        client.PubRec(1);
        client.PubComp(1);

        Assert.Equal(["PUBLISH 1 qos2 a=x", "UNSUBACK 2", "PUBREL 1"], client.Received());
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Theory]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/B", false)]
    [InlineData("a/+", "a/", true)]
    [InlineData("a/+", "a", false)]
    [InlineData("+", "", false)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("a//b", "a//b", true)]
    [InlineData("a/+/b", "a//b", true)]
    [InlineData("a//b", "a/b", false)]
    [InlineData("/a", "a", false)]
    [InlineData("#", "/", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/#", "a/", true)]
    [InlineData("a/#", "ab", false)]
    [InlineData("a/+/#", "a", false)]
    [InlineData("a/+/#", "a/b", true)]
    [InlineData("+/b/#", "a/b/c/d", true)]
    [InlineData("ä", "ä", true)]
    [InlineData("ä", "a\u0308", false)]
    [InlineData("\uFEFFa", "a", false)]
    [InlineData("\uFEFFa", "\uFEFFa", true)]
    [InlineData("a\uFFFD", "a?", false)]
    [Rule("MQTT-4.7.3-4", "MQTT-3.3.2-3", "MQTT-1.5.3-3", "MQTT-4.7.1-2", "MQTT-4.7.1-3")]
    public void Filters_match_names_level_by_level_and_byte_by_byte(string filter, string name, bool matches)
    {
        if (name.Length == 0) return;
        client.Subscribed(filter);
        publisher.Publish(name, "x");

        Assert.Equal(matches ? [$"PUBLISH qos0 {name}=x"] : [], client.Received());
    }

    [Theory]
    [InlineData("#", false)]
    [InlineData("+/x", false)]
    [InlineData("+/#", false)]
    [InlineData("$SYS/#", true)]
    [InlineData("$SYS/+", true)]
    [InlineData("$SYS/x", true)]
    [Rule("MQTT-4.7.2-1")]
    public void Wildcards_in_front_do_not_match_a_dollar(string filter, bool matches)
    {
        client.Subscribed(filter);
        broker.PublishFromProgram("$SYS/x", "1");

        Assert.Equal(matches ? ["PUBLISH qos0 $SYS/x=1"] : [], client.Received());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [Rule("MQTT-3.3.5-2")]
    public void Clients_do_not_publish_to_topics_that_begin_with_a_dollar(int qos)
    {
        client.Subscribed("$SYS/#");
        publisher.Publish("$SYS/x", "x", qos, id: (ushort)(qos > 0 ? 3 : 0), retain: true);

        Assert.Equal(qos switch { 0 => [], 1 => ["PUBACK 3"], _ => ["PUBREC 3"] }, publisher.Received());
        Assert.Empty(client.Received());
        Assert.Equal(0, broker.Core.Retained.Count);
        Assert.Equal(1, broker.Statistics.MessagesNotAllowed);
    }

    [Fact]
    public void A_client_gets_its_own_messages()
    {
        client.Subscribed("a", 1);
        client.Publish("a", "x", qos: 1, id: 1);
        Assert.Equal(["PUBLISH 1 qos1 a=x", "PUBACK 1"], client.Received());
    }

    [Fact]
    public void Filters_are_bounded_in_number_and_in_levels()
    {
        var small = new TestBroker(new MqttBrokerLimits { MaxSubscriptions = 2, MaxTopicLevels = 3 });
        TestClient greedy = small.Connect("g");
        TestClient other = small.Connect("o");
        greedy.Subscribe(1, ("a/b/c/d", 0), ("a/b/c", 1), ("b", 2), ("c", 0), ("b", 0));
        Assert.Equal(["SUBACK 1: 80 1 2 80 0"], greedy.Received());
        Assert.Equal(2, small.Statistics.SubscriptionsRefused);

        greedy.Unsubscribe(2, "b");
        greedy.Subscribe(3, ("c", 0));
        Assert.Equal(["UNSUBACK 2", "SUBACK 3: 0"], greedy.Received());
        other.Subscribed("c");
        Assert.Null(greedy.End);
    }

    [Fact]
    [Rule("MQTT-4.8.0-2")]
    public void A_name_of_too_many_levels_ends_its_connection_and_no_other()
    {
        var small = new TestBroker(new MqttBrokerLimits { MaxTopicLevels = 3 });
        TestClient deep = small.Connect("d");
        TestClient other = small.Connect("o");
        other.Subscribed("#");
        deep.Publish("a/b/c", "x");
        deep.Publish("a/b/c/d", "x");

        Assert.Equal(MqttConnectionEnd.ProtocolViolation, deep.End);
        Assert.Equal(1, small.Statistics.TopicsTooDeep);
        Assert.Equal(["PUBLISH qos0 a/b/c=x"], other.Received());
    }
}
