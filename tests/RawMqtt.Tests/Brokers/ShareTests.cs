// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>A client or user that takes all that a limit allows leaves others their share.</summary>
public class ShareTests
{
    [Fact]
    public void One_client_cannot_keep_others_from_retaining_new_topics()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxRetainedMessages = 10 });
        TestClient hoarder = broker.Connect("hoarder");
        for (int i = 0; i < 50; i++) hoarder.Publish($"h{i}", "x", retain: true);
        Assert.Equal(10, broker.Core.Retained.Count);
        TestClient honest = broker.Connect("honest");
        for (int i = 0; i < 50; i++) honest.Publish($"o{i}", "x", retain: true);

        Assert.Equal(15, broker.Core.Retained.Count); // half of the limit for each of two
        Assert.NotNull(broker.Core.Retained.Find("o4"u8));
        Assert.Null(broker.Core.Retained.Find("o5"u8));
        hoarder.Publish("h0", "", retain: true);
        hoarder.Publish("h50", "x", retain: true);
        Assert.Null(broker.Core.Retained.Find("h50"u8)); // it is still above its share
    }

    [Fact]
    public void However_many_clients_hoard_all_together_stay_within_twice_the_limit()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxRetainedMessages = 100, MaxRetainedBytes = 1000, MaxRetainedLevels = 200 });
        for (int client = 0; client < 30; client++)
        {
            TestClient hoarder = broker.Connect($"c{client}");
            for (int i = 0; i < 120; i++) hoarder.Publish($"{client}/{i}", new string('x', i % 30 + 1), retain: true);
        }

        Assert.InRange(broker.Core.Retained.Count, 50, 200);
        Assert.InRange(broker.Core.Retained.Bytes, 500, 2000);
        Assert.InRange(broker.Core.Retained.Levels, 100, 400);
    }

    [Fact]
    [Rule("MQTT-3.3.1-7")]
    public void An_update_that_does_not_fit_leaves_the_older_one_unless_it_has_QoS_0()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxRetainedBytes = 20 });
        TestClient client = broker.Connect("c");
        client.Publish("a", "123456789", retain: true);
        client.Publish("b", "123456789", retain: true);
        client.Publish("a", new string('x', 100), qos: 1, id: 1, retain: true); // longer, once
        Assert.Equal(111, broker.Core.Retained.Bytes);

        client.Publish("b", "1234567890", qos: 1, id: 2, retain: true);
        Assert.Equal("123456789"u8, broker.Core.Retained.Find("b"u8)!.Payload);
        client.Publish("b", "987654321", qos: 1, id: 3, retain: true); // no longer
        Assert.Equal("987654321"u8, broker.Core.Retained.Find("b"u8)!.Payload);
        client.Publish("b", "1234567890", retain: true);
        Assert.Null(broker.Core.Retained.Find("b"u8));
        Assert.Equal(2, broker.Statistics.RetainedDropped);
        Assert.Equal(1, broker.Core.Messages.InUse);
    }

    [Fact]
    public void A_retained_Will_counts_for_its_client()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxRetainedMessages = 2 });
        for (int i = 0; i < 5; i++)
        {
            TestClient client = broker.Open();
            client.Connect("same", willTopic: $"w{i}", will: "x", willRetain: true);
            client.Lose();
        }

        Assert.Equal((2, 3L), (broker.Core.Retained.Count, broker.Statistics.RetainedDropped));
    }

    [Fact]
    public void Messages_that_are_replaced_and_removed_leave_nothing_behind()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxRetainedMessages = 4 });
        TestClient one = broker.Connect("1");
        TestClient two = broker.Connect("2");
        for (int round = 0; round < 20; round++)
        {
            foreach (TestClient client in new[] { one, two })
                for (int i = 0; i < 3; i++) client.Publish($"t/{i}", $"{round}", retain: true);
            one.Publish("t/1", "", retain: true);
        }

        Assert.Equal((2, 3), (broker.Core.Retained.Count, broker.Core.Retained.Levels));
        for (int i = 0; i < 3; i++) two.Publish($"t/{i}", "", retain: true);
        Assert.Equal((0, 0, 0L), (broker.Core.Retained.Count, broker.Core.Retained.Levels, broker.Core.Retained.Bytes));
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Kept_sessions_of_one_user_or_address_do_not_push_out_those_of_others(bool byUser)
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxAwaySessions = 10 });
        for (int i = 0; i < 3; i++) GoAway(broker, $"honest{i}", "h", [1, 1, 1, 1], byUser);
        for (int i = 0; i < 100; i++) GoAway(broker, $"flood{i}", "f", [2, 2, 2, 2], byUser);

        Assert.Equal((10, 93L), (broker.Core.Sessions.Away, broker.Statistics.SessionsGivenUp));
        for (int i = 0; i < 3; i++) Assert.True(broker.Core.Sessions.TryFind(System.Text.Encoding.UTF8.GetBytes($"honest{i}"), out _));
        Assert.True(broker.Core.Sessions.TryFind("flood99"u8, out _));
        Assert.False(broker.Core.Sessions.TryFind("flood92"u8, out _));
    }

    [Fact]
    public void The_group_with_most_sessions_gives_up_its_longest_away()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxAwaySessions = 6 });
        for (int i = 0; i < 5; i++) GoAway(broker, $"many{i}", "m", null, byUser: true);
        GoAway(broker, "one", "o", null, byUser: true);
        GoAway(broker, "new", "n", null, byUser: true);

        Assert.False(broker.Core.Sessions.TryFind("many0"u8, out _));
        Assert.Equal(6, broker.Core.Sessions.Away);
    }

    [Theory]
    [InlineData(false, "CONNACK 2")]
    [InlineData(true, "CONNACK 0")]
    public void A_client_identifier_of_another_users_session_is_refused_unless_they_are_shared(bool shares, string expected)
    {
        var broker = new TestBroker(callbacks: new BrokerCallbacks { SharesClientIds = shares });
        TestClient owner = Named(broker, "c", "owner", cleanSession: false);
        TestClient other = Named(broker, "c", "other", cleanSession: true);

        Assert.Equal([expected], other.Received());
        Assert.Equal(shares ? MqttConnectionEnd.TakenOver : null, owner.End);
        if (shares) return;
        Assert.Equal(MqttConnectionEnd.Refused, other.End);
        owner.Lose();
        Assert.Equal(["CONNACK 2"], Named(broker, "c", "other", cleanSession: false).Received());
        Assert.Equal(["CONNACK 0 present"], Named(broker, "c", "owner", cleanSession: false).Received());
    }

    private static void GoAway(TestBroker broker, string clientId, string user, byte[]? origin, bool byUser)
    {
        TestClient client = byUser ? Named(broker, clientId, user, cleanSession: false) : broker.Open();
        client.Connection.Origin = origin;
        if (!byUser) client.Connect(clientId, cleanSession: false);
        client.Lose();
    }

    private static TestClient Named(TestBroker broker, string clientId, string user, bool cleanSession)
    {
        TestClient client = broker.Open();
        int length = 10 + 2 + clientId.Length + 2 + user.Length;
        string flags = cleanSession ? "82" : "80";
        client.Send($"10 {length:x2} | 00 04 'MQTT' 04 {flags} 00 00 | 00 {clientId.Length:x2} '{clientId}' 00 {user.Length:x2} '{user}'");
        return client;
    }
}
