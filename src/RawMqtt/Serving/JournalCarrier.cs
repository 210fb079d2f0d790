// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Serving;

/// <summary>Carries forward what counts of the oldest segments while the journal is more than twice as long as what counts: in small steps, outside the lock
/// but for the noting.</summary>
internal sealed class JournalCarrier(LockedCore core, JournalledBroker broker, JournalFolder journal, Committer committer, long segmentLength, bool isSynced)
    : IJournalVisitor, IThreadPoolWorkItem
{
    /// <summary>What one step reads, and about what it notes under the lock: one record may be longer.</summary>
    public const int StepLength = 32 * 1024;

    private readonly CarryingForward carrying = broker.CarryingForward();
    private readonly List<(BrokerRecord Kind, byte[] Fields)> step = [];
    private int isUnderWay;
    private long uncounted; // what was found to count beside the estimate

    /// <summary>Gets whether the journal is longer than it may be.</summary>
    public bool IsWanted => journal.OldestSegment < journal.NewestSegment && journal.Length > (2 * (Counting() + uncounted)) + (2 * segmentLength);

    /// <summary>Carries forward while it is wanted, unless that is under way.</summary>
    public void Execute()
    {
        if (IsWanted && Interlocked.Exchange(ref isUnderWay, 1) == 0) _ = RunAsync();
    }

    public void Visit(SealedRecord record) => step.Add(((BrokerRecord)record.Kind, record.Fields.ToArray()));

    public void Visit(JournalDamage damage)
    {
        // it was reported when the journal was opened
    }

    private async Task RunAsync()
    {
        try
        {
            uint last = journal.NewestSegment;
            while (IsWanted && journal.OldestSegment <= last) await CarryOldestAsync().ConfigureAwait(false);
            uncounted = IsWanted ? Math.Max(0, journal.Length - Counting()) : uncounted; // all was carried, and is still there
        }
        catch (IOException)
        {
            // the disk refuses: the next commit says so, and tries again
        }

        Volatile.Write(ref isUnderWay, 0);
    }

    private async Task CarryOldestAsync()
    {
        uint oldest = journal.OldestSegment;
        for (long? offset = 0; offset is not null;)
        {
            step.Clear();
            offset = journal.Visit(oldest, offset.Value, StepLength, this);
            await CarryStep(oldest).ConfigureAwait(false);
        }

        journal.DeleteOldest(isSynced);
    }

    /// <returns>A task that completes when what the step noted is committed.</returns>
    private Task CarryStep(uint oldest)
    {
        using CoreUse use = core.Enter();
        foreach ((BrokerRecord kind, byte[] fields) in step) carrying.Carry(kind, fields, oldest, journal.NewestSegment);
        return committer.AwaitAsync(broker.Journal.Position);
    }

    private long Counting()
    {
        lock (core.Gate) return broker.Counting;
    }
}
