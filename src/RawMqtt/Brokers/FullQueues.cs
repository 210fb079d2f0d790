// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>What happens when a message has no place in the queue of a client: it, or the oldest, is dropped, or the session ends.</summary>
internal sealed class FullQueues(BrokerTurn turn, SlowReaders slow, SessionList sessions, DropReports drops, BrokerCallbacks callbacks)
{
    private readonly MqttBrokerStatistics counters = turn.Statistics;

    /// <summary>Whether the oldest messages of the client make room for a new one.</summary>
    public bool DropsOldest(Subscriber subscriber) => WhenFull(subscriber) == MqttWhenQueueFull.DropOldest;

    /// <summary>Makes room for a message, or drops it.</summary>
    /// <param name="subscriber">The client.</param>
    /// <param name="length">Topic and payload of the message.</param>
    /// <param name="limit">The limit because of which it may not wait.</param>
    /// <returns>Whether it may wait now.</returns>
    public bool TryMakeRoom(Subscriber subscriber, int length, string limit)
    {
        switch (WhenFull(subscriber))
        {
            case MqttWhenQueueFull.EndSession:
                EndSession(subscriber, limit);
                return false;
            case MqttWhenQueueFull.DropOldest when slow.FindFullLimit(subscriber, length, isKept: true, isEmptied: true) is null:
                for (string? reached = limit; reached is not null; reached = slow.FindFullLimit(subscriber, length, isKept: true))
                    DropOldest(subscriber, reached);
                slow.NoteSent(subscriber);
                return true;
            default:
                drops.Count(subscriber, limit);
                CountLost(1, limit);
                return false;
        }
    }

    /// <summary>The queue of the program's own bridge drops the newest.</summary>
    private MqttWhenQueueFull WhenFull(Subscriber subscriber) =>
        subscriber.Queue is null && callbacks.WhenQueueFull is { } choose ? choose(subscriber) : MqttWhenQueueFull.DropNewest;

    private void DropOldest(Subscriber subscriber, string limit)
    {
        long number = subscriber.Session.DropOldest();
        turn.Journal?.Drop(subscriber.Number, number);
        drops.Count(subscriber, limit);
        CountLost(1, limit);
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
