// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Serving;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Serving;

/// <summary>Carrying forward under load: how much it notes between two commits, and how long the journal becomes.</summary>
public sealed class JournalLengthTests
{
    private const int SegmentLength = 512 * 1024;
    private const int LongestRecord = 6000; // of a message, or of a session with its subscriptions

    private readonly StoredCore stored = new(SegmentLength, new MqttBrokerLimits { MaxQueuedMessages = 100_000, MaxQueuedBytes = 1 << 30 });
    private readonly JournalCarrier carrier;
    private readonly Random random = new(1);
    private readonly ServedConnection publisher;
    private readonly List<string> excesses = [];
    private long carried;
    private int underLoad;
    private int held;
    private int bound = JournalCarrier.MostAtOnce; // at the last look
    private int inHaste;
    private int unseen; // haste that began and ended between two looks
    private (string Topic, string Payload, bool IsRetained)? waiting; // while the publisher is held

    public JournalLengthTests()
    {
        carrier = stored.Carrier();
        publisher = stored.Connect("publisher", cleanSession: true);
        string[] filters = [.. Enumerable.Range(0, 20).Select(i => $"sensors/{i}/of/a/session")];
        for (int i = 0; i < 300; i++)
        {
            ServedConnection client = stored.Connect($"client {i}", cleanSession: false);
            stored.Subscribe(client, [.. filters, $"to/{i}"]);
            stored.Lose(client);
        }
    }

    [Fact]
    public void Between_two_commits_it_notes_at_most_256_KiB_or_1_MiB_in_haste_and_the_journal_is_at_most_twice_what_counts_and_two_segments()
    {
        for (int i = 0; i < 2000; i++) PublishSome();
        stored.Disk.Refuses = (call, _) =>
        {
            if (call == "Write") LookAndPublish();
            return false;
        };
        for (int i = 0; i < 10_000; i++)
        {
            PublishSome();
            carrier.Execute();
        }

        stored.Disk.Refuses = (_, _) => false;
        Assert.Empty(excesses);
        Assert.True(stored.Core.Statistics.JournalCarriedBytes > 2 * stored.Broker.Room.Counting, $"{stored.Core.Statistics.JournalCarriedBytes} carried");
        Assert.InRange(unseen, 0, 2);
        Assert.True(underLoad > 1000 && held > 0 && inHaste > 0, $"{underLoad} under load, {held} held, {inHaste} in haste");
        long written = Written();
        long counting = stored.Broker.Room.Counting;
        int counts = CountTruly();
        Assert.InRange(counting, counts * 0.9, counts * 1.1);
        Assert.InRange(written, counts, (2 * counting) + (2 * SegmentLength));
    }

    /// <summary>While a commit runs: what was noted since the last one, how long the journal is, and the load until the next one.</summary>
    private void LookAndPublish()
    {
        long noted = stored.Core.Statistics.JournalCarriedBytes - carried;
        carried += noted;
        if (noted > JournalCarrier.MostAtOnce + LongestRecord) inHaste++;
        if (noted > Math.Max(bound, Bound()) + LongestRecord) unseen++;
        if (noted > JournalCarrier.MostInHaste + LongestRecord) excesses.Add($"{noted} bytes are noted before a commit");
        bound = Bound();
        long most = (2 * stored.Broker.Room.Counting) + (2 * SegmentLength) + LongestRecord;
        if (Written() > most) excesses.Add($"the journal has {Written()} bytes, and may have {most}");
        if (noted == 0) return;
        for (int i = 0; i < 60; i++, underLoad++) PublishSome();
        bound = Math.Max(bound, Bound());
    }

    private int Bound() => stored.Broker.Room.IsAlmostFull ? JournalCarrier.MostInHaste : JournalCarrier.MostAtOnce;

    /// <summary>A message for a client that is away, or in place of another retained one.</summary>
    private void PublishSome()
    {
        waiting ??= Next();
        if (stored.Publish(publisher, waiting.Value.Topic, waiting.Value.Payload, waiting.Value.IsRetained)) waiting = null;
        else held++;
    }

    private (string Topic, string Payload, bool IsRetained) Next()
    {
        string payload = new('x', random.Next(random.Next(1, 5000)));
        bool isRetained = random.Next(20) > 0;
        return (isRetained ? $"state/{random.Next(200)}" : $"to/{random.Next(300)}", payload, isRetained);
    }

    /// <summary>Notes once more what counts of each segment, and returns its bytes.</summary>
    private int CountTruly()
    {
        CarryingForward carrying = stored.Broker.CarryingForward();
        uint last = stored.Folder.NewestSegment;
        using CoreUse use = stored.Locked.Enter();
        int before = stored.Broker.Journal.Length;
        for (uint segment = stored.Folder.OldestSegment; segment <= last; segment++)
            stored.Folder.Visit(segment, 0, int.MaxValue, new Carried(carrying, segment, last + 1));
        return stored.Broker.Journal.Length - before;
    }

    private long Written() => stored.Disk.List().Sum(stored.Disk.LengthOf);

    private sealed class Carried(CarryingForward carrying, uint oldest, uint newest) : IJournalVisitor
    {
        public void Visit(SealedRecord record) => carrying.Carry((BrokerRecord)record.Kind, record.Fields, oldest, newest);

        public void Visit(JournalDamage damage) => Assert.Fail($"{damage}");
    }
}
