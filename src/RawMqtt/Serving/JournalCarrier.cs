// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Serving;

/// <summary>Carries forward what counts of the oldest segments while the journal is long: in small steps, outside the lock but for the noting.</summary>
/// <remarks>If the disk refuses, it goes on later where it was: nothing is noted twice. If records are damaged, what memory holds of them is noted once
/// more.</remarks>
internal sealed class JournalCarrier : IJournalVisitor, IThreadPoolWorkItem
{
    /// <summary>What one step reads, and what it notes under the lock: one record, or session, may be longer.</summary>
    public const int StepLength = 32 * 1024;

    /// <summary>What the steps before a commit note. A sync of so much hardly takes longer than one of a single step.</summary>
    public const int MostAtOnce = 256 * 1024;

    /// <summary>The same while publishers wait, or will soon.</summary>
    public const int MostInHaste = 1024 * 1024;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly LockedCore core;
    private readonly JournalledBroker broker;
    private readonly JournalFolder journal;
    private readonly Committer committer;
    private readonly BrokerReports reports;
    private readonly bool isSynced;
    private readonly long segmentLength;
    private readonly TimeProvider time;
    private readonly CarryingForward carrying;
    private readonly RecordBuffer step = new();
    private readonly List<JournalDamage> damages = [];
    private int isUnderWay;
    private (uint Segment, long? Offset) reached; // without an offset, only the deletion is left
    private bool isDamaged; // that segment
    private TimeSpan wait; // from the last failure on; none without one
    private long failedAt;
    private long carried; // bytes, in this pass
    private int uncommitted; // of them, since the last wait for a commit

    public JournalCarrier(
        LockedCore core, JournalledBroker broker, JournalFolder journal, Committer committer, BrokerReports reports, MqttBrokerOptions options)
    {
        (this.core, this.broker, this.journal, this.committer, this.reports) = (core, broker, journal, committer, reports);
        (isSynced, segmentLength) = (options.Durability == MqttDurability.Disk, options.Limits.JournalSegmentLength);
        (time, carrying) = (options.TimeProvider, broker.CarryingForward());
        lock (core.Gate) Measure();
        broker.Room.Rest = segmentLength;
    }

    /// <summary>Gets whether the journal is longer than it may be.</summary>
    public bool IsWanted
    {
        get
        {
            lock (core.Gate)
            {
                Measure();
                return broker.Room.IsLong;
            }
        }
    }

    /// <summary>Carries forward while it is wanted, unless that is under way.</summary>
    public void Execute()
    {
        if (IsWanted && Interlocked.Exchange(ref isUnderWay, 1) == 0) _ = RunAsync();
    }

    public void Visit(SealedRecord record)
    {
        if (CarryingForward.CanCount((BrokerRecord)record.Kind)) step.Append(record.Kind, record.Fields);
    }

    public void Visit(JournalDamage damage) => damages.Add(damage);

    private async Task RunAsync()
    {
        try
        {
            if (wait > TimeSpan.Zero && time.GetElapsedTime(failedAt) < wait) return;
            uint last = journal.NewestSegment;
            (carried, uncommitted) = (0, 0);
            lock (core.Gate) broker.Room.BeginPass();
            while (IsWanted && journal.OldestSegment <= last) await CarryOldestAsync().ConfigureAwait(false);
            wait = TimeSpan.Zero;
            EndHolds(segmentLength, isAll: journal.OldestSegment > last);
        }
        catch (Exception failure) // nobody awaits this: a commit asks again
        {
            if (wait == TimeSpan.Zero) reports.JournalNotShortened(failure);
            wait = wait == TimeSpan.Zero ? FirstWait : wait < LongestWait ? 2 * wait : LongestWait;
            failedAt = time.GetTimestamp();
            lock (core.Gate) core.Core.Statistics.JournalFailures++;
            EndHolds(rest: null, isAll: false);
        }
        finally
        {
            Volatile.Write(ref isUnderWay, 0);
        }
    }

    private async Task CarryOldestAsync()
    {
        uint oldest = journal.OldestSegment;
        if (reached.Segment != oldest) (reached, isDamaged) = ((oldest, 0), false);
        if (reached.Offset == 0 && BeginFromMemory(oldest) is { } memory)
        {
            long before = carried;
            await NoteAsync(memory).ConfigureAwait(false);
            carried = Math.Max(before, carried - before); // memory is the same for each segment
            reached = (oldest, null);
        }

        while (reached.Offset is { } offset)
        {
            step.Clear();
            damages.Clear();
            long? next = journal.Visit(oldest, offset, StepLength, this);
            foreach (JournalDamage damage in damages) reports.JournalDamaged(damage);
            isDamaged |= damages.Count > 0;
            for (int done = 0; done < step.Length;)
            {
                (done, Task committed) = CarryStep(oldest, done);
                await committed.ConfigureAwait(false);
            }

            reached = (oldest, next);
        }

        if (isDamaged) await RescueAsync(oldest).ConfigureAwait(false);
        isDamaged = false;
        await CommitAllAsync().ConfigureAwait(false);
        journal.DeleteOldest(isSynced);
        EndHolds(segmentLength, isAll: false);
    }

    /// <summary>Notes what counts of the records of this step, up to the length of a step.</summary>
    /// <param name="oldest">Their segment.</param>
    /// <param name="first">Where the first of them stands.</param>
    /// <returns>Where the next one stands, and a task that completes when what was noted is committed.</returns>
    private (int Done, Task Committed) CarryStep(uint oldest, int first)
    {
        using CoreUse use = core.Enter();
        broker.Room.Rest = journal.LengthOf(oldest) - reached.Offset;
        int before = broker.Journal.Length;
        int done = first;
        while (done < step.Length && broker.Journal.Length - before < StepLength)
        {
            ReadOnlySpan<byte> record = step.Records.Slice(done, Sealing.LengthOf(step.Records[done..]));
            var kind = (BrokerRecord)record[RecordBuffer.PrefixLength];
            carrying.Carry(kind, record[RecordBuffer.SmallestRecord..], oldest, journal.NewestSegment);
            done += record.Length;
        }

        return (done, EndStep(use, before));
    }

    private Rescue? BeginFromMemory(uint oldest)
    {
        lock (core.Gate) return broker.HoldsLittle ? broker.Rescue(carrying, oldest) : null;
    }

    private async Task NoteAsync(Rescue rescue)
    {
        for (bool goesOn = true; goesOn;)
        {
            (goesOn, Task committed) = RescueStep(rescue);
            await committed.ConfigureAwait(false);
        }
    }

    /// <summary>Notes once more what memory holds of a segment with damaged records, and reports the sessions that lose the rest.</summary>
    private async Task RescueAsync(uint oldest)
    {
        Rescue rescue;
        lock (core.Gate) rescue = broker.Rescue(carrying, oldest);
        await NoteAsync(rescue).ConfigureAwait(false);
        lock (core.Gate)
        {
            foreach (Subscriber loser in rescue.Losers()) reports.SessionUncertain(ApplicationViews.ClientIdOf(loser));
        }
    }

    private (bool GoesOn, Task Committed) RescueStep(Rescue rescue)
    {
        using CoreUse use = core.Enter();
        int before = broker.Journal.Length;
        bool goesOn = true;
        while (broker.Journal.Length - before < StepLength && goesOn) goesOn = rescue.TryNoteNext(journal.NewestSegment);
        return (goesOn, EndStep(use, before));
    }

    /// <returns>A task that completes when the next step may follow.</returns>
    private Task EndStep(in CoreUse use, int before)
    {
        int noted = broker.Journal.Length - before;
        carried += noted;
        uncommitted += noted;
        use.Core.Statistics.JournalCarriedBytes += noted;
        if (uncommitted + StepLength <= (broker.Room.IsAlmostFull ? MostInHaste : MostAtOnce)) return Task.CompletedTask;
        uncommitted = 0;
        return committer.AwaitAsync(broker.Journal.Position);
    }

    /// <summary>Waits for all because of which something does not count any more: a newer retained message, the end of a session.</summary>
    private Task CommitAllAsync()
    {
        using CoreUse use = core.Enter();
        uncommitted = 0;
        return committer.AwaitAsync(broker.Journal.Position);
    }

    private void Measure() => broker.Room.Measure(journal.Length, journal.HasOlder);

    /// <summary>Lets the publishers go on that waited for a shorter journal, if it is.</summary>
    /// <param name="rest">What may be noted of the oldest segment next; null if nothing shortens the journal for a while.</param>
    /// <param name="isAll">Whether all that counts was carried.</param>
    private void EndHolds(long? rest, bool isAll)
    {
        using CoreUse use = core.Enter();
        Measure();
        broker.Room.Correct(carried, isAll);
        broker.Room.Rest = rest;
        broker.EndHolds(use.Now);
    }
}
