// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>QoS 1 and 2 through the broker, sessions and order: 4.1, 4.3 to 4.6.</summary>
public class DeliveryTests
{
    private readonly TestBroker broker = new();

    [Fact]
    [Rule("MQTT-4.3.2-2", "MQTT-3.3.4-1", "MQTT-2.3.1-6")]
    public void QoS_1_is_acknowledged_each_time_and_each_time_a_new_message()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 0);
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", "x", qos: 1, id: 7);
        publisher.Publish("a", "x", qos: 1, id: 7, duplicate: true);

        Assert.Equal(["PUBACK 7", "PUBACK 7"], publisher.Received());
        Assert.Equal(["PUBLISH qos0 a=x", "PUBLISH qos0 a=x"], subscriber.Received());
    }

    [Fact]
    [Rule("MQTT-4.3.3-2", "MQTT-3.3.4-1", "MQTT-2.3.1-6")]
    public void QoS_2_is_delivered_once_until_its_release()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 0);
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", "1", qos: 2, id: 7);
        publisher.Publish("a", "1", qos: 2, id: 7, duplicate: true);
        publisher.PubRel(7);
        publisher.PubRel(7);
        publisher.Publish("a", "2", qos: 2, id: 7);

        Assert.Equal(["PUBREC 7", "PUBREC 7", "PUBCOMP 7", "PUBCOMP 7", "PUBREC 7"], publisher.Received());
        Assert.Equal(["PUBLISH qos0 a=1", "PUBLISH qos0 a=2"], subscriber.Received());
    }

    [Fact]
    [Rule("MQTT-4.3.3-2", "MQTT-4.1.0-1")]
    public void QoS_2_identifiers_received_survive_a_reconnect()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 0);
        TestClient publisher = broker.Connect("p", cleanSession: false);
        publisher.Publish("a", "x", qos: 2, id: 7);
        publisher.Lose();

        publisher = broker.Connect("p", cleanSession: false);
        publisher.Publish("a", "x", qos: 2, id: 7, duplicate: true);
        publisher.PubRel(7);
        Assert.Equal(["PUBREC 7", "PUBCOMP 7"], publisher.Received());
        Assert.Equal(["PUBLISH qos0 a=x"], subscriber.Received());
    }

    [Fact]
    [Rule("MQTT-4.3.3-1", "MQTT-4.3.2-1", "MQTT-2.3.1-4")]
    public void The_subscribers_side_runs_to_its_end_and_frees_the_message()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 2);
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", "1", qos: 1, id: 1);
        publisher.Publish("a", "2", qos: 2, id: 2);
        subscriber.PubAck(1);
        subscriber.PubRec(2);
        subscriber.PubRec(2);
        subscriber.PubComp(2);

        Assert.Equal(["PUBLISH 1 qos1 a=1", "PUBLISH 2 qos2 a=2", "PUBREL 2", "PUBREL 2"], subscriber.Received());
        Assert.Equal(0, broker.Core.Messages.InUse);
        Assert.Null(subscriber.End);
    }

    [Fact]
    [Rule("MQTT-4.8.0-1", "MQTT-4.3.3-1")]
    public void An_acknowledgement_of_the_wrong_kind_ends_the_connection_and_an_unknown_one_does_not()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 1);
        subscriber.PubAck(9);
        subscriber.PubComp(9);
        subscriber.PubRec(9);
        Assert.Equal(["PUBREL 9"], subscriber.Received());
        Assert.Null(subscriber.End);

        broker.Connect("p").Publish("a", "x", qos: 1, id: 1);
        subscriber.PubRec(1);
        Assert.Equal("MQTT-4.3.3-1", subscriber.Rule);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [Rule("MQTT-3.3.1-3", "MQTT-3.3.1-2")]
    public void DUP_of_a_publisher_is_not_passed_on(int granted)
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", granted);
        broker.Connect("p").Publish("a", "x", qos: 2, id: 7, duplicate: true);

        Assert.Equal([granted == 0 ? "PUBLISH qos0 a=x" : $"PUBLISH 1 qos{granted} a=x"], subscriber.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-5", "MQTT-4.5.0-1", "MQTT-4.6.0-6", "MQTT-4.6.0-5")]
    public void What_comes_while_a_client_is_away_waits_in_order()
    {
        TestClient client = Away(("a", 2), ("b", 0));
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", "1", qos: 1, id: 1);
        publisher.Publish("a", "2", qos: 2, id: 2);
        publisher.Publish("a", "3");
        publisher.Publish("b", "4", qos: 2, id: 4);
        publisher.Publish("a", "5", qos: 1, id: 5);

        client.Connect("s", cleanSession: false);
        Assert.Equal(["CONNACK 0 present", "PUBLISH 1 qos1 a=1", "PUBLISH 2 qos2 a=2", "PUBLISH 3 qos1 a=5"], client.Received());
    }

    [Fact]
    public void On_a_live_connection_nothing_is_sent_again()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 2);
        broker.Connect("p").Publish("a", "x", qos: 2, id: 1);
        Assert.Single(subscriber.Received());
        for (int i = 0; i < 10; i++) broker.Pass(TimeSpan.FromMinutes(10));
        Assert.Empty(subscriber.Received());
    }

    [Fact]
    [Rule("MQTT-2.3.1-4")]
    public void Identifiers_begin_at_1_and_one_in_use_is_not_given_out_again_after_the_wrap()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 1);
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", "held", qos: 1, id: 1);
        Assert.Equal(["PUBLISH 1 qos1 a=held"], subscriber.Received());
        for (int i = 0; i < 70_000; i++)
        {
            publisher.Publish("a", "x", qos: 1, id: 1);
            string packet = Assert.Single(subscriber.Received());
            ushort id = ushort.Parse(packet.Split(' ')[1]);
            Assert.NotEqual(1, id);
            subscriber.PubAck(id);
        }
    }

    [Fact]
    public void The_window_is_20_and_doubles_for_a_client_that_acknowledges_whole_ones()
    {
        TestClient subscriber = broker.Connect("s", cleanSession: false);
        subscriber.Subscribed("a", 1);
        TestClient publisher = broker.Connect("p");
        for (int i = 0; i < 900; i++) publisher.Publish("a", "x", qos: 1, id: 1);
        Assert.Equal(20, subscriber.Received().Count);

        for (ushort id = 1; id < 20; id++) subscriber.PubAck(id);
        Assert.Equal(19, subscriber.Received().Count);
        subscriber.PubAck(20);
        List<string> now = subscriber.Received();
        Assert.Equal(21, now.Count);
        Assert.Equal(40, subscriber.Connection.Subscriber!.Session.InFlight);

        subscriber.Lose();
        subscriber = broker.Open();
        subscriber.Connect("s", cleanSession: false);
        Assert.Equal(41, subscriber.Received().Count); // CONNACK, and again what was in flight
        for (int i = 0; i < 19; i++) subscriber.PubAck(ushort.Parse(now[i + 1].Split(' ')[1]));
        Assert.Empty(subscriber.Received());
    }

    [Fact]
    [Rule("MQTT-4.6.0-6")]
    public void Beyond_the_window_messages_wait_and_keep_their_order()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 2);
        TestClient publisher = broker.Connect("p");
        for (int i = 0; i < 500; i++) publisher.Publish("a", $"{i}", qos: 1 + i % 2, id: (ushort)(i + 1));
        Assert.Equal(500, publisher.Received().Count);

        var got = new List<int>();
        for (List<string> now = subscriber.Received(); now.Count > 0; now = subscriber.Received())
        {
            foreach (string packet in now) Acknowledge(subscriber, packet, got);
        }

        Assert.Equal(Enumerable.Range(0, 500), got);
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    [Rule("MQTT-4.3.3-2")]
    public void A_burst_of_QoS_2_is_neither_lost_nor_doubled_however_long()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 1);
        TestClient publisher = broker.Connect("p");
        for (int i = 1; i <= 5000; i++)
        {
            publisher.Publish("a", $"{i}", qos: 2, id: (ushort)i);
            if (publisher.Connection.Pause == Pause.Held) Drain(subscriber);
            publisher.Send([]);
        }

        Drain(subscriber);
        Assert.Equal(5000, publisher.Received().Count(p => p.StartsWith("PUBREC", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(1, 5000), drained);
        Assert.Equal(0, broker.Statistics.MessagesDropped);
        for (int i = 1; i <= 5000; i++) publisher.PubRel((ushort)i);
        Assert.Equal(5000, publisher.Received().Count);
    }

    [Fact]
    public void Kept_messages_are_one_however_many_clients_wait_for_them()
    {
        for (int i = 0; i < 50; i++)
        {
            TestClient client = broker.Connect($"s{i}", cleanSession: i % 2 == 0);
            client.Subscribed("a", 1 + i % 2);
            if (i % 3 == 0) client.Lose();
        }

        broker.Connect("p").Publish("a", "x", qos: 2, id: 1, retain: true);
        Assert.Equal(1, broker.Core.Messages.InUse);
    }

    private readonly List<int> drained = [];

    private void Drain(TestClient subscriber)
    {
        for (List<string> now = subscriber.Received(); now.Count > 0; now = subscriber.Received())
        {
            foreach (string packet in now) Acknowledge(subscriber, packet, drained);
        }
    }

    private static void Acknowledge(TestClient subscriber, string packet, List<int> got)
    {
        string[] words = packet.Split(' ');
        ushort id = ushort.Parse(words[1]);
        if (words[0] == "PUBREL")
        {
            subscriber.PubComp(id);
            return;
        }

        got.Add(int.Parse(words[^1].Split('=')[1]));
        if (words[2] == "qos1") subscriber.PubAck(id);
        else subscriber.PubRec(id);
    }

    private TestClient Away(params ReadOnlySpan<(string, int)> filters)
    {
        TestClient client = broker.Connect("s", cleanSession: false);
        client.Subscribe(1, filters);
        client.Lose();
        return broker.Open();
    }
}
