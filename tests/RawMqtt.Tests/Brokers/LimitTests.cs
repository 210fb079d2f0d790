// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>Each limit of the core: it is reached, counted, and hurts nobody else.</summary>
public class LimitTests
{
    [Fact]
    public void A_queue_of_an_absent_client_drops_the_newest_by_count()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxQueuedMessages = 3, InitialInFlight = 2, MaxInFlight = 2 });
        TestClient away = Away(broker);
        TestClient publisher = broker.Connect("p");
        for (int i = 1; i <= 5; i++) publisher.Publish("a", $"{i}", qos: 1, id: (ushort)i);

        Assert.Equal(5, publisher.Received().Count);
        Assert.Equal(2, broker.Statistics.MessagesDropped);
        away.Connect("s", cleanSession: false);
        Assert.Equal(["CONNACK 0 present", "PUBLISH 1 qos1 a=1", "PUBLISH 2 qos1 a=2"], away.Received());
        away.PubAck(1);
        Assert.Equal(["PUBLISH 3 qos1 a=3"], away.Received());
        away.PubAck(2);
        away.PubAck(3);
        Assert.Empty(away.Received());
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    public void A_queue_of_an_absent_client_drops_the_newest_by_bytes()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxQueuedBytes = 25 });
        TestClient away = Away(broker);
        TestClient publisher = broker.Connect("p");
        for (int i = 1; i <= 3; i++) publisher.Publish("a", "123456789", qos: 1, id: (ushort)i);

        Assert.Equal(1, broker.Statistics.MessagesDropped);
        away.Connect("s", cleanSession: false);
        Assert.Equal(3, away.Received().Count);
    }

    [Fact]
    public void All_kept_messages_together_are_bounded()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxKeptBytes = 740 }); // ten times 10 and 64
        TestClient away = Away(broker);
        TestClient publisher = broker.Connect("p");
        for (int i = 1; i <= 30; i++) publisher.Publish("a", "123456789", qos: 1, id: (ushort)i);

        Assert.Equal(20, broker.Statistics.MessagesDropped);
        Assert.Equal(100, broker.Core.Messages.BytesInUse);
        away.Connect("s", cleanSession: false);
        Assert.Equal(11, away.Received().Count);
    }

    [Fact]
    public void A_client_that_does_not_read_misses_QoS_0_and_others_miss_nothing()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 1000, MaxHoldTime = TimeSpan.Zero });
        TestClient slow = broker.Connect("slow");
        TestClient quick = broker.Connect("quick");
        slow.Subscribed("a");
        quick.Subscribed("a");
        slow.TakesBytes = false;
        TestClient publisher = broker.Connect("p");
        for (int i = 0; i < 200; i++) publisher.Publish("a", "12345");

        Assert.Equal(200, quick.Received().Count);
        Assert.InRange(slow.Connection.Unsent, 900, 1000);
        Assert.Equal(200 - slow.Connection.Unsent / 10, broker.Statistics.MessagesShed);
        Assert.Null(slow.End);
        slow.TakesBytes = true;
        broker.Core.MarkDirty(slow.Connection);
        broker.Flush();
        publisher.Publish("a", "again");
        Assert.Equal("PUBLISH qos0 a=again", slow.Received()[^1]);
    }

    [Fact]
    public void A_client_whose_flush_takes_too_long_is_disconnected()
    {
        var broker = new TestBroker();
        TestClient slow = broker.Connect("slow");
        slow.Subscribed("a");
        slow.TakesBytes = false;
        broker.Connect("p").Publish("a", "x");
        Assert.NotNull(slow.Connection.BeginFlush(broker.Now));
        broker.Pass(TimeSpan.FromSeconds(14.5));
        Assert.Null(slow.End);
        broker.Pass(TimeSpan.FromSeconds(0.5));

        Assert.Equal(MqttConnectionEnd.TooSlow, slow.End);
        Assert.Equal(1, broker.Statistics.TooSlow);
    }

    [Fact]
    public void A_client_that_asks_and_does_not_read_is_disconnected()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 1000 });
        TestClient slow = broker.Connect("slow");
        TestClient other = broker.Connect("other");
        slow.TakesBytes = false;
        for (int i = 0; i < 1001; i++) slow.Send("c0 00");

        Assert.Equal(MqttConnectionEnd.TooSlow, slow.End);
        other.Send("c0 00");
        Assert.Equal(["PINGRESP"], other.Received());
    }

    [Fact]
    public void At_QoS_1_a_client_that_does_not_read_gets_all_later()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 100, InitialInFlight = 50, MaxInFlight = 50 });
        TestClient slow = broker.Connect("slow");
        slow.Subscribed("a", 1);
        slow.TakesBytes = false;
        TestClient publisher = broker.Connect("p");
        for (int i = 0; i < 50; i++) publisher.Publish("a", $"{i:d2}", qos: 1, id: 1);
        Assert.InRange(slow.Connection.Unsent, 100, 110);

        slow.TakesBytes = true;
        broker.Core.MarkDirty(slow.Connection);
        broker.Flush();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"PUBLISH {i + 1} qos1 a={i:d2}"), slow.Received());
    }

    [Fact]
    public void A_full_queue_of_a_connected_client_holds_publishers_back_until_it_has_caught_up()
    {
        var broker = new TestBroker(new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1, MaxQueuedMessages = 4 });
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 1);
        subscriber.HasAcknowledged();
        TestClient publisher = broker.Connect("p", keepAlive: 1);
        TestClient other = broker.Connect("o");
        for (int i = 1; i <= 8; i++) publisher.Publish("a", $"{i}", qos: 1, id: (ushort)i);

        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        Assert.Equal(5, publisher.Received().Count);
        Assert.Equal(1, broker.Statistics.PublishersHeld);
        other.Publish("b", "x", qos: 1, id: 1);
        other.Publish("a", "0");
        Assert.Equal(["PUBACK 1"], other.Received());
        broker.Pass(TimeSpan.FromSeconds(0.2));
        Assert.Null(publisher.End); // not its silence

        for (int id = 1; id <= 3; id++) subscriber.PubAck((ushort)id);
        Assert.Equal(Pause.None, publisher.Connection.Pause);
        publisher.Send([]);
        for (int i = 4; i <= 8; i++) subscriber.PubAck((ushort)((i - 1) % 4 + 1)); // four identifiers, in turns
        Assert.Equal(["PUBACK 6", "PUBACK 7", "PUBACK 8"], publisher.Received());
        Assert.Equal(Enumerable.Range(1, 8).Select(i => $"{i}").Append("0").Order(), subscriber.Received().Select(p => p.Split('=')[1]).Order());
        Assert.Equal(0, broker.Statistics.MessagesDropped);
    }

    [Fact]
    public void A_client_that_never_catches_up_holds_nobody_for_longer_than_the_limit()
    {
        var broker = new TestBroker(new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1, MaxQueuedMessages = 4 });
        TestClient stuck = broker.Connect("stuck");
        TestClient quick = broker.Connect("quick");
        stuck.Subscribed("a", 1);
        stuck.HasAcknowledged();
        quick.Subscribed("a", 0);
        TestClient publisher = broker.Connect("p");
        for (int i = 1; i <= 100; i++) publisher.Publish("a", $"{i}", qos: 1, id: (ushort)i);
        Assert.Equal(5, quick.Received().Count);

        broker.Pass(TimeSpan.FromSeconds(5));
        publisher.Send([]);
        Assert.Equal(95, quick.Received().Count);
        Assert.Equal(100, publisher.Received().Count);
        Assert.Equal(1, broker.Statistics.Lagging);
        Assert.Equal(100 - 41, broker.Statistics.MessagesDropped); // one in flight, forty in the queue
    }

    [Fact]
    public void A_held_publisher_goes_on_when_the_client_that_it_waits_for_is_gone()
    {
        var broker = new TestBroker(new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1, MaxQueuedMessages = 1 });
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 1);
        subscriber.HasAcknowledged();
        TestClient publisher = broker.Connect("p");
        for (int i = 1; i <= 3; i++) publisher.Publish("a", $"{i}", qos: 1, id: (ushort)i);
        Assert.Equal(Pause.Held, publisher.Connection.Pause);

        subscriber.Lose();
        Assert.Equal(Pause.None, publisher.Connection.Pause);
        publisher.Send([]);
        Assert.Equal(3, publisher.Received().Count);
    }

    [Fact]
    public void A_client_does_not_wait_for_itself()
    {
        var broker = new TestBroker(new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1, MaxQueuedMessages = 10 });
        TestClient echo = broker.Connect("e");
        echo.Subscribed("a", 1);
        for (int i = 1; i <= 50; i++) echo.Publish("a", $"{i}", qos: 1, id: (ushort)i);

        Assert.Equal(Pause.None, echo.Connection.Pause);
        Assert.Equal(51, echo.Received().Count);
        Assert.Equal(0, broker.Statistics.MessagesDropped);
    }

    [Fact]
    public void Nothing_to_send_is_no_flush()
    {
        var broker = new TestBroker(new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1 });
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", 1);
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 3; i++) publisher.Publish("a", "x", qos: 1, id: i);
        broker.Core.MarkDirty(subscriber.Connection);
        subscriber.PubComp(9);
        _ = subscriber.Connection.Output;

        Assert.Null(subscriber.Connection.BeginFlush(broker.Now));
    }

    private static TestClient Away(TestBroker broker)
    {
        TestClient client = broker.Connect("s", cleanSession: false);
        client.Subscribed("a", 1);
        client.Lose();
        return broker.Open();
    }
}
