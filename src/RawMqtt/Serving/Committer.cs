// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>Commits what the broker noted: one commit at a time, which serves everything that gathered while the last one ran.</summary>
/// <remarks>Without a sync, the thread that leaves the lock commits. With one, a thread of its own does.</remarks>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A SemaphoreSlim without a wait handle holds nothing.")]
internal sealed class Committer : IThreadPoolWorkItem
{
    private const int MaxCommits = 8; // in a row on one thread of the pool
    private const int MostGathered = 1 << 20;

    /// <summary>What nothing waits for is committed at the latest after this time.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>After a write that took longer the next one does not run on a thread that waits for sockets.</summary>
    private static readonly TimeSpan SlowWrite = TimeSpan.FromMilliseconds(1);

    [ThreadStatic]
    private static Committer? running; // on this thread, below on the stack

    [ThreadStatic]
    private static bool hasNext; // a flush of this thread has begun the next commit

    private readonly LockedCore core;
    private readonly JournalledBroker broker;
    private readonly JournalFolder folder;
    private readonly BrokerReports reports;
    private readonly object? signal; // for the thread that syncs; null without one
    private bool isAwake;
    private long seenLength;
    private uint seenSegment;
    private readonly TimeProvider time;
    private readonly ITimer retry;
    private readonly Lock writing = new(); // while the folder is written
    private readonly RecordBuffer taken = new();
    private readonly Func<int, int, JournalPlace> placeOf;
    private TimeSpan lastCommit;
    private bool isUnderWay;
    private bool hasFailed;
    private bool isSlow; // the last write
    private bool isHolding; // publishers wait for room in the journal
    private bool isLong; // the journal: otherwise no thread is woken that finds nothing to do
    private long length; // of the journal, after the last commit
    private long microseconds;
    private long awaited;
    private TaskCompletionSource? awaiting;
    private volatile bool isStopped;

    public Committer(LockedCore core, JournalledBroker broker, JournalFolder folder, bool isSynced, BrokerReports reports, TimeProvider time)
    {
        (this.core, this.broker, this.folder, this.reports, this.time) = (core, broker, folder, reports, time);
        placeOf = folder.PlaceOf;
        retry = time.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (!isSynced) return;
        signal = new object();
        new Thread(RunSynced) { IsBackground = true, Name = "RawMqtt journal" }.Start();
    }

    /// <summary>Gets or sets what keeps the journal short.</summary>
    public IThreadPoolWorkItem? Carrier { get; set; }

    /// <summary>Gets whether all that was noted is committed; under the lock.</summary>
    public bool IsIdle => !isUnderWay && broker.Journal.Position == broker.Committed;

    /// <summary>Under the lock: begins a commit if one is wanted and none is under way.</summary>
    /// <returns>Whether it has begun, and <see cref="Run"/> must follow.</returns>
    public bool TryBegin(TimeSpan now)
    {
        if (isUnderWay || isStopped) return false;
        bool isDue = broker.Journal.Length >= MostGathered || now - lastCommit >= LongestWait;
        if (!broker.IsCommitWanted && awaited <= broker.Committed && !(isDue && !IsIdle))
        {
            if (!isDue || !broker.IsHolding) return false;
            lastCommit = now;
            Shorten(); // what counts may have become less
            return false;
        }

        lastCommit = now;
        broker.BeginCommit(taken);
        return isUnderWay = true;
    }

    /// <summary>Under the lock: ends the commit that was carried out. If that fails it stays under way, and is ended later.</summary>
    public void End()
    {
        try
        {
            broker.Room.Measure(folder.Length, folder.HasOlder);
            Count();
            broker.EndCommit(taken.Appended, placeOf, core.Now);
            (isHolding, isLong) = (broker.IsHolding, broker.Room.IsLong);
        }
        catch (Exception failure)
        {
            RetryLater(failure);
            return;
        }

        isUnderWay = false;
        if (awaited > broker.Committed) return;
        awaiting?.SetResult();
        awaiting = null;
    }

    /// <summary>Under the lock, one call at a time: returns a task that completes when all up to a position is committed.</summary>
    public Task AwaitAsync(long position)
    {
        if (position <= broker.Committed) return Task.CompletedTask;
        awaited = position;
        awaiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return awaiting.Task;
    }

    /// <summary>Carries out the commit that has begun.</summary>
    public void Run()
    {
        if (signal is not null) Wake();
        else if (running == this) hasNext = true; // a flush below has led here
        else if (isSlow && Poller.IsPolling) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // many clients wait for this thread
        else Execute();
    }

    /// <summary>Ends the thread; nothing is committed any more.</summary>
    /// <param name="atMost">How long to wait for the commit that is under way.</param>
    /// <returns>Whether it is over.</returns>
    public bool Stop(TimeSpan atMost)
    {
        isStopped = true;
        retry.Dispose();
        if (signal is not null) Wake();
        if (!writing.TryEnter(atMost)) return false;
        writing.Exit();
        return true;
    }

    /// <summary>Carries out the commit that has begun, and those that follow.</summary>
    public void Execute()
    {
        running = this;
        for (int commits = 1; TryCommit(); commits++)
        {
            if (commits % MaxCommits != 0) continue;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // the thread is a connection's
            break;
        }

        running = null; // nothing above throws
    }

    private void RunSynced()
    {
        while (WaitForWork())
        {
            while (TryCommit())
            {
            }
        }
    }

    /// <summary>Whether the journal has grown since the last look, or has a new segment.</summary>
    private bool IsLonger()
    {
        uint newest = folder.NewestSegment;
        bool isLonger = newest != seenSegment || Math.Abs(length - seenLength) >= MostGathered;
        if (isLonger) (seenLength, seenSegment) = (length, newest);
        return isLonger;
    }

    private void Shorten()
    {
        if (Carrier is not null) ThreadPool.UnsafeQueueUserWorkItem(Carrier, preferLocal: false);
    }

    private void Wake()
    {
        lock (signal!)
        {
            isAwake = true;
            Monitor.Pulse(signal);
        }
    }

    private bool WaitForWork()
    {
        lock (signal!)
        {
            while (!isAwake) Monitor.Wait(signal);
            isAwake = false;
            return !isStopped;
        }
    }

    /// <returns>Whether the next one has begun.</returns>
    private bool TryCommit()
    {
        hasNext = false;
        if (!TryWrite()) return false;
        try
        {
            bool goesOn = core.EndCommit() | hasNext;
            if ((isLong && IsLonger()) || isHolding) Shorten();
            return goesOn;
        }
        catch (Exception failure) // of what leaving the lock begins: this commit is over
        {
            reports.JournalFailed(failure);
            return hasNext;
        }
    }

    /// <returns>Whether all that was taken is written.</returns>
    private bool TryWrite()
    {
        Exception? cause;
        try
        {
            lock (writing)
            {
                if (isStopped) return false; // another process may have the folder
                long begun = time.GetTimestamp();
                cause = folder.Commit(taken, signal is not null).Cause;
                TimeSpan taking = time.GetElapsedTime(begun);
                microseconds += (long)taking.TotalMicroseconds;
                isSlow = taking > SlowWrite;
                length = folder.Length;
            }
        }
        catch (Exception failure)
        {
            cause = failure;
        }

        if (cause is not null)
        {
            RetryLater(cause);
            return false;
        }

        if (hasFailed) reports.JournalGoesOn();
        hasFailed = false;
        return true;
    }

    private void Count()
    {
        (MqttBrokerStatistics counters, JournalCounts counts) = (core.Core.Statistics, folder.Counts);
        (counters.JournalCommits, counters.JournalRecords, counters.JournalBytes) = (counts.Commits, counts.Records, counts.Bytes);
        (counters.JournalSyncs, counters.JournalSegments, counters.JournalMicroseconds) = (counts.Syncs, counts.Segments, microseconds);
    }

    private void RetryLater(Exception cause)
    {
        lock (core.Gate) core.Core.Statistics.JournalFailures++;
        if (!hasFailed) reports.JournalFailed(cause);
        hasFailed = true;
        retry.Change(RetryAfter, Timeout.InfiniteTimeSpan);
    }
}
