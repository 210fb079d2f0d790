// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>A message that has no place in the queue of a client: it is dropped, the oldest is, or the session ends.</summary>
public class FullQueueTests
{
    private readonly List<string> reports = [];

    [Fact]
    public void The_oldest_messages_of_a_client_that_is_away_make_room_for_new_ones()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.DropOldest, new MqttBrokerLimits { MaxQueuedMessages = 3 });
        TestClient publisher = PublishToAway(broker, count: 5);
        Assert.Equal(5, publisher.Received().Count);
        Assert.Equal((2, 3), (broker.Statistics.MessagesDropped, broker.Core.Messages.InUse));
        Assert.Equal(["s MaxQueuedMessages 1"], reports);
        Assert.Equal(["CONNACK 0 present", "PUBLISH 1 qos1 a=3", "PUBLISH 2 qos1 a=4", "PUBLISH 3 qos1 a=5"], Return(broker).Received());
    }

    [Fact]
    public void A_long_message_takes_the_place_of_as_many_as_it_needs()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.DropOldest, new MqttBrokerLimits { MaxQueuedBytes = 25 });
        TestClient publisher = PublishToAway(broker, count: 10); // nine of two bytes and one of three
        publisher.Publish("a", new string('x', 20), qos: 1, id: 11);
        Assert.Equal(9, broker.Statistics.MessagesDropped);
        Assert.Equal(["a=10", $"a={new string('x', 20)}"], Return(broker).Received().Skip(1).Select(TextOf));
        publisher.Publish("a", new string('x', 100), qos: 1, id: 12);
        Assert.Equal(9, broker.Statistics.MessagesDropped); // an empty queue takes one message of any length
    }

    [Fact]
    public void A_message_longer_than_the_queue_may_be_is_dropped_itself()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.DropOldest, new MqttBrokerLimits { MaxQueuedBytes = 25 });
        TestClient publisher = PublishToAway(broker, count: 3);
        publisher.Publish("a", new string('x', 100), qos: 1, id: 4);
        Assert.Equal(1, broker.Statistics.MessagesDropped);
        Assert.Equal(["a=1", "a=2", "a=3"], Return(broker).Received().Skip(1).Select(TextOf));
    }

    [Fact]
    public void A_queue_that_is_far_too_long_shrinks_piece_by_piece()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.DropOldest, Narrow(queued: 100));
        TestClient stuck = Stuck(broker);
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 101; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        broker.Pass(TimeSpan.FromSeconds(1)); // it has taken nothing for a second, and lags: ten times as many may wait
        for (ushort i = 102; i <= 500; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        Assert.Equal(0, broker.Statistics.MessagesDropped);
        stuck.Lose();
        var dropped = new List<long>();
        for (ushort i = 501; dropped.Count < 10; i++)
        {
            long before = broker.Statistics.MessagesDropped;
            publisher.Publish("a", $"{i}", qos: 1, i);
            dropped.Add(broker.Statistics.MessagesDropped - before);
        }

        Assert.Equal([64, 64, 64, 64, 64, 64, 22, 1, 1, 1], dropped); // 499 and the new ones waited
    }

    [Fact]
    public void What_is_in_flight_is_not_dropped()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.DropOldest, Narrow(queued: 4));
        TestClient stuck = Stuck(broker);
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 5; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        broker.Pass(TimeSpan.FromSeconds(1)); // it has taken nothing for a second, and lags
        for (ushort i = 6; i <= 100; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        publisher.Send([]);
        Assert.Equal(100, publisher.Received().Count);
        Assert.Equal(100 - 41, broker.Statistics.MessagesDropped); // one in flight, forty in the queue
        Assert.Equal("PUBLISH 1 qos1 a=1", stuck.Received().Single());
        stuck.PubAck(1);
        Assert.Equal("a=61", TextOf(stuck.Received().First()));
        stuck.Lose();
        Assert.Equal("PUBLISH 2 qos1 dup a=61", Return(broker).Received()[1]);
    }

    [Fact]
    public void The_newest_is_dropped_if_what_is_in_flight_leaves_no_room()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.DropOldest, Narrow(queued: 1000) with { MaxKeptBytes = 400 });
        TestClient stuck = Stuck(broker);
        TestClient publisher = broker.Connect("p"); // each may have 200 bytes: what is in flight, with 64 for its place, takes most of them
        publisher.Publish("a", new string('1', 80), qos: 1, id: 1);
        publisher.Publish("a", "2", qos: 1, id: 2);
        broker.PublishFromProgram("kept", new string('x', 300), retain: true); // all together are above the limit
        publisher.Publish("a", new string('3', 80), qos: 1, id: 3);
        Assert.Equal(["s MaxKeptBytes 1"], reports);
        stuck.Received();
        stuck.PubAck(1);
        Assert.Equal(["a=2"], stuck.Received().Select(TextOf));
    }

    [Fact]
    public void The_session_of_a_client_that_is_away_ends_with_all_of_its_messages()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.EndSession, new MqttBrokerLimits { MaxQueuedMessages = 3 });
        TestClient other = broker.Connect("other");
        other.Subscribed("a", 1);
        TestClient publisher = PublishToAway(broker, count: 4);
        Assert.Equal(4, publisher.Received().Count);
        Assert.Equal(4, other.Received().Count);
        Assert.Equal(["s MaxQueuedMessages ended with 4"], reports);
        Assert.Equal((1, 4), (broker.Statistics.SessionsQueueFull, broker.Statistics.MessagesDropped));
        Assert.Equal(0, broker.Core.Sessions.Away);
        for (ushort id = 1; id <= 4; id++) other.PubAck(id);
        Assert.Equal(0, broker.Core.Messages.InUse);
        publisher.Publish("a", "5", qos: 1, id: 5);
        Assert.Single(reports);
        Assert.Equal(["CONNACK 0"], Return(broker).Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-8")]
    public void The_session_of_a_connected_client_ends_with_its_connection_and_its_Will_goes_out()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.EndSession, Narrow(queued: 2));
        TestClient reader = broker.Connect("reader");
        reader.Subscribed("wills");
        TestClient stuck = Stuck(broker, willTopic: "wills");
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 3; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        Assert.Null(stuck.End);
        broker.Pass(TimeSpan.FromSeconds(1));
        for (ushort i = 4; i <= 30; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        Assert.Equal((MqttConnectionEnd.QueueFull, "MaxQueuedMessages"), (stuck.End, stuck.Connection.Limit));
        Assert.Equal(["s MaxQueuedMessages ended with 22"], reports); // one in flight, twenty in the queue, and the one that had no place
        Assert.Equal(["PUBLISH qos0 wills=gone"], reader.Received());
        Assert.Equal(0, broker.Core.Messages.InUse);
        stuck.Lose();
        Assert.Equal(["CONNACK 0"], Return(broker).Received());
    }

    [Fact]
    public void A_client_that_fills_its_own_queue_gets_the_acknowledgement_and_its_session_ends()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.EndSession, Narrow(queued: 1));
        TestClient echo = Stuck(broker);
        for (ushort i = 1; i <= 12; i++) echo.Publish("a", $"{i}", qos: 2, i);
        Assert.Equal(MqttConnectionEnd.QueueFull, echo.End);
        Assert.Equal("PUBREC 12", echo.Received()[^1]);
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    public void Each_client_has_its_own_rule()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxQueuedMessages = 1 }, new BrokerCallbacks
        {
            WhenQueueFull = client => client.ClientId[0] == 'o' ? MqttWhenQueueFull.DropOldest : MqttWhenQueueFull.DropNewest,
        });
        foreach (string name in (string[])["o", "n"])
        {
            TestClient client = broker.Connect(name, cleanSession: false);
            client.Subscribed("a", 1);
            client.Lose();
        }

        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 3; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        Assert.Equal("PUBLISH 1 qos1 a=3", Return(broker, "o").Received()[1]);
        Assert.Equal("PUBLISH 1 qos1 a=1", Return(broker, "n").Received()[1]);
        Assert.Equal(4, broker.Statistics.MessagesDropped);
    }

    [Fact]
    public void The_programs_own_bridge_loses_the_newest()
    {
        TestBroker broker = Broker(MqttWhenQueueFull.EndSession, new MqttBrokerLimits());
        TestClient bridge = broker.Open();
        (bridge.Connection.IsOwn, bridge.Connection.Queue) = (true, new QueueBounds(2, 1 << 20));
        bridge.Send("10 0d 00 04 4d 51 54 54 84 00 00 00 00 01 73"); // a bridge with the identifier s, and Clean Session 0
        bridge.Subscribe(1, ("a", 1));
        bridge.Lose();
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 3; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        Assert.Equal(["s MqttBridgeOptions.MaxQueuedMessages 1"], reports);
    }

    private static MqttBrokerLimits Narrow(int queued) => new() { InitialInFlight = 1, MaxInFlight = 1, MaxQueuedMessages = queued };

    private static TestClient Stuck(TestBroker broker, string? willTopic = null)
    {
        TestClient stuck = broker.Open();
        stuck.Connect("s", cleanSession: false, willTopic: willTopic, will: willTopic is null ? "" : "gone");
        stuck.Received();
        stuck.Subscribed("a", 1);
        return stuck;
    }

    private static TestClient PublishToAway(TestBroker broker, int count)
    {
        TestClient away = broker.Connect("s", cleanSession: false);
        away.Subscribed("a", 1);
        away.Lose();
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= count; i++) publisher.Publish("a", $"{i}", qos: 1, i);
        return publisher;
    }

    private static TestClient Return(TestBroker broker, string clientId = "s")
    {
        TestClient client = broker.Open();
        client.Connect(clientId, cleanSession: false);
        return client;
    }

    private static string TextOf(string publish) => publish[(publish.LastIndexOf(' ') + 1)..];

    private TestBroker Broker(MqttWhenQueueFull whenFull, MqttBrokerLimits limits) => new(limits, new BrokerCallbacks
    {
        WhenQueueFull = _ => whenFull,
        Dropped = (subscriber, limit, messages) => reports.Add($"{Encoding.UTF8.GetString(subscriber.ClientId)} {limit} {messages}"),
        SessionEnded = (subscriber, limit, messages) => reports.Add($"{Encoding.UTF8.GetString(subscriber.ClientId)} {limit} ended with {messages}"),
    });
}
