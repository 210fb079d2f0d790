// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>All that bounds a client which takes its messages slowly or not at all.</summary>
/// <remarks>
/// <list type="number">
/// <item>QoS 0 is sent while fewer than <see cref="OutgoingLimit"/> bytes wait on the connection. Beyond that the publisher is held back if the
/// reader has taken something since the last hold; after <see cref="MqttBrokerLimits.MaxPublisherHoldTime"/> in any second messages are shed.</item>
/// <item>QoS 1 and 2 wait in the client's queue while the window (<see cref="ServerSession"/>) or the connection is full.</item>
/// <item>While the queue of a connected client is full, the clients that publish to it are held back, for
/// <see cref="MqttBrokerLimits.MaxPublisherHoldTime"/> at a time; then one turn of the publisher passes. A client that has taken nothing for
/// a second, or has not caught up within <see cref="MqttBrokerLimits.MaxHoldTime"/>, lags until it has caught up: publishers do not wait for it,
/// and <see cref="FullQueues"/> decides about what is above ten times the limits of its queue. A publisher waits for all full clients at the same
/// time.</item>
/// <item>So it does about what is above the limits of a client that is away. An empty queue takes one message of any length.</item>
/// <item>The queue of the program's own bridge has limits of its own (<see cref="QueueBounds"/>), connected or away: it holds publishers back from half of
/// them on.</item>
/// <item>The limits that all clients share, <see cref="MqttBrokerLimits.MaxKeptBytes"/> and <see cref="MqttBrokerLimits.MaxTotalOutgoingBytes"/>,
/// leave each client its share.</item>
/// <item>A connection ends at twice the outgoing limit, and when it takes nothing for <see cref="MqttBrokerLimits.SendTimeout"/>
/// (<see cref="Deadline"/>).</item>
/// </list>
/// </remarks>
internal sealed class SlowReaders(BrokerTurn turn, MqttBrokerLimits limits, ApplicationMessagePool messages)
{
    /// <summary>The queue of a connected client may exceed the limits by this factor.</summary>
    private const int ConnectedFactor = 10;

    private const int MaxSpareHolds = 64;

    /// <summary>What an entry of a queue, or a message in flight, counts beside topic and payload.</summary>
    private const int EntryBytes = 64;

    /// <summary>What a message takes in memory beside those and topic and payload.</summary>
    private const int MessageBytes = 96;

    /// <summary>A full client that takes nothing for this long lags.</summary>
    private static readonly TimeSpan MaxStandstill = TimeSpan.FromSeconds(1);

    private readonly MqttBrokerStatistics counters = turn.Statistics;
    private readonly Dictionary<Subscriber, Hold> holds = [];
    private readonly HashSet<BrokerConnection> held = [];
    private readonly Stack<Hold> spareHolds = new(); // holds come and go many times a second
    private int full;

    /// <summary>Bytes that may wait to be sent on one connection now: fewer while too many wait on all connections together.</summary>
    public int OutgoingLimit { get; private set; } = limits.MaxOutgoingBytes;

    /// <summary>Whether a PUBLISH may have to wait at all: then <see cref="TryHold"/> looks at its receivers.</summary>
    public bool IsAnyFull => full > 0;

    /// <summary>Whether a message at QoS 0 may be sent. One message always fits.</summary>
    public bool CanSendAtMostOnce(BrokerConnection connection, int length) => connection.Unsent == 0 || connection.Unsent + length <= OutgoingLimit;

    /// <summary>Whether a message at QoS 1 or 2 may be sent at once.</summary>
    public bool CanSend(Subscriber subscriber, ApplicationMessage message) =>
        subscriber.Connection is { } connection && subscriber.Session.CanSend && connection.Unsent < OutgoingLimit
        && CanKeep(subscriber, subscriber.Session.InFlight, subscriber.Session.InFlightBytes, message.Length)
        && HasShare(subscriber, subscriber.Session.InFlight, subscriber.Session.InFlightBytes, message.Length, isKept: true);

    /// <summary>Returns the limit because of which a message at QoS 1 or 2 may not wait in the client's queue; null if it may.</summary>
    /// <param name="subscriber">The client.</param>
    /// <param name="length">Topic and payload of the message.</param>
    /// <param name="isKept">Whether the message is in memory, and counts already.</param>
    /// <param name="isEmptied">Whether the queue shall count as empty; a message that is longer than all of it does not fit then.</param>
    public string? FindFullLimit(Subscriber subscriber, int length, bool isKept, bool isEmptied = false)
    {
        ServerSession session = subscriber.Session;
        (int queued, long bytes) = isEmptied ? (0, 0) : (session.Queued, session.QueuedBytes);
        if (subscriber.Queue is { } own) return own.FindFull(queued, bytes, length);
        long factor = subscriber.Connection is null ? 1 : ConnectedFactor;
        if (queued >= factor * limits.MaxQueuedMessages) return nameof(limits.MaxQueuedMessages);
        if ((queued > 0 || isEmptied) && bytes + length > factor * limits.MaxQueuedBytes) return nameof(limits.MaxQueuedBytes);
        (int waiting, bytes) = (queued + session.InFlight, bytes + session.InFlightBytes);
        if (!HasShare(subscriber, waiting, bytes, length, isKept)) return nameof(limits.MaxJournalLength);
        return CanKeep(subscriber, waiting, bytes, length) ? null : nameof(limits.MaxKeptBytes);
    }

    /// <summary>Whether messages that wait should leave memory, if they stand in a journal too.</summary>
    public bool IsMemoryFull => messages.BytesInUse + (MessageBytes * messages.InUse) + (EntryBytes * messages.References) > limits.MaxJournalMemory;

    /// <summary>Whether one client may have so many bytes kept. Beyond the limit of all clients, each one still has its share.</summary>
    public bool CanKeep(long bytes) =>
        messages.BytesInUse + (EntryBytes * messages.References) <= limits.MaxKeptBytes + turn.BridgeBytes
        || bytes <= limits.MaxKeptBytes / Math.Max(1, turn.Sessions);

    /// <summary>Notes that a message was appended: a long one does not count against its reader, and half of the outgoing limit makes the connection
    /// crowded.</summary>
    public void NoteAppended(BrokerConnection connection, int length)
    {
        if (length > connection.Exempt && length > OutgoingLimit) connection.Exempt = length;
        if (connection.IsCrowded || connection.Unsent < OutgoingLimit / 2) return;
        connection.IsCrowded = true;
        full++;
    }

    /// <summary>Notes that a flush is over: below half of the outgoing limit the publishers of QoS 0 go on.</summary>
    public void NoteFlushed(BrokerConnection connection)
    {
        if (!connection.IsCrowded || connection.Unsent >= OutgoingLimit / 2) return;
        connection.IsCrowded = false;
        full--;
        if (connection.Subscriber is { IsFull: false } subscriber) EndHold(subscriber);
    }

    /// <summary>Notes that a message was queued: from its limits on the queue counts as full.</summary>
    public void NoteQueued(Subscriber subscriber)
    {
        ServerSession session = subscriber.Session;
        counters.MessagesQueued++;
        if (session.IsWindowFullInBytes) counters.InFlightBytesReached++;
        (long most, long mostBytes) = FullFrom(subscriber);
        if (subscriber.Connection is null || subscriber.IsFull || (session.Queued < most && session.QueuedBytes < mostBytes)) return;
        subscriber.IsFull = true;
        full++;
    }

    /// <summary>Notes that messages left the queue: at half of its limits the client has caught up, and its publishers go on.</summary>
    public void NoteSent(Subscriber subscriber)
    {
        if (!subscriber.IsFull && !subscriber.IsLagging) return;
        (long most, long mostBytes) = FullFrom(subscriber);
        if (subscriber.Session.Queued > most / 2 || subscriber.Session.QueuedBytes > mostBytes / 2) return;
        subscriber.IsLagging = false;
        ClearFull(subscriber);
    }

    /// <summary>Lets the publishers go on that waited for a client whose connection has ended. A client that lags does so until it has caught up.</summary>
    public void CloseConnection(BrokerConnection connection, Subscriber? subscriber)
    {
        if (connection.IsCrowded) full--;
        connection.IsCrowded = false;
        if (subscriber is null) return;
        ClearFull(subscriber);
        EndHold(subscriber);
    }

    /// <summary>Notes that a subscription of the program is full and that its publishers must wait.</summary>
    public void HoldForProgram(Subscriber subscriber)
    {
        if (subscriber.IsProgramFull) return;
        subscriber.IsProgramFull = true;
        full++;
    }

    public void EndHoldForProgram(Subscriber subscriber)
    {
        if (!subscriber.IsProgramFull) return;
        subscriber.IsProgramFull = false;
        full--;
        EndHold(subscriber);
    }

    /// <summary>Pauses the publisher if one of the receivers of its message is full and may hold it back.</summary>
    /// <param name="route">The receivers.</param>
    /// <param name="qos">The QoS of the message.</param>
    /// <param name="length">The length of its packet in bytes.</param>
    /// <param name="publisher">The connection that it came on.</param>
    public bool TryHold(TopicRoute route, QualityOfService qos, int length, BrokerConnection publisher)
    {
        bool waitsForClients = !publisher.IsHoldOver && limits.MaxHoldTime > TimeSpan.Zero;
        bool isHeld = false;
        foreach (TopicRoute.Receiver receiver in route.Receivers)
        {
            Subscriber reader = receiver.Subscriber;
            if (reader.IsProgramFull)
            {
                AddHold(reader, publisher, taken: 0);
                publisher.IsHeldForProgram = isHeld = true;
                continue;
            }

            if (!waitsForClients || reader.Connection is not { } connection || connection == publisher) continue;
            bool mayHold = qos > QualityOfService.AtMostOnce && receiver.Qos > QualityOfService.AtMostOnce
                // if it is held, its acknowledgements stand behind the packet that it is held with
                ? reader.IsFull && !reader.IsLagging && reader.HasAcknowledged && connection.Pause != Pause.Held
                : connection.IsCrowded && !CanSendAtMostOnce(connection, length) && MayHoldAtMostOnce(connection)
                    && publisher.HoldBudget?.HasTime(turn.Now) is not false;
            if (!mayHold) continue;
            if (connection.Taken > connection.TakenAtHold) (connection.TakenAtHold, connection.HoldsSince) = (connection.Taken, turn.Now);
            AddHold(reader, publisher, connection.Taken);
            isHeld = true;
        }

        if (!isHeld) return false;
        publisher.Pause = Pause.Held;
        (publisher.HoldBudget ??= new HoldBudget()).Begin(turn.Now);
        held.Add(publisher);
        counters.PublishersHeld++;
        return true;
    }

    /// <summary>Lets publishers go on that were held back for as long as they may be.</summary>
    /// <returns>When the next call is due; null while no publisher is held back.</returns>
    public TimeSpan? EndHolds()
    {
        TimeSpan? next = null;
        List<BrokerConnection>? over = null;
        foreach (BrokerConnection publisher in held)
        {
            if (publisher.IsHeldForProgram) continue;
            TimeSpan deadline = publisher.HoldBudget!.Deadline(limits.MaxPublisherHoldTime);
            if (deadline <= turn.Now) (over ??= []).Add(publisher);
            else if (next is null || deadline < next) next = deadline;
        }

        foreach (BrokerConnection publisher in over ?? [])
        {
            publisher.IsHoldOver = true;
            Resume(publisher);
        }

        return next;
    }

    /// <summary>Lets clients lag that take nothing or have been full for too long, and ends the holds of publishers whose time is over.</summary>
    public void EndOverdue()
    {
        List<Subscriber>? over = null;
        foreach ((Subscriber reader, Hold hold) in holds)
        {
            if (reader.Connection is { } connection && connection.Taken != hold.Taken) (hold.Taken, hold.TakenAt) = (connection.Taken, turn.Now);
            bool isOver = turn.Now - hold.TakenAt >= MaxStandstill || turn.Now - hold.Since >= limits.MaxHoldTime;
            if (isOver && reader.IsFull) (over ??= []).Add(reader);
        }

        foreach (Subscriber reader in over ?? [])
        {
            reader.IsLagging = true;
            counters.Lagging++;
            EndHold(reader);
        }

        EndHolds();
    }

    /// <summary>Ends the connection of a client that asks on and does not take the answers, of which nothing can be shed.</summary>
    public void EndIfTooSlow(BrokerConnection connection)
    {
        if (connection.Unsent - connection.Exempt <= 2L * limits.MaxOutgoingBytes || connection.End is not null) return;
        counters.TooSlow++;
        connection.Limit = nameof(limits.MaxOutgoingBytes);
        turn.End(connection, MqttConnectionEnd.TooSlow);
    }

    /// <summary>Divides the outgoing limit among the connections while more than <see cref="MqttBrokerLimits.MaxTotalOutgoingBytes"/> wait on all of
    /// them.</summary>
    public void ShareOutgoing(long unsent, int connections)
    {
        OutgoingLimit = limits.MaxOutgoingBytes;
        if (unsent <= limits.MaxTotalOutgoingBytes) return;
        counters.AllOutgoingReached++;
        OutgoingLimit = (int)Math.Clamp(limits.MaxTotalOutgoingBytes / connections, 1, OutgoingLimit);
    }

    /// <summary>A reader that has taken nothing since the last hold began earns no further one.</summary>
    private bool MayHoldAtMostOnce(BrokerConnection reader) => reader.Taken > reader.TakenAtHold || turn.Now - reader.HoldsSince < limits.MaxPublisherHoldTime;

    private bool CanKeep(Subscriber subscriber, int waiting, long bytes, int length) =>
        subscriber.Queue is not null || CanKeep(bytes + length + (EntryBytes * (waiting + 1L)));

    private bool HasShare(Subscriber subscriber, int waiting, long bytes, int length, bool isKept) =>
        subscriber.Number == 0 || turn.Room is not { } room || room.HasShare(waiting, bytes, length, isKept);

    /// <summary>From how many messages and bytes on the queue of a connected client counts as full.</summary>
    private (long Messages, long Bytes) FullFrom(Subscriber subscriber) =>
        subscriber.Queue is { } own ? (own.Messages / 2, own.Bytes / 2) : (limits.MaxQueuedMessages, limits.MaxQueuedBytes);

    private void ClearFull(Subscriber subscriber)
    {
        if (!subscriber.IsFull) return;
        subscriber.IsFull = false;
        full--;
        EndHold(subscriber);
    }

    private void AddHold(Subscriber reader, BrokerConnection publisher, long taken)
    {
        if (!holds.TryGetValue(reader, out Hold? hold))
        {
            if (!spareHolds.TryPop(out hold)) hold = new Hold();
            hold.Begin(turn.Now, taken);
            holds.Add(reader, hold);
        }

        hold.Publishers.Add(publisher);
    }

    private void EndHold(Subscriber reader)
    {
        if (!holds.Remove(reader, out Hold? hold)) return;
        foreach (BrokerConnection publisher in hold.Publishers) Resume(publisher);

        hold.Publishers.Clear();
        if (spareHolds.Count < MaxSpareHolds) spareHolds.Push(hold);
    }

    private void Resume(BrokerConnection publisher)
    {
        held.Remove(publisher);
        publisher.IsHeldForProgram = false;
        if (publisher.Pause != Pause.Held) return; // it has ended, or goes on already
        publisher.Pause = Pause.None;
        publisher.HoldBudget?.End(turn.Now, limits.MaxPublisherHoldTime);
        publisher.LastReceived = turn.Now; // the silence was not the publisher's
        turn.MarkDirty(publisher);
    }

    private sealed class Hold
    {
        public TimeSpan Since { get; private set; }

        public HashSet<BrokerConnection> Publishers { get; } = [];

        /// <summary>What the reader had taken at the last look.</summary>
        public long Taken { get; set; }

        /// <summary>When it took something last.</summary>
        public TimeSpan TakenAt { get; set; }

        public void Begin(TimeSpan now, long taken) => (Since, TakenAt, Taken) = (now, now, taken);
    }
}
