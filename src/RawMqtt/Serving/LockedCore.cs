// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>The broker core with what it lacks: a lock, a clock, and flushes to the connections that have something to send.</summary>
/// <remarks>Each use of the core holds the lock, never across an await. Flushes begin after the lock is released.</remarks>
internal sealed class LockedCore(BrokerCore core, TimeProvider time)
{
    private const int MaxFlushes = 8; // in a row on one thread
    private const int MostPolled = 64; // flushes of one message on a thread that waits for sockets
    private const int PieceLength = 256 * 1024; // the client must take each piece within SendTimeout

    /// <summary>How long the peer of a connection that has ended may take to close its side.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a connection that has ended waits for a commit, such as that of a DISCONNECT which makes a Will void.</summary>
    private static readonly TimeSpan CommitTimeout = TimeSpan.FromSeconds(30);

    [ThreadStatic]
    private static Stack<List<ServedConnection>>? flushLists; // a write that completes synchronously re-enters, so each thread keeps a stack of lists

    private readonly long started = time.GetTimestamp();
    private readonly List<BrokerConnection> dirty = [];
    private readonly TaskCompletionSource emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? holdTimer; // the interval of the sweep is too long for publishers that are held back
    private bool isHoldTimerSet;
    private bool isStopping;
    private int waiting;

    public Lock Gate { get; } = new();

    /// <summary>Gets or sets what commits the journal; null without one.</summary>
    public Committer? Committer { get; set; }

    /// <summary>Gets or sets what reads messages from the journal that a client can take; null without one.</summary>
    public IThreadPoolWorkItem? Loader { get; set; }

    /// <summary>Gets or sets whether <see cref="Loader"/> runs or will; under <see cref="Gate"/> alone.</summary>
    public bool IsLoading { get; set; }

    /// <summary>Gets the core; use it under <see cref="Gate"/> alone.</summary>
    public BrokerCore Core => core;

    /// <summary>Gets the time since the start, from the broker's <see cref="TimeProvider"/>.</summary>
    public TimeSpan Now => time.GetElapsedTime(started);

    /// <summary>Gets whether other threads wait for the lock.</summary>
    public bool IsWaitedFor => Volatile.Read(ref waiting) > 0;

    /// <summary>Enters the lock. Dispose the result to leave it.</summary>
    public CoreUse Enter()
    {
        if (!Gate.TryEnter())
        {
            Interlocked.Increment(ref waiting);
            Gate.Enter();
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            return new CoreUse(this, Now);
        }
        catch
        {
            Gate.Exit();
            throw;
        }
    }

    /// <summary>Leaves the lock, then begins the flushes and the commit that follow from the use of the core.</summary>
    public void Leave(TimeSpan now)
    {
        if (LeaveToCommit(now)) Committer!.Run();
    }

    /// <summary>Ends a commit of the journal: what waited for it is flushed.</summary>
    /// <returns>Whether the next commit has begun, and the caller must carry it out.</returns>
    public bool EndCommit()
    {
        CoreUse use = Enter(); // LeaveToCommit leaves it
        try
        {
            Committer!.End();
        }
        catch
        {
            Gate.Exit();
            throw;
        }

        return LeaveToCommit(use.Now);
    }

    /// <summary>Passes the bytes that were read to the core.</summary>
    /// <param name="connection">The connection that the bytes came from.</param>
    /// <param name="read">The bytes that the core has not used yet.</param>
    /// <param name="isPaused">The core stopped within the buffer: await <see cref="Pauses.WaitAsync"/>, then pass the rest again.</param>
    /// <returns>The number of bytes used.</returns>
    public int Receive(ServedConnection connection, ReadOnlySpan<byte> read, out bool isPaused)
    {
        using CoreUse use = Enter();
        int used = core.Receive(connection.Connection, read, use.Now);
        isPaused = connection.Connection.HasStopped;
        if (connection.Connection.Pause == Pause.Held && !isHoldTimerSet) SetHoldTimer(use.Now);
        return used;
    }

    /// <summary>Removes a connection that is gone.</summary>
    public void Remove(ServedConnection connection)
    {
        using CoreUse use = Enter();
        core.Lost(connection.Connection, use.Now);
        CompleteIfEmpty();
    }

    /// <summary>Ends all connections; each is closed after what it has gathered was sent.</summary>
    /// <returns>A task that completes when no connection is left.</returns>
    public Task EndAllAsync()
    {
        using CoreUse use = Enter();
        foreach (BrokerConnection connection in core.Connections) core.End(connection, MqttConnectionEnd.BrokerStops, use.Now);
        isStopping = true;
        CompleteIfEmpty();
        return emptied.Task;
    }

    /// <summary>Closes the connections that are left at once.</summary>
    public void DropAll()
    {
        ServedConnection[] left;
        lock (Gate) left = [.. core.Connections.Select(connection => (ServedConnection)connection.Carrier!)];
        foreach (ServedConnection connection in left) connection.Drop();
    }

    /// <summary>Sends what the connection has gathered and what gathers meanwhile, then carries out the connection's end. One call at a time runs for each
    /// connection.</summary>
    private async Task FlushAsync(ServedConnection connection)
    {
        bool isOver;
        int flushes = 0;
        try
        {
            OutgoingBuffer? output = connection.ToFlush;
            isOver = output is null;
            while (output is not null)
            {
                for (int sent = 0; sent < output.Length; sent += PieceLength)
                {
                    if (sent > 0) RestartSendTimeout(connection);
                    await connection.Stream!.WriteAsync(output.Written.Slice(sent, Math.Min(PieceLength, output.Length - sent))).ConfigureAwait(false);
                }

                output = CompleteFlush(connection, output, out isOver);
                if (output is not null && ++flushes % MaxFlushes == 0) await Poller.GiveWay(); // the thread is another connection's
            }
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            EndLost(connection);
            return;
        }

        if (isOver) await connection.FinishAsync().ConfigureAwait(false);
    }

    /// <summary>Leaves the lock, then begins the flushes that follow from the use of the core.</summary>
    /// <returns>Whether a commit has begun, and the caller must carry it out.</returns>
    private bool LeaveToCommit(TimeSpan now)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        bool isCommitBegun = false;
        try
        {
            CollectDirty(toFlush, now);
            if (!IsLoading && core.Parts.Turn.IsLoadWanted && Loader is not null)
                IsLoading = ThreadPool.UnsafeQueueUserWorkItem(Loader, preferLocal: false);
            if (Committer is not null) isCommitBegun = Committer.TryBegin(now); // last: one that has begun is carried out
        }
        finally
        {
            Gate.Exit();
        }

        if (toFlush.Count > MostPolled && Poller.IsPolling)
        {
            ThreadPool.UnsafeQueueUserWorkItem(FlushAll, toFlush, preferLocal: false);
            return isCommitBegun;
        }

        FlushAll(toFlush);
        toFlush.Clear();
        flushLists!.Push(toFlush);
        return isCommitBegun;
    }

    private void FlushAll(List<ServedConnection> toFlush)
    {
        foreach (ServedConnection connection in toFlush) _ = FlushAsync(connection); // most flushes have completed when this returns
    }

    private void EndLost(ServedConnection connection)
    {
        using (CoreUse use = Enter()) core.End(connection.Connection, MqttConnectionEnd.Lost, use.Now);
        connection.Drop();
    }

    /// <summary>Returns the buffer that was sent, and gets the next one.</summary>
    /// <returns>What has gathered meanwhile; null when nothing has.</returns>
    private OutgoingBuffer? CompleteFlush(ServedConnection connection, OutgoingBuffer output, out bool isOver)
    {
        using CoreUse use = Enter(); // leaving also flushes to publishers that waited for this client
        core.Flushed(connection.Connection, output, use.Now);
        OutgoingBuffer? next = connection.Connection.BeginFlush(use.Now, core.Parts.Turn.Committed);
        connection.IsFlushing = next is not null;
        isOver = next is null && IsOver(connection.Connection);
        return next;
    }

    /// <summary>A piece was sent, so the client takes bytes: <see cref="MqttBrokerLimits.SendTimeout"/> counts from now.</summary>
    private void RestartSendTimeout(ServedConnection connection)
    {
        lock (Gate) connection.Connection.NoteSent(Now);
    }

    /// <summary>Under the lock: ends the holds whose time is over, and sets the timer for the next one.</summary>
    private void SetHoldTimer(TimeSpan now)
    {
        TimeSpan? next = core.EndHolds(now);
        isHoldTimerSet = next is not null;
        if (next is not { } due) return;
        holdTimer ??= time.CreateTimer(_ => EndHolds(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        holdTimer.Change(due - now, Timeout.InfiniteTimeSpan);
    }

    private void EndHolds()
    {
        using CoreUse use = Enter();
        SetHoldTimer(use.Now);
    }

    private void CompleteIfEmpty()
    {
        if (isStopping && core.Connections.Count == 0) emptied.TrySetResult();
    }

    /// <summary>Under the lock: adds the connections that have something to send and no flush under way, and resumes those whose pause is over.</summary>
    private void CollectDirty(List<ServedConnection> toFlush, TimeSpan now)
    {
        core.TakeDirty(dirty);
        foreach (BrokerConnection connection in dirty)
        {
            var served = (ServedConnection)connection.Carrier!;
            if (connection.End is not null)
            {
                TimeSpan dropAt = now + (connection.WaitsFor > core.Parts.Turn.Committed ? CommitTimeout : GoodbyeTimeout);
                if (served.DropAt is null || dropAt < served.DropAt) served.DropAt = dropAt;
                served.CancelHook();
            }

            if (connection.Pause == Pause.None) served.Resume();
            core.Parts.Turn.AwaitCommit(connection);
            if (served.IsFlushing) continue;
            served.ToFlush = connection.BeginFlush(now, core.Parts.Turn.Committed);
            served.IsFlushing = served.ToFlush is not null;
            if (served.IsFlushing || IsOver(connection)) toFlush.Add(served);
        }

        dirty.Clear();
    }

    private bool IsOver(BrokerConnection connection) => connection.End is not null && connection.IsDrained(core.Parts.Turn.Committed);

    private static List<ServedConnection> TakeFlushList()
    {
        flushLists ??= new Stack<List<ServedConnection>>();
        return flushLists.Count > 0 ? flushLists.Pop() : [];
    }
}
