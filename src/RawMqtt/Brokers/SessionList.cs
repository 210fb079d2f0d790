// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>All sessions by their client identifiers [MQTT-3.1.3-2]: how they begin, wait for their clients, and end.</summary>
internal sealed class SessionList(BrokerTurn turn, MqttBrokerLimits limits, Utf8Comparer comparer, ClientFilters filters)
{
    private readonly Dictionary<byte[], Subscriber> byClientId = new(comparer);
    private readonly AwaySessions away = new(comparer);
    private readonly Dictionary<uint, Subscriber> byNumber = []; // those that are noted in a journal

    private readonly Queue<Subscriber> toEnd = new();

    public int Count => byClientId.Count;

    /// <summary>Sessions whose client is away.</summary>
    public int Away => away.Count;

    public IEnumerable<Subscriber> All => byClientId.Values;

    /// <summary>Returns the session of a number of the journal; null if it was discarded.</summary>
    public Subscriber? Find(uint number) => byNumber.GetValueOrDefault(number);

    public bool TryFind(ReadOnlySpan<byte> clientId, [NotNullWhen(true)] out Subscriber? subscriber) =>
        byClientId.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(clientId, out subscriber);

    /// <summary>Resumes the session kept for a client whose user is the same and who wants it, or begins a new one in its place, 3.1.2.4.</summary>
    /// <returns>The session; whether it was resumed.</returns>
    public (Subscriber Subscriber, bool IsResumed) Open(byte[] clientId, byte[]? userName, bool cleanSession, byte[]? origin)
    {
        if (TryFind(clientId, out Subscriber? subscriber)) // [MQTT-3.2.2-3]
        {
            away.Remove(subscriber);
            subscriber.Origin = origin;
            if (!cleanSession && subscriber.IsOf(userName)) // [MQTT-3.1.2-4], [MQTT-3.2.2-2]
            {
                turn.Journal?.ResumeSession(subscriber.Number);
                return (subscriber, true);
            }

            Discard(subscriber); // [MQTT-3.1.2-6], [MQTT-3.2.2-1]
        }

        subscriber = Add(clientId, userName, cleanSession);
        subscriber.Origin = origin;
        if (!cleanSession && turn.Journal is { } journal) SetNumber(subscriber, journal.BeginSession(clientId, userName));
        return (subscriber, false);
    }

    /// <summary>Takes back a kept session of an earlier process, whose client is away.</summary>
    public Subscriber Restore(uint number, byte[] clientId, byte[]? userName, TimeSpan awaySince)
    {
        Subscriber subscriber = Add(clientId, userName, cleanSession: false);
        SetNumber(subscriber, number);
        subscriber.AwaySince = awaySince;
        away.Add(subscriber);
        return subscriber;
    }

    /// <summary>Ends a session whose connection has ended, or lets it wait for its client.</summary>
    public void CloseConnection(Subscriber subscriber)
    {
        if (subscriber.HasEnded) return;
        subscriber.Replay?.StartAgain();
        if (subscriber.CleanSession) // [MQTT-3.1.2-6]
        {
            Discard(subscriber);
            return;
        }

        subscriber.AwaySince = turn.Now; // [MQTT-3.1.2-4], [MQTT-4.1.0-1]
        turn.Journal?.LeaveSession(subscriber.Number, turn.Now);
        away.Add(subscriber);
        if (away.Count <= limits.MaxAwaySessions) return;
        turn.Statistics.SessionsGivenUp++;
        Discard(away.FindExcess(subscriber));
    }

    /// <summary>Ends a session whose queue is full once all receivers of the message that filled it have got it.</summary>
    public void EndLater(Subscriber subscriber) => toEnd.Enqueue(subscriber);

    /// <summary>Ends the sessions whose queues are full.</summary>
    public void EndFull()
    {
        while (toEnd.TryDequeue(out Subscriber? subscriber)) Discard(subscriber);
    }

    /// <summary>Ends the sessions of clients that have been away for too long.</summary>
    public void DiscardExpired()
    {
        while (away.Longest is { } oldest && turn.Now - oldest.AwaySince >= limits.SessionExpiry)
        {
            turn.Statistics.SessionsExpired++;
            Discard(oldest);
        }
    }

    private Subscriber Add(byte[] clientId, byte[]? userName, bool cleanSession)
    {
        var session = new ServerSession(limits.InitialInFlight, limits.MaxInFlight, limits.MaxInFlightBytes);
        var subscriber = new Subscriber(clientId, userName, session, cleanSession);
        byClientId.Add(clientId, subscriber);
        turn.Sessions = Count;
        return subscriber;
    }

    private void SetNumber(Subscriber subscriber, uint number)
    {
        subscriber.Number = number;
        byNumber.Add(number, subscriber);
        if (turn.Room is { } room) room.KeptSessions = byNumber.Count;
    }

    private void Discard(Subscriber subscriber)
    {
        subscriber.HasEnded = true;
        turn.Journal?.DiscardSession(subscriber.Number);
        byNumber.Remove(subscriber.Number);
        if (turn.Room is { } room) room.KeptSessions = byNumber.Count;
        away.Remove(subscriber);
        filters.Clear(subscriber);
        subscriber.Session.Clear();
        turn.BridgeBytes -= subscriber.Queue?.Bytes ?? 0;
        byClientId.Remove(subscriber.ClientId);
        turn.Sessions = Count;
    }
}
