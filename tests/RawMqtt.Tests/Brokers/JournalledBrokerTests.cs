// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Brokers;

/// <summary>What a client gets from a broker with a journal, and when.</summary>
public sealed class JournalledBrokerTests
{
    [Fact]
    public void A_reader_that_gets_nothing_of_a_QoS_2_message_still_gets_what_came_before_it()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 100, MaxHoldTime = TimeSpan.Zero });
        var journal = new TestJournal(broker);
        TestClient kept = Kept(broker, journal, "k", "a", qos: 2);
        TestClient reader = broker.Connect();
        reader.Subscribed("a");
        TestClient publisher = broker.Connect();
        reader.TakesBytes = false; // a flush is under way
        publisher.Publish("a", new string('x', 90));
        publisher.Publish("a", new string('y', 90), qos: 2, id: 1); // shed
        reader.TakesBytes = true;
        journal.Commit();
        Assert.Equal("PUBLISH qos0 a=" + new string('x', 90), Assert.Single(reader.Received()));
        Assert.Equal(["PUBREC 1"], publisher.Received());
        Assert.Equal(2, kept.Received().Count);
    }

    /// <summary>A client with a kept session and a subscription, both committed.</summary>
    private static TestClient Kept(TestBroker broker, TestJournal journal, string clientId, string filter, int qos)
    {
        TestClient client = broker.Open();
        client.Connect(clientId, cleanSession: false);
        client.Subscribe(1, (filter, qos));
        journal.Commit();
        Assert.Equal(["CONNACK 0", $"SUBACK 1: {qos}"], client.Received());
        return client;
    }
}
