// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>All sessions by their client identifiers [MQTT-3.1.3-2]: CONNECT, SUBSCRIBE and UNSUBSCRIBE, and what the end of a connection means.</summary>
internal sealed class SessionList(BrokerCore broker, MqttBrokerLimits limits, Utf8Comparer comparer, ulong seed)
{
    private readonly Router router = broker.Router;
    private readonly Dictionary<byte[], Subscriber> byClientId = new(comparer);
    private readonly ArrayBufferWriter<byte> returnCodes = new();
    private readonly LinkedList<Subscriber> away = new(); // the longest away first
    private long generated;
    private long filterBytes;

    public int Count => byClientId.Count;

    /// <summary>Sessions whose client is away.</summary>
    public int Away => away.Count;

    public IEnumerable<Subscriber> All => byClientId.Values;

    public bool TryFind(ReadOnlySpan<byte> clientId, [NotNullWhen(true)] out Subscriber? subscriber) =>
        byClientId.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(clientId, out subscriber);

    /// <summary>Takes a CONNECT, 3.1.4.</summary>
    public void Connect(BrokerConnection connection, ReadOnlySpan<byte> body, HookAnswer answer)
    {
        if (!ConnectPacket.TryRead(body, out ConnectPacket packet, out ProtocolViolation? violation))
        {
            connection.Violation = violation;
            if (violation == ProtocolViolation.OlderProtocolName || violation == ProtocolViolation.UnsupportedProtocolLevel) Refuse(connection, ConnectReturnCode.UnacceptableProtocolVersion); // [MQTT-3.1.2-2]
            else if (violation == ProtocolViolation.EmptyClientIdWithSession) Refuse(connection, ConnectReturnCode.IdentifierRejected); // [MQTT-3.1.3-8]
            else broker.Break(connection, violation); // [MQTT-3.1.4-1]
            return;
        }

        if (limits.IsTooDeep(packet.WillTopic))
        {
            broker.Statistics.TopicsTooDeep++;
            broker.Break(connection, ProtocolViolation.TooManyLevels);
            return;
        }

        if (answer.ReturnCode != ConnectReturnCode.Accepted)
        {
            Refuse(connection, answer.ReturnCode);
            return;
        }

        if (packet.HasWill && !router.CanKeep(packet.WillTopic.Length + packet.WillMessage.Length))
        {
            broker.Statistics.WillsRefused++;
            Refuse(connection, ConnectReturnCode.ServerUnavailable);
            return;
        }

        byte[] clientId = packet.ClientId.IsEmpty ? NewClientId() : packet.ClientId.ToArray();
        TakeOver(clientId);
        Subscriber? subscriber = Resume(clientId, packet);
        bool sessionPresent = subscriber is not null;
        if (subscriber is null)
        {
            byte[]? userName = packet.HasUserName ? packet.UserName.ToArray() : null;
            subscriber = new Subscriber(clientId, userName, new ServerSession(limits.InitialInFlight, limits.MaxInFlight, limits.MaxInFlightBytes), packet.CleanSession);
            byClientId.Add(clientId, subscriber);
        }

        subscriber.Connection = connection;
        connection.Subscriber = subscriber;
        connection.KeepAlive = packet.KeepAlive;
        if (packet.HasWill) connection.Will = new Will(router.Kept.Keep(packet.WillTopic, packet.WillMessage, packet.WillQos), packet.WillRetain); // [MQTT-3.1.2-9]
        broker.Statistics.ClientsConnected++;
        broker.Connected?.Invoke(connection, subscriber);

        connection.Output.Write(new ConnAckPacket { SessionPresent = sessionPresent }); // [MQTT-3.1.4-4], [MQTT-3.2.0-1]
        if (!sessionPresent) return;
        int before = connection.Output.Length;
        subscriber.Session.Resend(connection.Output); // [MQTT-4.4.0-1]
        connection.Resent = connection.Output.Length - before;
        router.SendWaiting(subscriber);
    }

    /// <summary>Takes a SUBSCRIBE: its answer first, then the retained messages.</summary>
    public void Subscribe(BrokerConnection connection, in SubscribePacket packet, HookAnswer answer)
    {
        Subscriber subscriber = connection.Subscriber!;
        returnCodes.ResetWrittenCount();
        foreach (Subscription subscription in packet.Subscriptions) // in order [MQTT-3.8.4-4], [MQTT-3.9.3-1]
        {
            bool allowed = answer.AllowedFilters?[returnCodes.WrittenCount] ?? true;
            returnCodes.Write([allowed ? Subscribe(subscriber, subscription) : NotAllowed()]);
        }

        connection.Output.Write(new SubAckPacket { PacketId = packet.PacketId, ReturnCodes = returnCodes.WrittenSpan }); // [MQTT-3.8.4-1], [MQTT-3.8.4-2]
        if (subscriber.Replay is not null) router.Replays.GoOn(subscriber); // [MQTT-3.3.1-6], [MQTT-3.8.4-3]
    }

    /// <summary>Takes an UNSUBSCRIBE. What is in flight goes on [MQTT-3.10.4-3].</summary>
    public void Unsubscribe(BrokerConnection connection, in UnsubscribePacket packet)
    {
        Subscriber subscriber = connection.Subscriber!;
        foreach (ReadOnlySpan<byte> filter in packet.Filters) // [MQTT-3.10.4-6]
        {
            if (!router.Subscriptions.Remove(subscriber, filter)) continue; // [MQTT-3.10.4-1]
            var filters = subscriber.Filters!.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (filters.TryGetValue(filter, out byte[]? known)) subscriber.Replay?.Remove(known);
            filters.Remove(filter);
            Weigh(subscriber, -MqttBrokerLimits.SizeOf(filter));
        }

        connection.Output.Write(new UnsubAckPacket { PacketId = packet.PacketId }); // [MQTT-3.10.4-4], [MQTT-3.10.4-5]
    }

    /// <summary>The connection of a client is over: so is its session, or it waits.</summary>
    public void ConnectionEnded(Subscriber subscriber)
    {
        router.ConnectionEnded(subscriber);
        if (subscriber.CleanSession) // [MQTT-3.1.2-6]
        {
            Discard(subscriber);
            return;
        }

        subscriber.AwaySince = broker.Now; // [MQTT-3.1.2-4], [MQTT-4.1.0-1]
        subscriber.Away = away.AddLast(subscriber);
        if (away.Count <= limits.MaxAwaySessions) return;
        broker.Statistics.SessionsGivenUp++;
        Discard(away.First!.Value);
    }

    /// <summary>Ends the sessions of clients that have been away for too long.</summary>
    public void Tick()
    {
        while (away.First is { Value: { } oldest } && broker.Now - oldest.AwaySince >= limits.SessionExpiry)
        {
            broker.Statistics.SessionsExpired++;
            Discard(oldest);
        }
    }

    private byte Subscribe(Subscriber subscriber, Subscription subscription)
    {
        HashSet<byte[]> filters = subscriber.Filters ??= new HashSet<byte[]>(comparer);
        bool isNew = !filters.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(subscription.Filter, out byte[]? filter);
        bool allowed = (!isNew || filters.Count < limits.MaxSubscriptions) && !limits.IsTooDeep(subscription.Filter);
        if (!allowed)
        {
            broker.Statistics.SubscriptionsRefused++;
            return SubAckPacket.Failure;
        }

        if (isNew)
        {
            int size = MqttBrokerLimits.SizeOf(subscription.Filter);
            if (!MayWeigh(subscriber, size)) return SubAckPacket.Failure;
            filters.Add(filter = subscription.Filter.ToArray());
            Weigh(subscriber, size);
        }

        router.Subscriptions.Add(subscriber, filter, subscription.Qos);
        if (router.Retained.Count > 0) (subscriber.Replay ??= new RetainedReplay(comparer)).Add(filter!, subscription.Qos);
        return (byte)subscription.Qos; // [MQTT-3.8.4-5]
    }

    /// <summary>Whether the client may have filters of so many bytes more: beyond the limit of all, each still has its share, so that none takes all.</summary>
    private bool MayWeigh(Subscriber subscriber, int bytes)
    {
        if (subscriber.FilterBytes + bytes > limits.MaxSubscriptionBytes)
        {
            broker.Statistics.SubscriptionBytesReached++;
            return false;
        }

        if (filterBytes + bytes <= limits.MaxTotalSubscriptionBytes || subscriber.FilterBytes + bytes <= limits.MaxTotalSubscriptionBytes / byClientId.Count) return true;
        broker.Statistics.AllSubscriptionBytesReached++;
        return false;
    }

    private void Weigh(Subscriber subscriber, int bytes)
    {
        subscriber.FilterBytes += bytes;
        filterBytes += bytes;
    }

    private byte NotAllowed()
    {
        broker.Statistics.SubscriptionsNotAllowed++;
        return SubAckPacket.Failure;
    }

    /// <summary>A client that is still connected is disconnected, and its Will goes out [MQTT-3.1.4-2].</summary>
    private void TakeOver(ReadOnlySpan<byte> clientId)
    {
        if (!TryFind(clientId, out Subscriber? subscriber) || subscriber.Connection is not { } old) return;
        broker.Statistics.TakeOvers++;
        broker.End(old, MqttConnectionEnd.TakenOver);
        broker.Settle();
    }

    /// <summary>The session kept for this client, if it wants it and is the same user; if not, it is discarded, 3.1.2.4.</summary>
    private Subscriber? Resume(ReadOnlySpan<byte> clientId, in ConnectPacket packet)
    {
        if (!TryFind(clientId, out Subscriber? subscriber)) return null; // [MQTT-3.2.2-3]
        IsBack(subscriber);
        bool isItsUser = packet.HasUserName ? subscriber.UserName is not null && packet.UserName.SequenceEqual(subscriber.UserName) : subscriber.UserName is null;
        if (!packet.CleanSession && isItsUser) return subscriber; // [MQTT-3.1.2-4], [MQTT-3.2.2-2]
        Discard(subscriber); // [MQTT-3.1.2-6], [MQTT-3.2.2-1]
        return null;
    }

    private void IsBack(Subscriber subscriber)
    {
        if (subscriber.Away is null) return;
        away.Remove(subscriber.Away);
        subscriber.Away = null;
    }

    private void Discard(Subscriber subscriber)
    {
        IsBack(subscriber);
        foreach (byte[] filter in subscriber.Filters ?? []) router.Subscriptions.Remove(subscriber, filter);
        subscriber.Filters = null;
        Weigh(subscriber, -subscriber.FilterBytes);
        subscriber.Replay = null;
        subscriber.Session.Clear();
        byClientId.Remove(subscriber.ClientId);
    }

    private void Refuse(BrokerConnection connection, ConnectReturnCode code)
    {
        broker.Statistics.ConnectsRefused++;
        connection.Output.Write(new ConnAckPacket { ReturnCode = code }); // [MQTT-3.2.2-4]
        broker.End(connection, MqttConnectionEnd.Refused); // [MQTT-3.2.2-5]
    }

    /// <summary>An identifier for a client that came without one [MQTT-3.1.3-6].</summary>
    private byte[] NewClientId()
    {
        byte[] clientId;
        do clientId = Encoding.ASCII.GetBytes($"auto-{seed & 0xFFFF_FFFF:x8}-{++generated}");
        while (byClientId.ContainsKey(clientId));
        return clientId;
    }
}
