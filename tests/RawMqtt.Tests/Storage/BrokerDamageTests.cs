// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

/// <summary>A broker whose journal is damaged recovers no message that was not there, and it is told.</summary>
public class BrokerDamageTests
{
    private readonly MemoryDisk whole = BrokerRecords.Journal();

    [Fact]
    public void Journal_has_all_kinds_of_records()
    {
        var visited = new VisitedJournal();
        JournalFolder.Open(whole, JournalOwner.Broker, 500, sync: true, visited);

        Assert.Equal(
            Enum.GetValues<BrokerRecord>().Order(), visited.Records.Select(record => (BrokerRecord)byte.Parse(record.Split(' ')[0])).Distinct().Order());
        Assert.Equal((1, 1), (Recover(whole.Copy(), out _, out _).Retained.Count, Recover(whole.Copy(), out _, out _).Wills.Count));
    }

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x10)]
    public void Each_inverted_byte_is_told_and_no_wrong_message_comes(byte mask)
    {
        foreach (string name in whole.List())
        {
            for (int i = 0; i < whole[name].Length; i++)
            {
                MemoryDisk disk = whole.Copy();
                disk[name][i] ^= mask;
                RecoveredBroker recovered = Recover(disk, out VisitedJournal visited, out List<string> messages);
                JournalDamage told = Assert.Single(visited.Damage);
                Assert.Equal(name, told.File);
                Assert.InRange(i, told.Offset, told.Offset + told.Length - 1);
                Assert.Empty(messages.Except(BrokerRecords.Messages));
                Assert.Equal(0, recovered.Unread);
                if (told.Kind == JournalDamageKind.Gap) Assert.All(recovered.Sessions.Where(BeganBefore(told)), session => Assert.True(session.IsDamaged));
            }
        }
    }

    [Fact]
    public void Each_cut_is_told_unless_it_is_at_the_end_of_a_record_of_the_last_segment()
    {
        string last = whole.List().Last();
        var all = new VisitedJournal();
        JournalFolder.Open(whole.Copy(), JournalOwner.Broker, 500, sync: true, all);
        foreach (string name in whole.List())
        {
            IEnumerable<JournalPlace> places = all.Places.Where(place => JournalSegment.NameOf(place.Segment) == name);
            HashSet<int> ends = [.. places.Select(place => (int)place.End), SegmentHeader.Length];
            for (int length = 0; length < whole[name].Length; length++)
            {
                MemoryDisk disk = whole.Copy();
                disk[name] = disk[name][..length];
                RecoveredBroker recovered = Recover(disk, out VisitedJournal visited, out List<string> messages);
                Assert.Equal(name == last && ends.Contains(length), visited.Damage.Count == 0);
                Assert.Empty(messages.Except(BrokerRecords.Messages));
                Assert.Equal(0, recovered.Unread);
            }
        }
    }

    /// <summary>The records of the sessions that had begun when the gap was found.</summary>
    private static Func<RecoveredSession, bool> BeganBefore(JournalDamage gap) => session => gap.FirstLost > 4 && session.Number <= 2;

    /// <summary>Recovers, restores a broker from that, and collects all messages that count.</summary>
    private static RecoveredBroker Recover(MemoryDisk disk, out VisitedJournal visited, out List<string> messages)
    {
        visited = new VisitedJournal();
        var broker = new BrokerCore(new MqttBrokerLimits(), hashSeed: 1, idSeed: 2);
        var recovered = new RecoveredBroker(broker.Comparer);
        JournalFolder journal = JournalFolder.Open(disk, JournalOwner.Broker, 500, sync: true, new RecoveringVisitor(recovered, visited));
        messages = [.. recovered.Wills.Values.Select(will => BrokerRecords.Describe(will.Topic, will.Payload))];
        IEnumerable<JournalPlace> places = recovered.Sessions.SelectMany(Messages).Select(message => message.Place).Where(place => place.Length > 0)
            .Concat(recovered.Retained.Values.Select(retained => retained.Place));
        foreach (JournalPlace place in places)
        {
            Assert.True(PublishedFields.TryRead(Read(place), out PublishedFields published));
            messages.Add(BrokerRecords.Describe(published.Topic, published.Payload));
        }

        broker.Parts.Turn.Journal = new BrokerJournal(recovered.Last, startedAt: 1_800_000_000);
        new JournalledBroker(broker.Parts, broker.Parts.Turn.Journal, recovered.Stored).Restore(recovered, Read, startedAt: 1_800_000_000);
        Assert.Equal(recovered.Sessions.Count(), broker.Sessions.Count);
        return recovered;

        ReadOnlySpan<byte> Read(JournalPlace place)
        {
            Assert.True(journal.TryRead(place, new byte[place.Length], out SealedRecord record));
            return record.Fields;
        }
    }

    private static IEnumerable<StoredMessage> Messages(RecoveredSession session)
    {
        foreach ((_, StoredMessage message) in session.InFlight) yield return message;
        for (int i = 0; i < (session.Queue?.Count ?? 0); i++) yield return session.Queue![i];
    }
}
