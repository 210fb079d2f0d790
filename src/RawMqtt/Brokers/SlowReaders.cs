// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>All that bounds a client which takes its messages slowly or not at all.</summary>
/// <remarks>
/// <list type="number">
/// <item>QoS 0 is sent while fewer than <see cref="OutgoingLimit"/> bytes wait on the connection; beyond that it is shed.</item>
/// <item>QoS 1 and 2 wait in the client's queue while the window (<see cref="ServerSession"/>) or the connection is full.</item>
/// <item>While the queue of a connected client is full, the broker takes nothing from the clients that publish to it, for
/// <see cref="MqttBrokerLimits.MaxHoldTime"/> at most. After that the client lags until it has caught up: the publishers go on,
/// and what its queue cannot take is dropped. A publisher waits for all full clients at the same time.</item>
/// <item>The queue of a client that is away drops what is above its limits.</item>
/// <item>The limits that all clients share, <see cref="MqttBrokerLimits.MaxKeptBytes"/> and <see cref="MqttBrokerLimits.MaxTotalOutgoingBytes"/>,
/// leave each client its share.</item>
/// <item>A connection ends at twice the outgoing limit, and when it takes nothing for <see cref="MqttBrokerLimits.SendTimeout"/> (<see cref="Deadline"/>).</item>
/// </list>
/// </remarks>
internal sealed class SlowReaders(Turn turn, MqttBrokerLimits limits, ApplicationMessagePool messages)
{
    /// <summary>The queue of a connected client may exceed the limits by this factor.</summary>
    private const int ConnectedFactor = 10;

    private readonly MqttBrokerStatistics counters = turn.Statistics;
    private readonly Dictionary<Subscriber, Hold> holds = [];
    private int full;

    /// <summary>Bytes that may wait to be sent on one connection now: fewer while too many wait on all connections together.</summary>
    public int OutgoingLimit { get; private set; } = limits.MaxOutgoingBytes;

    /// <summary>Whether a message at QoS 0 may be sent. One message always fits.</summary>
    public bool CanSendAtMostOnce(BrokerConnection connection, int length) => connection.Unsent == 0 || connection.Unsent + length <= OutgoingLimit;

    /// <summary>Whether a message at QoS 1 or 2 may be sent at once.</summary>
    public bool CanSend(Subscriber subscriber, ApplicationMessage message) =>
        subscriber.Connection is { } connection && subscriber.Session.CanSend && connection.Unsent < OutgoingLimit && CanKeep(subscriber.Session, message);

    /// <summary>Whether a message at QoS 1 or 2 may wait in the client's queue.</summary>
    public bool CanQueue(Subscriber subscriber, ApplicationMessage message)
    {
        long factor = subscriber.Connection is null ? 1 : ConnectedFactor;
        ServerSession session = subscriber.Session;
        return session.Queued < factor * limits.MaxQueuedMessages && session.QueuedBytes + message.Length <= factor * limits.MaxQueuedBytes && CanKeep(session, message);
    }

    /// <summary>Whether one client may have so many bytes kept. Beyond the limit of all clients, each one still has its share.</summary>
    public bool CanKeep(long bytes) => messages.BytesInUse <= limits.MaxKeptBytes || bytes <= limits.MaxKeptBytes / Math.Max(1, turn.Sessions);

    /// <summary>Notes that a message was queued: from its limits on the queue counts as full.</summary>
    public void NoteQueued(Subscriber subscriber)
    {
        ServerSession session = subscriber.Session;
        counters.MessagesQueued++;
        if (session.IsWindowFullInBytes) counters.InFlightBytesReached++;
        if (subscriber.Connection is null || subscriber.IsFull || (session.Queued < limits.MaxQueuedMessages && session.QueuedBytes < limits.MaxQueuedBytes)) return;
        subscriber.IsFull = true;
        full++;
    }

    /// <summary>Notes that messages left the queue: at half of its limits the client has caught up, and its publishers go on.</summary>
    public void NoteSent(Subscriber subscriber)
    {
        if (!subscriber.IsFull && !subscriber.IsLagging) return;
        if (subscriber.Session.Queued > limits.MaxQueuedMessages / 2 || subscriber.Session.QueuedBytes > limits.MaxQueuedBytes / 2) return;
        subscriber.IsLagging = false;
        ReleasePublishers(subscriber);
    }

    /// <summary>Pauses the publisher if one of the receivers is full and may hold it back.</summary>
    public bool TryHold(TopicRoute route, BrokerConnection publisher)
    {
        bool isHeld = false;
        foreach (TopicRoute.Receiver receiver in route.Receivers)
        {
            Subscriber subscriber = receiver.Subscriber;
            if (!subscriber.IsFull || subscriber.IsLagging || receiver.Qos == QualityOfService.AtMostOnce) continue;
            if (subscriber.Connection is not { Pause: not Pause.Held } connection || connection == publisher) continue; // its acknowledgements stand behind the packet that it is held with
            if (!holds.TryGetValue(subscriber, out Hold? hold)) holds.Add(subscriber, hold = new Hold(turn.Now));
            hold.Publishers.Add(publisher);
            publisher.Pause = Pause.Held;
            isHeld = true;
        }

        if (isHeld) counters.PublishersHeld++;
        return isHeld;
    }

    /// <summary>Whether a PUBLISH may have to wait at all: then <see cref="TryHold"/> looks at its receivers.</summary>
    public bool IsAnyFull => full > 0;

    /// <summary>Lets the publishers go on that a client held back: it has caught up, or its connection has ended.</summary>
    public void ReleasePublishers(Subscriber subscriber)
    {
        if (!subscriber.IsFull) return;
        subscriber.IsFull = false;
        full--;
        EndHold(subscriber);
    }

    /// <summary>Ends the connection of a client that asks on and does not take the answers, of which nothing can be shed.</summary>
    public void EndIfTooSlow(BrokerConnection connection)
    {
        if (connection.Unsent - connection.Resent <= 2L * limits.MaxOutgoingBytes || connection.End is not null) return;
        counters.TooSlow++;
        turn.End(connection, MqttConnectionEnd.TooSlow);
    }

    /// <summary>Divides the outgoing limit among the connections while more than <see cref="MqttBrokerLimits.MaxTotalOutgoingBytes"/> wait on all of them.</summary>
    public void ShareOutgoing(long unsent, int connections)
    {
        OutgoingLimit = limits.MaxOutgoingBytes;
        if (unsent <= limits.MaxTotalOutgoingBytes) return;
        counters.AllOutgoingReached++;
        OutgoingLimit = (int)Math.Clamp(limits.MaxTotalOutgoingBytes / connections, 1, OutgoingLimit);
    }

    /// <summary>Lets publishers go on that have waited for too long.</summary>
    /// <returns>When the next ones have; null for none.</returns>
    public TimeSpan? Tick()
    {
        if (holds.Count == 0) return null;
        TimeSpan? next = null;
        List<Subscriber>? over = null;
        foreach ((Subscriber subscriber, Hold hold) in holds)
        {
            TimeSpan end = hold.Since + limits.MaxHoldTime;
            if (end <= turn.Now) (over ??= []).Add(subscriber);
            else if (next is null || end < next) next = end;
        }

        foreach (Subscriber subscriber in over ?? [])
        {
            subscriber.IsLagging = true;
            counters.Lagging++;
            EndHold(subscriber);
        }

        return next;
    }

    private bool CanKeep(ServerSession session, ApplicationMessage message) => CanKeep(session.InFlightBytes + session.QueuedBytes + message.Length);

    private void EndHold(Subscriber subscriber)
    {
        if (!holds.Remove(subscriber, out Hold? hold)) return;
        foreach (BrokerConnection publisher in hold.Publishers)
        {
            if (publisher.Pause != Pause.Held) continue; // it has ended, or another client that held it has caught up
            publisher.Pause = Pause.None;
            publisher.LastReceived = turn.Now; // the silence was not the publisher's
            turn.MarkDirty(publisher);
        }
    }

    private sealed record Hold(TimeSpan Since)
    {
        public HashSet<BrokerConnection> Publishers { get; } = [];
    }
}
