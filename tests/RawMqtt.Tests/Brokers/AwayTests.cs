// SPDX-License-Identifier: MIT


namespace RawMqtt.Tests.Brokers;

/// <summary>Sessions whose clients are away: how many, for how long, and how much of the memory each may have.</summary>
public class AwayTests
{
    [Fact]
    public void Their_number_is_bounded_and_the_longest_away_gives_way()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxAwaySessions = 3 });
        List<TestClient> clients = [.. Enumerable.Range(0, 10).Select(i => broker.Connect($"c{i}", cleanSession: false))];
        foreach (TestClient client in clients) client.Subscribed("a", 1);
        foreach (TestClient client in clients) client.Lose();

        Assert.Equal(3, broker.Core.Sessions.Away);
        Assert.Equal(3, broker.Core.Sessions.Count);
        Assert.Equal(3, broker.Core.Subscriptions.Count);
        Assert.Equal(7, broker.Statistics.SessionsGivenUp);
        Assert.Equal(["CONNACK 0 present"], Back(broker, "c7"));
        Assert.Equal(["CONNACK 0"], Back(broker, "c6"));
        Assert.Equal(["CONNACK 0 present"], Back(broker, "c9"));
    }

    [Fact]
    public void One_that_comes_back_and_goes_is_the_shortest_away()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxAwaySessions = 2 });
        foreach (string name in new[] { "a", "b", "a", "c" })
        {
            TestClient client = broker.Open();
            client.Connect(name, cleanSession: false);
            client.Disconnect();
        }

        Assert.Equal(["CONNACK 0 present"], Back(broker, "a"));
        Assert.Equal(["CONNACK 0"], Back(broker, "b"));
    }

    [Fact]
    [Rule("MQTT-4.1.0-1")]
    public void They_end_when_their_clients_have_been_away_for_too_long()
    {
        var broker = new TestBroker();
        TestClient stays = broker.Connect("stays", cleanSession: false);
        broker.Connect("old", cleanSession: false).Lose();
        broker.Pass(TimeSpan.FromDays(1));
        broker.Connect("younger", cleanSession: false).Lose();
        broker.Pass(TimeSpan.FromDays(5.9));
        Assert.Equal(2, broker.Core.Sessions.Away);
        broker.Pass(TimeSpan.FromDays(0.1));

        Assert.Equal(1, broker.Statistics.SessionsExpired);
        Assert.Equal(["CONNACK 0"], Back(broker, "old"));
        Assert.Equal(["CONNACK 0 present"], Back(broker, "younger"));
        Assert.Null(stays.End);
    }

    [Fact]
    public void A_client_that_hoards_costs_others_no_message()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxKeptBytes = 30_000, InitialInFlight = 1, MaxInFlight = 1 });
        TestClient victim = broker.Connect("v", cleanSession: false);
        victim.Subscribed("v", 1);
        victim.Lose();
        TestClient hoarder = broker.Connect("h");
        hoarder.Subscribed("h", 1);
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 10; i++) publisher.Publish("h", new string('x', 9_899), qos: 1, id: i);
        long dropped = broker.Statistics.MessagesDropped;
        Assert.InRange(dropped, 1, 8);
        for (ushort i = 1; i <= 50; i++) publisher.Publish("v", $"{i:d2}", qos: 1, id: i);

        Assert.Equal(dropped, broker.Statistics.MessagesDropped);
        Assert.Equal(60, publisher.Received().Count);
        victim = broker.Open();
        victim.Connect("v", cleanSession: false);
        for (ushort i = 1; i <= 50; i++) victim.PubAck((ushort)((i - 1) % 4 + 1)); // four identifiers, in turns
        Assert.Equal(51, victim.Received().Count);
        Assert.InRange(broker.Core.Messages.BytesInUse, 1, 2 * 30_000);
    }

    [Fact]
    public void A_Will_above_the_share_is_refused_when_the_memory_is_used_up()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxKeptBytes = 100 });
        TestClient first = broker.Open();
        first.Connect("1", willTopic: "w", will: new string('x', 200));
        Assert.Equal(["CONNACK 0"], first.Received());
        TestClient second = broker.Open();
        second.Connect("2", willTopic: "w", will: new string('x', 200));

        Assert.Equal(["CONNACK 3"], second.Received());
        Assert.Equal(1, broker.Statistics.WillsRefused);
        TestClient third = broker.Open();
        third.Connect("3", willTopic: "w", will: "gone");
        Assert.Equal(["CONNACK 0"], third.Received());
    }

    private static List<string> Back(TestBroker broker, string clientId)
    {
        TestClient client = broker.Open();
        client.Connect(clientId, cleanSession: false);
        return client.Received();
    }
}
