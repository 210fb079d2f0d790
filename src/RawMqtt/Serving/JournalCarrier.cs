// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Serving;

/// <summary>Carries forward what counts of the oldest segments while the journal is more than twice as long as what counts: in small steps, outside the lock
/// but for the noting.</summary>
/// <remarks>If the disk refuses, it goes on later where it was: nothing is noted twice.</remarks>
internal sealed class JournalCarrier(
    LockedCore core, JournalledBroker broker, JournalFolder journal, Committer committer, BrokerReports reports, MqttBrokerOptions options)
    : IJournalVisitor, IThreadPoolWorkItem
{
    /// <summary>What one step reads, and about what it notes under the lock: one record may be longer.</summary>
    public const int StepLength = 32 * 1024;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly long segmentLength = options.Limits.JournalSegmentLength;
    private readonly bool isSynced = options.Durability == MqttDurability.Disk;
    private readonly TimeProvider time = options.TimeProvider;
    private readonly CarryingForward carrying = broker.CarryingForward();
    private readonly List<(BrokerRecord Kind, byte[] Fields)> step = [];
    private int isUnderWay;
    private (uint Segment, long? Offset) reached; // without an offset, only the deletion is left
    private TimeSpan wait; // from the last failure on; none without one
    private long failedAt;
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
            if (wait > TimeSpan.Zero && time.GetElapsedTime(failedAt) < wait) return;
            uint last = journal.NewestSegment;
            while (IsWanted && journal.OldestSegment <= last) await CarryOldestAsync().ConfigureAwait(false);
            wait = TimeSpan.Zero;
            long more = Math.Max(0, journal.Length - Counting());
            uncounted = IsWanted ? more : Math.Min(uncounted, more); // all was carried, and is still there
        }
        catch (Exception failure) // nobody awaits this: a commit asks again
        {
            if (wait == TimeSpan.Zero) reports.JournalNotShortened(failure);
            wait = wait == TimeSpan.Zero ? FirstWait : wait < LongestWait ? 2 * wait : LongestWait;
            failedAt = time.GetTimestamp();
        }
        finally
        {
            Volatile.Write(ref isUnderWay, 0);
        }
    }

    private async Task CarryOldestAsync()
    {
        uint oldest = journal.OldestSegment;
        if (reached.Segment != oldest) reached = (oldest, 0);
        while (reached.Offset is { } offset)
        {
            step.Clear();
            long? next = journal.Visit(oldest, offset, StepLength, this);
            await CarryStep(oldest).ConfigureAwait(false);
            reached = (oldest, next);
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
