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

    private TestClient Subscribed(string clientId, bool cleanSession = true)
    {
        TestClient client = broker.Connect(clientId, cleanSession);
        client.Subscribed("a", 1);
        return client;
    }

    private static void CatchUp(TestClient client)
    {
        for (int i = 0; i < 64; i++) client.PubAck((ushort)(i % 4 + 1)); // one in flight, of four identifiers in turns
    }
}
