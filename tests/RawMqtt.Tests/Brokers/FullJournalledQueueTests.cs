// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>Full queues of a broker with a journal: what was dropped and what ended is so in the next process too, for the limits of a queue and for the
/// share of the journal.</summary>
public class FullJournalledQueueTests
{
    private const int Most = 40_000; // the limit of the journal without two segments; half of it is for what counts

    private MqttWhenQueueFull whenFull = MqttWhenQueueFull.DropOldest;
    private MqttBrokerLimits limits = new() { MaxQueuedMessages = 3, InitialInFlight = 1, MaxInFlight = 1 };
    private TestBroker broker = null!;
    private TestJournal journal = null!;
    private TestClient publisher = null!;
    private ushort last;

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(1)]
    public void Messages_that_were_dropped_do_not_come_back_after_a_crash(long memory)
    {
        Start(memory);
        Publish(6); // and one is in flight
        Assert.Equal(3, broker.Statistics.MessagesDropped);
        Assert.Equal(memory > 1, broker.Core.Messages.InUse > 1);
        Crash();
        Assert.Equal(["a=1", "a=5", "a=6", "a=7"], ReadAll());
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(1)]
    public void Messages_that_are_read_from_the_journal_meanwhile_may_be_dropped(long memory)
    {
        Start(memory);
        Publish(3);
        TestClient reader = Return();
        reader.PubAck(1); // the next one leaves, or must be read first
        journal.Commit();
        reader.Lose();
        Publish(2);
        journal.Load();
        Publish(1);
        Assert.Equal(["a=5", "a=6", "a=7"], ReadAll().TakeLast(3));
        Crash();
        Assert.Empty(ReadAll());
    }

    [Fact]
    public void Messages_that_were_dropped_are_not_carried_forward()
    {
        Start(memory: 1);
        Publish(6);
        while (journal.Newest == 1)
        {
            publisher.Publish("filler", new string('f', 200), retain: true);
            journal.Commit();
        }

        journal.CarryOldest();
        journal.Commit();
        journal.DeleteOldest();
        Crash();
        Assert.Equal(["a=1", "a=5", "a=6", "a=7"], ReadAll());
    }

    [Fact]
    public void A_session_that_ended_is_not_there_after_a_crash()
    {
        whenFull = MqttWhenQueueFull.EndSession;
        Start();
        Publish(3);
        publisher.Received();
        publisher.Publish("a", "5", qos: 1, id: 5);
        Assert.Empty(publisher.Received()); // before the end of the session is committed
        journal.Commit();
        Assert.Equal(["PUBACK 5"], publisher.Received());
        Crash();
        Assert.Equal(0, broker.Core.Sessions.Count);
        TestClient reader = Return();
        Assert.Equal(["CONNACK 0"], reader.Received());
    }

    [Fact]
    public void A_session_whose_end_is_not_committed_is_there_after_a_crash_and_has_what_was_acknowledged()
    {
        whenFull = MqttWhenQueueFull.EndSession;
        Start();
        Publish(3);
        publisher.Publish("a", "5", qos: 1, id: 5);
        Crash();
        Assert.Equal(["a=1", "a=2", "a=3", "a=4"], ReadAll());
    }

    [Fact]
    public void The_end_of_a_publishers_own_session_is_no_damage_for_the_next_process()
    {
        whenFull = MqttWhenQueueFull.EndSession;
        Start();
        TestClient echo = Return("echo");
        echo.Subscribe(1, ("e", 2));
        journal.Commit();
        for (ushort i = 1; i <= 40; i++) echo.Publish("e", $"{i}", qos: 2, i);
        journal.Commit();
        Assert.Equal(MqttConnectionEnd.QueueFull, echo.End);
        echo.Lose();
        Crash();
        Assert.Equal(1, broker.Core.Sessions.Count); // that of the reader
    }

    [Fact]
    public void Above_its_share_of_the_journal_a_session_loses_the_oldest()
    {
        StartShared();
        Publish(40, 1000);
        Assert.Equal(0, broker.Statistics.JournalHolds);
        Assert.InRange(broker.Statistics.JournalLengthReached, 20, 24);
        Assert.Equal(broker.Statistics.MessagesDropped, broker.Statistics.JournalLengthReached);
        Crash();
        string[] left = [.. ReadAll()];
        Assert.InRange(left.Length, 16, 20);
        Assert.EndsWith("40", left[^1], StringComparison.Ordinal);
        Assert.EndsWith("39", left[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void Above_its_share_of_the_journal_a_session_ends_before_a_publisher_waits()
    {
        whenFull = MqttWhenQueueFull.EndSession;
        StartShared();
        Publish(18, 1000);
        Assert.Equal(0, broker.Statistics.SessionsQueueFull);
        journal.Measure(Most + 1);
        Publish(1, 1000);
        Assert.Equal((1, 0), (broker.Statistics.SessionsQueueFull, broker.Statistics.JournalHolds));
        Crash();
        Assert.Equal(1, broker.Core.Sessions.Count); // that of another client
    }

    [Fact]
    public void A_publisher_waits_for_shorter_files_also_if_the_oldest_makes_room()
    {
        StartShared();
        Publish(30, 1000);
        long dropped = broker.Statistics.MessagesDropped;
        journal.Measure(Most + 1);
        Publish(1, 1000);
        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        journal.Measure(Most - 3000);
        publisher.Send([]);
        Assert.Equal(Pause.None, publisher.Connection.Pause);
        Assert.Equal(dropped + 1, broker.Statistics.MessagesDropped);
    }

    private void Start(long memory = 1 << 20)
    {
        limits = limits with { MaxJournalMemory = memory };
        broker = NewBroker();
        journal = new TestJournal(broker, segmentLength: 2000);
        TestClient reader = Return();
        reader.Subscribe(1, ("a", 1));
        publisher = broker.Connect("p");
        journal.Commit();
        Publish(1);
        reader.Lose();
        journal.Commit();
    }

    /// <summary>Two sessions share the journal.</summary>
    private void StartShared()
    {
        limits = new MqttBrokerLimits { JournalSegmentLength = 10_000, MaxJournalLength = Most + 20_000 };
        broker = NewBroker();
        journal = new TestJournal(broker);
        foreach (string name in (string[])["r", "other"])
        {
            TestClient client = Return(name);
            client.Subscribe(1, (name == "r" ? "a" : "b", 1));
            client.Lose();
        }

        publisher = broker.Connect("p");
        journal.Commit();
    }

    private TestBroker NewBroker() => new(limits, new BrokerCallbacks { WhenQueueFull = _ => whenFull });

    private void Publish(int count, int length = 0)
    {
        while (count-- > 0)
        {
            publisher.Publish("a", $"{++last}".PadLeft(length, '0'), qos: 1, last);
            journal.Commit();
        }
    }

    /// <summary>The process is killed: what is not committed is lost.</summary>
    private void Crash()
    {
        broker = NewBroker();
        journal = journal.RestartedBy(broker);
        journal.Commit();
    }

    private TestClient Return(string clientId = "r")
    {
        TestClient client = broker.Open();
        client.Connect(clientId, cleanSession: false);
        journal.Commit();
        return client;
    }

    private List<string> ReadAll()
    {
        TestClient reader = Return();
        var all = new List<string>();
        while (true)
        {
            journal.Load();
            journal.Commit();
            string[] publishes = [.. reader.Received().Where(packet => packet.StartsWith("PUBLISH", StringComparison.Ordinal))];
            if (publishes.Length == 0) break;
            foreach (string publish in publishes)
            {
                string[] words = publish.Split(' ');
                all.Add(words[^1]);
                reader.PubAck(ushort.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        reader.Lose();
        journal.Commit();
        return all;
    }
}
