// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

/// <summary>A broker's journal with records of all kinds, one of which has a payload that is a whole record itself.</summary>
internal static class BrokerRecords
{
    /// <summary>The messages that are in it with their payloads, those that are over too.</summary>
    public static IReadOnlyList<string> Messages { get; } =
        [Describe("in/flight"u8, Forged()), "waits=payload", "kept=value", "kept/not=value", "will=dead", "will=over"];

    /// <summary>A message in words.</summary>
    public static string Describe(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload) =>
        $"{Encoding.Latin1.GetString(topic)}={Encoding.Latin1.GetString(payload)}";

    public static MemoryDisk Journal()
    {
        var disk = new MemoryDisk();
        JournalFolder folder = JournalFolder.Open(disk, JournalOwner.Broker, 500, sync: true, new VisitedJournal());
        var journal = new BrokerJournal(new JournalNumbers(), startedAt: 1_800_000_000);
        var taken = new RecordBuffer();
        foreach (Action<BrokerJournal> step in Steps())
        {
            step(journal);
            var placements = new List<Placement>();
            journal.MoveTo(taken, ref placements);
            Assert.True(folder.Commit(taken, sync: true).IsDone);
        }

        return disk;
    }

    private static IEnumerable<Action<BrokerJournal>> Steps()
    {
        const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
        const QualityOfService Qos2 = QualityOfService.ExactlyOnce;
        yield return journal => journal.BeginSession("anna"u8, "user"u8.ToArray());
        yield return journal => journal.BeginSession("ben"u8, null);
        yield return journal => journal.BeginSession("gone"u8, null);
        yield return journal => journal.Subscribe(1, "in/+"u8, Qos2);
        yield return journal => journal.Subscribe(1, "waits"u8, Qos1);
        yield return journal => journal.Subscribe(2, "old"u8, Qos1);
        yield return journal => journal.Unsubscribe(2, "old"u8);
        yield return journal => journal.DiscardSession(3);
        yield return journal => journal.LeaveSession(2, TimeSpan.FromSeconds(60));
        yield return journal => journal.ResumeSession(2);
        yield return journal => journal.LeaveSession(1, TimeSpan.FromSeconds(120));
        yield return journal => Publish(journal, "in/flight", Forged(), Qos2, publisher: 2, to: [(1, 7), (2, 1)]);
        yield return journal => Publish(journal, "waits", "payload"u8, Qos1, publisher: 0, to: [(1, 0), (2, 0)]);
        yield return journal => journal.Drop(2, 2);
        yield return journal => journal.Send(1, 2, 8);
        yield return journal => journal.Step(BrokerRecord.Released, 1, 7);
        yield return journal => journal.Step(BrokerRecord.Acknowledged, 2, 1);
        yield return journal => journal.Receive(2, 30);
        yield return journal => journal.Step(BrokerRecord.ReceivedReleased, 2, 30);
        yield return journal => Retain(journal, "kept", isRetained: true);
        yield return journal => Retain(journal, "kept/not", isRetained: true);
        yield return journal => Retain(journal, "kept/not", isRetained: false);
        yield return journal => journal.SetWill("anna"u8, "user"u8.ToArray(), "will"u8, "dead"u8, Qos1, retain: true);
        yield return journal => journal.SetWill("ben"u8, null, "will"u8, "over"u8, Qos1, retain: false);
        yield return journal => journal.EndWill(2);
        yield return journal => journal.CarrySession(1, "anna"u8, "user"u8.ToArray(), TimeSpan.FromSeconds(120), [7], [9, 10]);
    }

    /// <summary>A record, sealed with a key that is not that of the segment: nobody outside knows that one.</summary>
    private static ReadOnlySpan<byte> Forged()
    {
        var journal = new BrokerJournal(new JournalNumbers(), 0);
        var taken = new RecordBuffer();
        var placements = new List<Placement>();
        Publish(journal, "forged", "forged"u8, QualityOfService.AtLeastOnce, publisher: 0, to: [(1, 0)]);
        journal.MoveTo(taken, ref placements);
        Sealing.Seal(taken.Records, new SegmentKey(new byte[SegmentKey.Length]), 13);
        return taken.Records;
    }

    private static void Publish(
        BrokerJournal journal, string topic, ReadOnlySpan<byte> payload, QualityOfService qos, uint publisher,
        params ReadOnlySpan<(uint Session, ushort PacketId)> to)
    {
        journal.BeginPublish(publisher, publisher > 0 ? (ushort)20 : (ushort)0, will: 0);
        foreach ((uint session, ushort packetId) in to) journal.Deliver(session, packetId, qos, retain: false);
        journal.EndPublish(Encoding.UTF8.GetBytes(topic), payload, qos, kept: null);
    }

    private static void Retain(BrokerJournal journal, string topic, bool isRetained)
    {
        journal.BeginPublish(0, 0, will: 0);
        if (isRetained) journal.Retain("anna"u8.ToArray());
        else journal.Unretain();
        journal.EndPublish(Encoding.UTF8.GetBytes(topic), isRetained ? "value"u8 : [], QualityOfService.AtLeastOnce, kept: null);
    }
}
