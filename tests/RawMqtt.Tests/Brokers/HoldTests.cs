// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>Publishers that are held back for several clients, for one another, and over reconnects.</summary>
public class HoldTests
{
    private readonly TestBroker broker = new(new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1, MaxQueuedMessages = 4 });

    [Fact]
    public void A_publisher_waits_for_all_full_clients_at_once()
    {
        TestClient[] stuck = [.. Enumerable.Range(0, 4).Select(i => Subscribed($"s{i}"))];
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 10; i++) publisher.Publish("a", $"{i}", qos: 1, id: i);
        Assert.Equal(5, publisher.Received().Count);

        broker.Pass(TimeSpan.FromSeconds(5));
        publisher.Send([]);
        Assert.Equal(5, publisher.Received().Count);
        Assert.Equal(4, broker.Statistics.Lagging);
        Assert.Equal(1, broker.Statistics.PublishersHeld);
        Assert.All(stuck, client => Assert.Null(client.End));
    }

    [Fact]
    public void It_goes_on_when_the_last_of_them_has_caught_up()
    {
        TestClient first = Subscribed("1");
        TestClient second = Subscribed("2");
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 6; i++) publisher.Publish("a", $"{i}", qos: 1, id: i);
        CatchUp(first);
        publisher.Send([]);
        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        CatchUp(second);
        publisher.Send([]);
        Assert.Equal(6, publisher.Received().Count);
        Assert.Equal(0, broker.Statistics.MessagesDropped);
    }

    [Fact]
    public void Two_that_publish_to_each_other_do_not_wait_for_each_other()
    {
        TestClient one = Subscribed("1");
        TestClient two = Subscribed("2");
        for (ushort i = 1; i <= 6; i++) one.Publish("a", $"{i}", qos: 1, id: i);
        Assert.Equal(Pause.Held, one.Connection.Pause); // for two
        for (ushort i = 1; i <= 6; i++) two.Publish("a", $"{i}", qos: 1, id: i);

        Assert.Equal(Pause.None, two.Connection.Pause);
        Assert.Equal(6, two.Received().Count(p => p.StartsWith("PUBACK", StringComparison.Ordinal)));
        CatchUp(two);
        one.Send([]);
        Assert.Equal(6, one.Received().Count(p => p.StartsWith("PUBACK", StringComparison.Ordinal)));
        Assert.Equal(0, broker.Statistics.MessagesDropped);
    }

    [Fact]
    public void A_client_that_lags_does_so_over_a_reconnect_until_it_has_caught_up()
    {
        TestClient stuck = Subscribed("s", cleanSession: false);
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 6; i++) publisher.Publish("a", $"{i}", qos: 1, id: i);
        broker.Pass(TimeSpan.FromSeconds(5));
        publisher.Send([]);
        stuck.Lose();
        stuck = broker.Open();
        stuck.Connect("s", cleanSession: false);
        for (ushort i = 7; i <= 12; i++) publisher.Publish("a", $"{i}", qos: 1, id: i);
        Assert.Equal(Pause.None, publisher.Connection.Pause);
        Assert.Equal(12, publisher.Received().Count);

        CatchUp(stuck);
        for (ushort i = 1; i <= 6; i++) publisher.Publish("a", $"{i}", qos: 1, id: i);
        Assert.Equal(Pause.Held, publisher.Connection.Pause); // once more, for once more it may
    }

    [Fact]
    public void A_client_that_has_never_acknowledged_holds_nobody()
    {
        for (int i = 0; i < 5; i++) // one after the other, as an attacker would
        {
            TestClient stuck = broker.Connect($"new{i}");
            stuck.Subscribed("a", 1);
            TestClient publisher = broker.Connect("p");
            for (ushort id = 1; id <= 20; id++) publisher.Publish("a", $"{id}", qos: 1, id: id);
            Assert.Equal(20, publisher.Received().Count);
            for (ushort id = 100; id < 110; id++) stuck.PubAck(id); // of no message: no progress
            publisher.Publish("a", "x", qos: 1, id: 21);
            Assert.Equal(Pause.None, publisher.Connection.Pause);
            publisher.Disconnect();
        }

        Assert.Equal(0, broker.Statistics.PublishersHeld);
    }

    [Fact]
    [Rule("MQTT-3.12.4-1")]
    public void What_does_not_depend_on_a_message_that_waits_is_taken_while_it_waits()
    {
        TestClient stuck = Subscribed("s");
        TestClient publisher = broker.Connect("p");
        publisher.Subscribed("own", 1);
        for (ushort i = 1; i <= 6; i++) publisher.Publish("a", $"{i}", qos: 1, id: i);
        Assert.Equal((Pause.Held, 5), (publisher.Connection.Pause, publisher.Received().Count));
        broker.Connect("o").Publish("own", "x", qos: 1, id: 1);
        Assert.Equal(["PUBLISH 1 qos1 own=x"], publisher.Received());

        publisher.Publish("a", "7", qos: 1, id: 7);
        publisher.PubAck(1);
        publisher.Send("c0 00");
        Assert.Equal(["PINGRESP"], publisher.Received());
        Assert.Equal(0, publisher.Connection.Subscriber!.Session.InFlight);
        publisher.PubRel(9); // depends on what came before
        publisher.Send("c0 00");
        Assert.Empty(publisher.Received());

        broker.Connect("o").Publish("own", "y", qos: 1, id: 1); // under the same identifier
        Assert.Equal(["PUBLISH 2 qos1 own=y"], publisher.Received());
        CatchUp(stuck);
        publisher.Send([]);
        Assert.Equal(["PUBACK 6", "PUBACK 7", "PUBCOMP 9", "PINGRESP"], publisher.Received());
        Assert.Equal(1, publisher.Connection.Subscriber!.Session.InFlight); // the first PUBACK counted once
        Assert.Equal(0, publisher.Connection.Ahead);
    }

    [Fact]
    public void It_is_taken_also_if_it_came_with_the_message_that_waits()
    {
        Subscribed("s");
        TestClient publisher = broker.Connect("p");
        publisher.Send(string.Join(" | ", Enumerable.Range(1, 8).Select(i => $"32 06 00 01 'a' 00 {i:x2} 'x'")) + " | c0 00");
        Assert.Equal((Pause.Held, "PINGRESP"), (publisher.Connection.Pause, publisher.Received()[^1]));
    }

    private TestClient Subscribed(string clientId, bool cleanSession = true)
    {
        TestClient client = broker.Connect(clientId, cleanSession);
        client.Subscribed("a", 1);
        client.HasAcknowledged();
        return client;
    }

    private static void CatchUp(TestClient client)
    {
        for (int i = 0; i < 64; i++) client.PubAck((ushort)(i % 4 + 1)); // one in flight, of four identifiers in turns
    }
}
