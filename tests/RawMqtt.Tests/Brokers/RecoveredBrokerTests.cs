// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Tests.Brokers;

/// <summary>Which sessions are said to be uncertain, and which to be lost, when records are.</summary>
public class RecoveredBrokerTests
{
    private readonly BrokerJournal journal = new(new JournalNumbers(), startedAt: 1_800_000_000);
    private readonly RecoveredBroker recovered = new(new Utf8Comparer(1));

    [Fact]
    public void Sessions_from_before_a_gap_are_uncertain_and_those_that_begin_behind_it_are_not()
    {
        journal.BeginSession("before"u8, null);
        Apply();
        recovered.ApplyGap();
        journal.BeginSession("behind"u8, null);
        journal.Subscribe(2, "a"u8, QualityOfService.AtLeastOnce);
        Apply();

        Assert.Equal(["before"], Uncertain());
        Assert.Empty(recovered.Lost);
    }

    [Fact]
    public void A_session_that_is_named_behind_a_gap_and_carried_forward_later_is_uncertain()
    {
        recovered.ApplyGap();
        journal.Receive(7, 1);
        journal.CarrySession(7, "carried"u8, null, awaySince: null, [], []);
        Apply();

        Assert.Equal(["carried"], Uncertain());
        Assert.Empty(recovered.Lost);
    }

    [Fact]
    public void A_session_whose_beginning_lies_in_a_gap_is_lost_and_told_with_what_it_had()
    {
        recovered.ApplyGap();
        journal.Subscribe(3, "a"u8, QualityOfService.AtLeastOnce);
        journal.BeginPublish(0, 0, will: 0);
        journal.Deliver(3, 0, QualityOfService.AtLeastOnce, retain: false);
        journal.EndPublish("a"u8, "x"u8, QualityOfService.AtLeastOnce, kept: null);
        Apply();

        RecoveredSession lost = Assert.Single(recovered.Lost);
        Assert.Equal((3u, 1, 1), (lost.Number, lost.Filters.Count, lost.Messages));
        Assert.Empty(recovered.Sessions);
        Assert.Equal(0, recovered.Stored.Bytes);
    }

    [Fact]
    public void A_lost_session_is_told_once()
    {
        var broker = new TestBroker();
        recovered.ApplyGap();
        journal.Subscribe(3, "a"u8, QualityOfService.AtLeastOnce);
        Apply();
        var noted = new BrokerJournal(recovered.Last, startedAt: 1_800_000_000);
        broker.Core.Parts.Turn.Journal = noted;
        new JournalledBroker(broker.Core.Parts, noted, recovered.Stored).Restore(recovered, _ => default, startedAt: 1_800_000_000);

        Apply(noted);

        Assert.Empty(recovered.Lost);
    }

    private List<string> Uncertain() =>
        [.. recovered.Sessions.Where(session => session.IsDamaged).Select(session => Encoding.UTF8.GetString(session.ClientId))];

    private void Apply() => Apply(journal);

    private void Apply(BrokerJournal from)
    {
        var taken = new RecordBuffer();
        var placements = new List<Placement>();
        from.MoveTo(taken, ref placements);
        ReadOnlySpan<byte> records = taken.Records;
        while (records.Length > 0)
        {
            ReadOnlySpan<byte> record = records[..Sealing.LengthOf(records)];
            var place = new JournalPlace(1, 64, record.Length);
            recovered.Apply(new SealedRecord { Kind = record[RecordBuffer.PrefixLength], Fields = record[RecordBuffer.SmallestRecord..], Place = place });
            records = records[record.Length..];
        }
    }
}
