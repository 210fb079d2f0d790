// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions;

namespace RawMqtt.Serving;

/// <summary>Reads the messages from the journal that clients can take next, outside the lock. <see cref="LockedCore.IsLoading"/> is set while it runs: one
/// thread does.</summary>
/// <remarks>What cannot be read stays in its queue, and is read again after a second. What is damaged is reported, and lost.</remarks>
internal sealed class StoredLoader : IThreadPoolWorkItem, IDisposable
{
    private const int MostMessages = 64; // of one session at a time
    private const int MostBytes = 64 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly LockedCore core;
    private readonly JournalledBroker broker;
    private readonly RecordReader reader;
    private readonly BrokerReports reports;
    private readonly ITimer retry;
    private readonly List<Subscriber> subscribers = [];
    private readonly List<Subscriber> failed = []; // under the lock: they wait for the timer
    private readonly StoredMessage[] places = new StoredMessage[MostMessages];
    private readonly byte[]?[] records = new byte[MostMessages][];
    private bool hasFailed;

    public StoredLoader(LockedCore core, JournalledBroker broker, RecordReader reader, BrokerReports reports, TimeProvider time)
    {
        (this.core, this.broker, this.reader, this.reports) = (core, broker, reader, reports);
        retry = time.CreateTimer(_ => Retry(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Execute()
    {
        try
        {
            while (TryTake()) LoadTaken();
        }
        catch (Exception failure) // the thread is the pool's
        {
            foreach (Subscriber subscriber in subscribers) Postpone(subscriber, failure);
            subscribers.Clear();
            lock (core.Gate) core.IsLoading = false;
        }
    }

    /// <summary>Ends the trying again.</summary>
    public void Dispose() => retry.Dispose();

    private void LoadTaken()
    {
        foreach (Subscriber subscriber in subscribers)
        {
            try
            {
                Load(subscriber);
            }
            catch (Exception failure) // the others can go on
            {
                Postpone(subscriber, failure);
            }
        }

        subscribers.Clear();
    }

    /// <returns>False if none is left: then the next one that asks begins anew.</returns>
    private bool TryTake()
    {
        using CoreUse use = core.Enter();
        use.Core.Parts.Turn.TakeToLoad(subscribers);
        return core.IsLoading = subscribers.Count > 0;
    }

    private void Load(Subscriber subscriber)
    {
        int count;
        lock (core.Gate) count = JournalledBroker.BeginLoad(subscriber, places, MostBytes);
        int read = Read(count, out IOException? fault);
        using CoreUse use = core.Enter();
        if (fault is not null && read == 0 && IsFirst(subscriber, places[0]))
        {
            Postpone(subscriber, fault);
            return;
        }

        if (read > 0) hasFailed = false;
        for (int i = 0; i < read; i++)
        {
            if (records[i] is { Length: 0 } && IsFirst(subscriber, places[i])) reports.MessageDamaged(subscriber, places[i].Place);
            broker.Load(subscriber, places[i], records[i]);
        }

        broker.EndLoad(subscriber, use.Now);
    }

    /// <returns>How many records were read before one could not be.</returns>
    private int Read(int count, out IOException? fault)
    {
        fault = null;
        for (int i = 0; i < count; i++)
        {
            try
            {
                records[i] = reader.Read(places[i].Place).ToArray();
            }
            catch (IOException failure)
            {
                fault = failure;
                return i;
            }
        }

        return count;
    }

    /// <summary>Whether a message is the next one of its queue, and still stands there: it may have been carried forward, or the session discarded.</summary>
    private static bool IsFirst(Subscriber subscriber, in StoredMessage message) =>
        subscriber.Session.Stored is { Count: > 0 } queue && queue.First.Number == message.Number && queue.First.Place == message.Place;

    private void Postpone(Subscriber subscriber, Exception failure)
    {
        if (!hasFailed) reports.JournalUnreadable(failure);
        hasFailed = true;
        lock (core.Gate)
        {
            core.Core.Statistics.JournalFailures++;
            failed.Add(subscriber);
            if (failed.Count == 1) retry.Change(RetryAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private void Retry()
    {
        using CoreUse use = core.Enter();
        foreach (Subscriber subscriber in failed)
        {
            subscriber.IsLoading = false;
            use.Core.Parts.Turn.RequestLoad(subscriber);
        }

        failed.Clear();
    }
}
