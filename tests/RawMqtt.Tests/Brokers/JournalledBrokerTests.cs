// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;

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

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_retained_QoS_2_message_goes_to_a_new_subscription_once_it_is_committed(int qos)
    {
        var broker = new TestBroker();
        var journal = new TestJournal(broker);
        TestClient reader = broker.Connect();
        TestClient publisher = broker.Connect();
        publisher.Publish("a", "x", qos: 2, id: 1, retain: true);
        reader.Subscribe(1, ("a", qos));
        Assert.Empty(reader.Received());
        journal.Commit();
        Assert.Equal([$"SUBACK 1: {qos}", $"PUBLISH {(qos > 0 ? "1 " : "")}qos{qos} retain a=x"], reader.Received());
        publisher.Publish("a", "y", qos: 1, id: 2, retain: true);
        reader.Subscribe(2, ("a", 0));
        Assert.Contains("PUBLISH qos0 retain a=y", reader.Received());
    }

    [Fact]
    public void A_subscription_of_the_program_gets_a_retained_QoS_2_message_once_it_is_committed()
    {
        var broker = new TestBroker();
        var journal = new TestJournal(broker);
        broker.Connect().Publish("a", "x", qos: 2, id: 1, retain: true);
        List<string> received = [];
        broker.Core.Subscribe("a"u8, QualityOfService.ExactlyOnce, Receive);
        journal.BeginCommit();
        Assert.Empty(received);
        journal.EndCommit();
        Assert.Equal(["x"], received);
        broker.Core.Subscribe("a"u8, QualityOfService.ExactlyOnce, Receive);
        Assert.Equal(["x", "x"], received);

        bool Receive(in PublishPacket packet)
        {
            received.Add(Encoding.UTF8.GetString(packet.Payload));
            return false;
        }
    }

    [Fact]
    public void A_commit_whose_end_fails_once_ends_later_and_leaves_nothing_to_the_next_one()
    {
        var broker = new TestBroker();
        BrokerParts parts = broker.Core.Parts;
        var noted = new BrokerJournal(default, startedAt: 1_000_000);
        parts.Turn.Journal = noted;
        var journalled = new JournalledBroker(parts, noted, new StoredTotal());
        TestClient reader = broker.Open();
        reader.Connect("r", cleanSession: false);
        reader.Subscribe(1, ("a", 1));
        reader.Lose();
        TestClient publisher = broker.Connect();
        publisher.Publish("a", "1", qos: 1, id: 1);
        Assert.Single(noted.Placements);
        var taken = new RecordBuffer();
        journalled.BeginCommit(taken);
        Assert.Throws<InvalidOperationException>(() => journalled.EndCommit(taken.Appended, (_, _) => throw new InvalidOperationException(), broker.Now));

        journalled.EndCommit(taken.Appended, (_, _) => throw new InvalidOperationException(), broker.Now);

        Assert.Equal(taken.Appended, journalled.Committed);
        taken.Clear();
        publisher.Publish("a", "2", qos: 1, id: 2);
        journalled.BeginCommit(taken);
        publisher.Publish("a", "3", qos: 1, id: 3);
        Assert.Equal(3, Assert.Single(noted.Placements).Number);
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
