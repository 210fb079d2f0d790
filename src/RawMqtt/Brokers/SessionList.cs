// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>All sessions by their client identifiers [MQTT-3.1.3-2]: how they begin, wait for their clients, and end.</summary>
internal sealed class SessionList(BrokerTurn turn, MqttBrokerLimits limits, Utf8Comparer comparer, ClientFilters filters)
{
    private readonly Dictionary<byte[], Subscriber> byClientId = new(comparer);
    private readonly LinkedList<Subscriber> away = new(); // the longest away first

    public int Count => byClientId.Count;

    /// <summary>Sessions whose client is away.</summary>
    public int Away => away.Count;

    public IEnumerable<Subscriber> All => byClientId.Values;

    public bool TryFind(ReadOnlySpan<byte> clientId, [NotNullWhen(true)] out Subscriber? subscriber) =>
        byClientId.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(clientId, out subscriber);

    /// <summary>Resumes the session kept for a client whose user is the same and who wants it, or begins a new one in its place, 3.1.2.4.</summary>
    /// <returns>The session; whether it was resumed.</returns>
    public (Subscriber Subscriber, bool IsResumed) Open(byte[] clientId, byte[]? userName, bool cleanSession)
    {
        if (TryFind(clientId, out Subscriber? subscriber)) // [MQTT-3.2.2-3]
        {
            EndAbsence(subscriber);
            bool isItsUser = userName is null ? subscriber.UserName is null : subscriber.UserName is { } known && known.AsSpan().SequenceEqual(userName);
            if (!cleanSession && isItsUser) return (subscriber, true); // [MQTT-3.1.2-4], [MQTT-3.2.2-2]
            Discard(subscriber); // [MQTT-3.1.2-6], [MQTT-3.2.2-1]
        }

        subscriber = new Subscriber(
            clientId, userName, new ServerSession(limits.InitialInFlight, limits.MaxInFlight, limits.MaxInFlightBytes), cleanSession);
        byClientId.Add(clientId, subscriber);
        turn.Sessions = Count;
        return (subscriber, false);
    }

    /// <summary>Ends a session whose connection has ended, or lets it wait for its client.</summary>
    public void CloseConnection(Subscriber subscriber)
    {
        subscriber.Replay?.StartAgain();
        if (subscriber.CleanSession) // [MQTT-3.1.2-6]
        {
            Discard(subscriber);
            return;
        }

        subscriber.AwaySince = turn.Now; // [MQTT-3.1.2-4], [MQTT-4.1.0-1]
        subscriber.Away = away.AddLast(subscriber);
        if (away.Count <= limits.MaxAwaySessions) return;
        turn.Statistics.SessionsGivenUp++;
        Discard(away.First!.Value);
    }

    /// <summary>Ends the sessions of clients that have been away for too long.</summary>
    public void DiscardExpired()
    {
        while (away.First is { Value: { } oldest } && turn.Now - oldest.AwaySince >= limits.SessionExpiry)
        {
            turn.Statistics.SessionsExpired++;
            Discard(oldest);
        }
    }

    private void EndAbsence(Subscriber subscriber)
    {
        if (subscriber.Away is null) return;
        away.Remove(subscriber.Away);
        subscriber.Away = null;
    }

    private void Discard(Subscriber subscriber)
    {
        EndAbsence(subscriber);
        filters.Clear(subscriber);
        subscriber.Session.Clear();
        byClientId.Remove(subscriber.ClientId);
        turn.Sessions = Count;
    }
}
