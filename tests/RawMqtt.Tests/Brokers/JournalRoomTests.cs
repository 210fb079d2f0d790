// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>A journal that may not become longer: first each session keeps to its share, then publishers wait, and then their connections end.</summary>
public sealed class JournalRoomTests
{
    private const int Most = 40_000; // the limit without two segments; half of it is for what counts

    private static readonly string Payload = new('x', 1000);

    private readonly TestBroker broker;
    private readonly TestJournal journal;
    private readonly TestClient publisher;
    private readonly List<string> drops = [];
    private ushort last;

    public JournalRoomTests()
    {
        var limits = new MqttBrokerLimits { JournalSegmentLength = 10_000, MaxJournalLength = Most + 20_000 };
        var callbacks = new BrokerCallbacks { Dropped = (client, limit, _) => drops.Add($"{Encoding.UTF8.GetString(client.ClientId)} {limit}") };
        broker = new TestBroker(limits, callbacks);
        journal = new TestJournal(broker);
        foreach (string name in (string[])["many", "few"])
        {
            TestClient client = broker.Open();
            client.Connect(name, cleanSession: false);
            client.Subscribe(1, (name, 1));
            client.Lose();
        }

        publisher = broker.Connect();
        journal.Commit();
    }

    [Fact]
    public void A_session_above_its_share_loses_the_newest_before_a_publisher_waits()
    {
        Assert.Equal(18, PublishUntilDropped("many"));
        Assert.Equal(["many MaxJournalLength"], drops);
        Assert.Equal(1, broker.Statistics.JournalLengthReached);
        Assert.Equal(9, PublishUntilDropped("few"));
        Assert.Equal(0, broker.Statistics.JournalHolds);
        Assert.Equal((1, 1), (broker.Statistics.MessagesDropped - 1, drops.Count(drop => drop.StartsWith("few", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_session_with_nothing_gets_one_message_of_any_length()
    {
        PublishUntilDropped("many");
        Publish("few", new string('x', 30_000));
        Assert.Single(drops);
    }

    [Fact]
    public void A_publisher_of_what_is_kept_waits_for_shorter_files_and_others_do_not()
    {
        PublishUntilDropped("many");
        journal.Measure(Most + 1);
        Publish("many"); // its session is above its share: dropped
        TestClient reader = broker.Connect();
        reader.Subscribed("clean", qos: 1);
        Publish("clean");
        Assert.Equal(Pause.None, publisher.Connection.Pause);
        Assert.Single(reader.Received());

        Publish("few");
        publisher.Send("c0 00");
        Assert.Equal("PINGRESP", publisher.Received()[^1]);
        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        journal.Measure(Most - 3000);
        Assert.Equal(Pause.None, publisher.Connection.Pause);
        publisher.Send([]);
        journal.Commit();
        Assert.Equal($"PUBACK {last}", publisher.Received()[^1]);
    }

    [Fact]
    public void A_publisher_that_has_waited_for_a_minute_is_disconnected_and_its_Will_goes_out()
    {
        journal.Measure(Most + 1);
        Publish("few");
        broker.Pass(TimeSpan.FromSeconds(59));
        Assert.Null(publisher.End);
        broker.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(MqttConnectionEnd.NoRoom, publisher.End);
        Assert.Equal(nameof(MqttBrokerLimits.MaxJournalLength), publisher.Connection.Limit);
    }

    [Fact]
    public void What_follows_from_the_end_of_a_publisher_happens_with_the_commit_that_ends_it()
    {
        TestClient reader = broker.Connect();
        reader.Subscribed("wills");
        TestClient client = broker.Open();
        client.Connect("late", willTopic: "wills", will: "gone");
        journal.Measure(Most + 1);
        client.Publish("few", Payload, qos: 1, id: 1);
        Assert.Equal(Pause.Held, client.Connection.Pause);
        broker.Now += JournalHolds.Longest;
        journal.Commit();
        Assert.Equal(MqttConnectionEnd.NoRoom, client.End);
        Assert.Equal(["PUBLISH qos0 wills=gone"], reader.Received());
    }

    [Fact]
    public void What_ends_while_it_is_carried_forward_does_not_count_for_ever()
    {
        PublishUntilDropped("many");
        long carried = journal.Room.Counting;
        journal.Room.BeginPass();
        TestClient many = broker.Open();
        many.Connect("many", cleanSession: true);
        journal.Commit();
        journal.Room.Correct(carried, isAll: true);
        Assert.InRange(journal.Room.Counting, 0, carried / 4);
    }

    [Fact]
    public void The_program_gets_an_error_at_once()
    {
        journal.Measure(Most + 1);
        Assert.False(broker.TryPublishFromProgram("kept", "1", retain: true));
        Assert.True(broker.TryPublishFromProgram("kept", "1"));
        Assert.Null(broker.Core.Retained.Find("kept"u8));
    }

    [Fact]
    public void Without_a_limit_files_that_are_longer_than_twice_what_counts_and_two_segments_hold_publishers_while_they_can_be_shortened()
    {
        var unlimited = new TestBroker(new MqttBrokerLimits { JournalSegmentLength = 10_000 });
        var its = new TestJournal(unlimited);
        TestClient client = unlimited.Connect();
        its.Measure(100_000);
        client.Publish("a", Payload, qos: 1, id: 1, retain: true); // nothing carries forward
        Assert.Equal(Pause.None, client.Connection.Pause);
        its.Room.Rest = 0;
        client.Publish("a", Payload, qos: 1, id: 2, retain: true);
        Assert.Equal(Pause.Held, client.Connection.Pause);
        Assert.True(its.Room.IsLong);
        unlimited.Pass(TimeSpan.FromMinutes(2));
        Assert.Null(client.End);
        its.Measure(15_000);
        Assert.Equal(Pause.None, client.Connection.Pause);
    }

    /// <summary>Publishes until a message is dropped.</summary>
    /// <returns>How many were kept.</returns>
    private int PublishUntilDropped(string topic)
    {
        long before = broker.Statistics.MessagesDropped;
        int kept = -1;
        while (broker.Statistics.MessagesDropped == before && kept < 100)
        {
            Publish(topic);
            kept++;
        }

        return kept;
    }

    private void Publish(string topic, string? payload = null)
    {
        publisher.Publish(topic, payload ?? Payload, qos: 1, id: ++last);
        journal.Commit();
    }
}
