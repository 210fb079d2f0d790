// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Brokers;

/// <summary>Messages that wait leave memory and stand in the journal alone, each time that memory is full.</summary>
public sealed class EvictionTests
{
    private const int SegmentLength = 2000;

    private readonly TestBroker broker = new(new MqttBrokerLimits { MaxJournalMemory = 1, InitialInFlight = 1, MaxInFlight = 1 });
    private readonly TestJournal journal;
    private readonly TestClient publisher;

    public EvictionTests()
    {
        journal = new TestJournal(broker, SegmentLength);
        publisher = broker.Connect();
        TestClient reader = Connect();
        reader.Subscribe(1, ("a", 1));
        journal.Commit();
        reader.Lose();
        for (ushort id = 1; id <= 3; id++) publisher.Publish("a", $"{id}", qos: 1, id);
        journal.Commit();
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    public void Messages_that_were_read_from_the_journal_leave_memory_again()
    {
        Load();
        Assert.Equal(3, broker.Core.Messages.InUse);
        Evict();
        Assert.Equal(1, broker.Core.Messages.InUse); // it is in flight
        Assert.Equal(["PUBLISH 1 qos1 dup a=1", "PUBLISH 2 qos1 a=2", "PUBLISH 3 qos1 a=3", "PUBLISH 4 qos1 a=4"], ReadAll(4));
    }

    [Fact]
    public void Messages_that_were_read_while_they_were_carried_forward_leave_memory_again()
    {
        while (journal.Newest == 1)
        {
            publisher.Publish("filler", new string('f', 200), retain: true);
            journal.Commit();
        }

        journal.CarryOldest();
        journal.BeginCommit();
        Load();
        journal.EndCommit();
        journal.DeleteOldest();
        Evict();
        Assert.Equal(["PUBLISH 1 qos1 dup a=1", "PUBLISH 2 qos1 a=2", "PUBLISH 3 qos1 a=3", "PUBLISH 4 qos1 a=4"], ReadAll(4));
        Assert.Equal(0, broker.Statistics.MessagesDropped);
    }

    [Fact]
    public void Messages_behind_those_in_the_journal_alone_leave_memory_before_it_is_full_again_while_their_client_is_away()
    {
        var other = new TestBroker(new MqttBrokerLimits { MaxJournalMemory = 600 });
        var notes = new TestJournal(other);
        TestClient reader = other.Open();
        reader.Connect("r", cleanSession: false);
        reader.Subscribe(1, ("a", 1));
        notes.Commit();
        reader.Lose();
        TestClient sender = other.Connect();
        int[] inMemory = new int[6];
        for (ushort id = 1; id <= inMemory.Length; id++)
        {
            sender.Publish("a", $"{id}", qos: 1, id);
            notes.Commit();
            inMemory[id - 1] = other.Core.Messages.InUse;
        }

        Assert.Equal([1, 2, 3, 0, 0, 0], inMemory);
    }

    [Fact]
    public void What_many_sessions_shared_counts_as_long_as_one_waits_for_it_in_the_journal_alone()
    {
        var other = new TestBroker(new MqttBrokerLimits { MaxJournalMemory = 1 });
        var notes = new TestJournal(other, SegmentLength);
        TestClient[] readers = [.. Enumerable.Range(0, 200).Select(_ => other.Open())];
        for (int i = 0; i < readers.Length; i++)
        {
            readers[i].Connect($"r{i}", cleanSession: false);
            readers[i].Subscribe(1, ("a", 1));
        }

        notes.Commit();
        readers[0].Lose();
        TestClient sender = other.Connect();
        sender.Publish("a", "x", qos: 1, id: 1);
        notes.Commit();
        foreach (TestClient reader in readers[1..]) reader.PubAck(1);
        notes.Commit();
        Assert.Equal(0, other.Core.Messages.InUse);
        for (int file = 1; file < 3; file++)
        {
            while (notes.Newest == file) // the next file
            {
                sender.Publish("filler", new string('f', 200), retain: true);
                notes.Commit();
            }

            notes.CarryOldest();
            notes.Commit();
            Assert.False(notes.HoldsLittle); // the share of one session is less than a byte
            notes.DeleteOldest();
        }
    }

    /// <summary>The reader comes, its messages are read from the journal, and it goes.</summary>
    private void Load()
    {
        TestClient reader = Connect();
        journal.Load();
        reader.Lose();
    }

    /// <summary>One more message waits, and memory is full.</summary>
    private void Evict()
    {
        publisher.Publish("a", "4", qos: 1, id: 4);
        journal.Commit();
    }

    private TestClient Connect()
    {
        TestClient reader = broker.Open();
        reader.Connect("r", cleanSession: false);
        return reader;
    }

    private List<string> ReadAll(int count)
    {
        TestClient reader = Connect();
        var all = new List<string>();
        for (ushort id = 1; id <= count; id++)
        {
            journal.Load();
            journal.Commit();
            all.AddRange(reader.Received());
            reader.PubAck(id);
        }

        Assert.Equal("CONNACK 0 present", all[0]);
        return all[1..];
    }
}
