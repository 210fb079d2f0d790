// SPDX-License-Identifier: MIT


namespace RawMqtt.Tests.Brokers;

/// <summary>Retained messages for new subscriptions, when there is much to search or to send.</summary>
public class ReplayTests
{
    private const string Again = "82 06 00 01 00 01 '#' 00";

    [Fact]
    [Rule("MQTT-3.8.4-3")]
    public void A_filter_that_waits_is_searched_for_once_however_often_it_was_subscribed_to()
    {
        TestBroker broker = Filled(100, new MqttBrokerLimits { MaxOutgoingBytes = 500 });
        TestClient client = broker.Connect("c");
        client.TakesBytes = false;
        long before = broker.Core.Retained.Searched;
        for (int i = 0; i < 50; i++) client.Send(Again);
        Assert.InRange(broker.Core.Retained.Searched - before, 1, 150); // one search

        client.TakesBytes = true;
        broker.Core.MarkDirty(client.Connection);
        broker.Flush();
        List<string> got = client.Received();
        Assert.Equal(50, got.Count(p => p.StartsWith("SUBACK", StringComparison.Ordinal)));
        Assert.Equal(200, got.Count(p => p.StartsWith("PUBLISH", StringComparison.Ordinal))); // the first one's, and once more for all the others
    }

    [Fact]
    [Rule("MQTT-3.9.3-1")]
    public void A_filter_that_one_Subscribe_has_many_times_is_searched_for_once()
    {
        TestBroker broker = Filled(10, new MqttBrokerLimits());
        TestClient client = broker.Connect("c");
        client.Subscribe(1, [.. Enumerable.Repeat(("#", 1), 1000)]);

        List<string> got = client.Received();
        Assert.Equal($"SUBACK 1:{string.Concat(Enumerable.Repeat(" 1", 1000))}", got[0]);
        Assert.Equal(10, got.Count - 1);
    }

    [Fact]
    public void A_long_search_lets_others_have_their_turn()
    {
        TestBroker broker = Filled(100, new MqttBrokerLimits { MaxRetainedSearch = 150 });
        TestClient client = broker.Connect("c");
        int turns = client.Turns;
        client.Subscribe(1, [.. Enumerable.Range(0, 50).Select(i => ($"+/nothing{i}", 0)), ("#", 0)]);

        Assert.InRange(client.Turns - turns, 25, 60); // two searches a turn
        Assert.Equal(client.Turns - turns - 1, broker.Statistics.ReplaysPaused);
        Assert.Equal(101, client.Received().Count);
        client.Send("c0 00");
        Assert.Equal(["PINGRESP"], client.Received());
    }

    [Fact]
    public void A_search_that_a_flush_left_over_goes_on_with_time()
    {
        TestBroker broker = Filled(100, new MqttBrokerLimits { MaxRetainedSearch = 50, MaxOutgoingBytes = 500 });
        TestClient client = broker.Connect("c");
        client.TakesBytes = false;
        client.Subscribe(1, ("#", 0), ("+/a", 0), ("+/b", 0), ("t1", 0));
        client.TakesBytes = true;
        broker.Core.MarkDirty(client.Connection);
        broker.Flush();
        for (int i = 0; i < 4; i++) broker.Pass(TimeSpan.FromSeconds(0.25));

        List<string> got = client.Received();
        Assert.Equal(102, got.Count);
        Assert.Equal("PUBLISH qos0 retain t1=x", got[^1]);
        Assert.Null(client.Connection.Subscriber!.Replay);
    }

    [Fact]
    public void What_a_kept_session_did_not_get_comes_when_it_is_back()
    {
        TestBroker broker = Filled(100, new MqttBrokerLimits { InitialInFlight = 2, MaxInFlight = 2 });
        TestClient client = broker.Connect("c", cleanSession: false);
        client.Subscribe(1, ("#", 1), ("t5", 0));
        Assert.Equal(1 + 2, client.Received().Count);
        client.Lose();
        Assert.Equal(100, broker.Core.Messages.InUse); // the retained ones alone

        client = broker.Open();
        client.Connect("c", cleanSession: false);
        var got = new List<string>();
        for (List<string> now = client.Received(); now.Count > 0; now = client.Received())
        {
            got.AddRange(now);
            foreach (string packet in now.Where(p => p.Contains(" qos1 "))) client.PubAck(ushort.Parse(packet.Split(' ')[1]));
        }

        Assert.Equal(100, got.Select(p => p.Split(' ')[^1]).Where(p => p.EndsWith("=x", StringComparison.Ordinal)).Distinct().Count());
        Assert.Equal("PUBLISH qos0 retain t5=x", got[^1]);
    }

    [Fact]
    public void A_filter_that_is_given_up_is_no_longer_searched_for()
    {
        TestBroker broker = Filled(100, new MqttBrokerLimits { MaxOutgoingBytes = 500 });
        TestClient client = broker.Connect("c");
        client.TakesBytes = false;
        client.Subscribe(1, ("#", 0), ("t7", 0));
        client.Unsubscribe(2, "t7");
        client.TakesBytes = true;
        broker.Core.MarkDirty(client.Connection);
        broker.Flush();
        Assert.Equal(102, client.Received().Count);
    }

    private static TestBroker Filled(int count, MqttBrokerLimits limits)
    {
        var broker = new TestBroker(limits);
        TestClient filler = broker.Connect("f");
        for (int i = 0; i < count; i++) filler.Publish($"t{i}", "x", qos: 1, id: 1, retain: true);
        filler.Lose();
        return broker;
    }
}
