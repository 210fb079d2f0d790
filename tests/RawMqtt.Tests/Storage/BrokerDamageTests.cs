// SPDX-License-Identifier: MIT

using System.Text;
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
                RecoveredBroker recovered = Recover(disk, out VisitedJournal visited, out List<string> topics);
                Assert.Single(visited.Damage);
                Assert.Empty(topics.Except(BrokerRecords.Messages));
                Assert.Equal(0, recovered.Unread);
            }
        }
    }

    [Fact]
    public void Each_cut_is_told_unless_it_is_at_the_end_of_a_record_of_the_last_segment()
    {
        string last = whole.List().Last();
        foreach (string name in whole.List())
        {
            for (int length = 0; length < whole[name].Length; length++)
            {
                MemoryDisk disk = whole.Copy();
                disk[name] = disk[name][..length];
                RecoveredBroker recovered = Recover(disk, out VisitedJournal visited, out List<string> topics);
                if (name != last) Assert.NotEmpty(visited.Damage);
                Assert.Empty(topics.Except(BrokerRecords.Messages));
                Assert.Equal(0, recovered.Unread);
            }
        }
    }

    /// <summary>Recovers, and collects the topics of all messages that count.</summary>
    private static RecoveredBroker Recover(MemoryDisk disk, out VisitedJournal visited, out List<string> topics)
    {
        visited = new VisitedJournal();
        var recovered = new RecoveredBroker(new Utf8Comparer(1));
        JournalFolder journal = JournalFolder.Open(disk, JournalOwner.Broker, 500, sync: true, new RecoveringVisitor(recovered, visited));
        topics = [.. recovered.Retained.Keys.Concat(recovered.Wills.Values.Select(will => will.Topic)).Select(Encoding.UTF8.GetString)];
        foreach (StoredMessage message in recovered.Sessions.SelectMany(Messages).Where(message => message.Place.Length > 0))
        {
            Assert.True(journal.TryRead(message.Place, new byte[4096], out SealedRecord record));
            Assert.True(PublishedFields.TryRead(record.Fields, out PublishedFields published));
            topics.Add(Encoding.UTF8.GetString(published.Topic));
        }

        return recovered;
    }

    private static IEnumerable<StoredMessage> Messages(RecoveredSession session)
    {
        foreach ((_, StoredMessage message) in session.InFlight) yield return message;
        for (int i = 0; i < (session.Queue?.Count ?? 0); i++) yield return session.Queue![i];
    }
}
