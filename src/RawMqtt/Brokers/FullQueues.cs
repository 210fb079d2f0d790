// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>What happens when a message has no place in the queue of a client: it, or the oldest, is dropped, or the session ends.</summary>
internal sealed class FullQueues(BrokerTurn turn, SlowReaders slow, SessionList sessions, DropReports drops, BrokerCallbacks callbacks)
{
    private const int MostDropped = 64; // for one new message: the queue of a client that has just gone away may be ten times as long as it shall be

    private readonly MqttBrokerStatistics counters = turn.Statistics;

    /// <summary>Whether the oldest messages of the client can make room for a new one.</summary>
    /// <param name="subscriber">The client.</param>
    /// <param name="length">Topic and payload of the message.</param>
    /// <param name="isKept">Whether the message is in memory, and counts already.</param>
    public bool CanMakeRoom(Subscriber subscriber, int length, bool isKept) =>
        WhenFull(subscriber) == MqttWhenQueueFull.DropOldest && slow.FindFullLimit(subscriber, length, isKept, isEmptied: true) is null;

    /// <summary>Makes room for a message, or drops it.</summary>
    /// <param name="subscriber">The client.</param>
    /// <param name="length">Topic and payload of the message.</param>
    /// <param name="limit">The limit because of which it may not wait.</param>
    /// <returns>Whether it may wait now.</returns>
    public bool TryMakeRoom(Subscriber subscriber, int length, string limit)
    {
        if (CanMakeRoom(subscriber, length, isKept: true))
        {
            if (DropOldest(subscriber, length, limit)) return true;
        }
        else if (WhenFull(subscriber) == MqttWhenQueueFull.EndSession)
        {
            EndSession(subscriber, limit);
            return false;
        }

        drops.Count(subscriber, limit);
        CountLost(1, limit);
        return false;
    }

    /// <summary>The queue of the program's own bridge drops the newest.</summary>
    private MqttWhenQueueFull WhenFull(Subscriber subscriber) =>
        subscriber.Queue is null && callbacks.WhenQueueFull is { } choose ? choose(subscriber) : MqttWhenQueueFull.DropNewest;

    /// <summary>Drops as many of the oldest messages as the new one needs, and a queue that is far too long a piece at a time.</summary>
    /// <returns>Whether the new one may wait: the queue grows neither by messages nor by bytes beyond its limits.</returns>
    private bool DropOldest(Subscriber subscriber, int length, string limit)
    {
        long most = subscriber.Session.QueuedBytes;
        string? reached = limit;
        for (int dropped = 0; reached is not null && dropped < MostDropped; dropped++)
        {
            long number = subscriber.Session.DropOldest();
            turn.Journal?.Drop(subscriber.Number, number);
            drops.Count(subscriber, reached);
            CountLost(1, reached);
            reached = slow.FindFullLimit(subscriber, length, isKept: true);
        }

        slow.NoteSent(subscriber);
        return reached is null || subscriber.Session.QueuedBytes + length <= most;
    }

    private void EndSession(Subscriber subscriber, string limit)
    {
        ServerSession session = subscriber.Session;
        long lost = session.InFlight + session.Queued + 1L;
        subscriber.Lost += lost;
        CountLost(lost, limit);
        counters.SessionsQueueFull++;
        callbacks.SessionEnded?.Invoke(subscriber, limit, lost);
        sessions.EndLater(subscriber);
        if (subscriber.Connection is not { } connection) return;
        connection.Limit = limit;
        turn.End(connection, MqttConnectionEnd.QueueFull);
    }

    private void CountLost(long messages, string limit)
    {
        counters.MessagesDropped += messages;
        if (limit == nameof(MqttBrokerLimits.MaxJournalLength)) counters.JournalLengthReached++;
    }
}
