// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>What the broker does with a CONNECT, 3.1.4: it refuses it, or opens a session for the connection.</summary>
/// <param name="turn">The call under way.</param>
/// <param name="limits">The broker's limits.</param>
/// <param name="messages">Keeps the Will.</param>
/// <param name="slow">Says whether there is room for a Will.</param>
/// <param name="sessions">All sessions.</param>
/// <param name="ends">Carries out the end of a connection that is taken over.</param>
/// <param name="deliveries">Sends what waits in a session that is resumed.</param>
/// <param name="idSeed">A random number that appears in the identifiers of clients without one.</param>
/// <param name="callbacks">What the shell wants to know and allows.</param>
internal sealed class SessionOpening(
    BrokerTurn turn, MqttBrokerLimits limits, ApplicationMessagePool messages, SlowReaders slow, SessionList sessions, ConnectionEnds ends,
    Deliveries deliveries, uint idSeed, BrokerCallbacks callbacks)
{
    private readonly MqttBrokerStatistics counters = turn.Statistics;
    private long generated;

    /// <summary>Takes a CONNECT.</summary>
    public void Connect(BrokerConnection connection, ReadOnlySpan<byte> body, HookAnswer answer)
    {
        if (!ConnectPacket.TryRead(body, out ConnectPacket packet, out ProtocolViolation? violation, callbacks.AllowsBridges || connection.IsOwn))
        {
            connection.Violation = violation;
            // [MQTT-3.1.2-2]
            if (violation == ProtocolViolation.OlderProtocolName || violation == ProtocolViolation.UnsupportedProtocolLevel)
                Refuse(connection, ConnectReturnCode.UnacceptableProtocolVersion);
            else if (violation == ProtocolViolation.EmptyClientIdWithSession) Refuse(connection, ConnectReturnCode.IdentifierRejected); // [MQTT-3.1.3-8]
            else turn.End(connection, violation); // [MQTT-3.1.4-1]
            return;
        }

        if (limits.IsTooDeep(packet.WillTopic))
        {
            counters.TopicsTooDeep++;
            turn.End(connection, ProtocolViolation.TooManyLevels);
            return;
        }

        if (answer.ReturnCode != ConnectReturnCode.Accepted)
        {
            Refuse(connection, answer.ReturnCode);
            return;
        }

        byte[]? userName = answer.UserName ?? (packet.HasUserName ? packet.UserName.ToArray() : null);
        if (sessions.TryFind(packet.ClientId, out Subscriber? known) &&
            ((known.IsTrusted && !connection.IsOwn) || (!callbacks.SharesClientIds && !known.IsOf(userName))))
        {
            Refuse(connection, ConnectReturnCode.IdentifierRejected); // authorization comes before the taking over, 3.1.4
            return;
        }

        if (packet.HasWill && !slow.CanKeep(packet.WillTopic.Length + packet.WillMessage.Length))
        {
            counters.WillsRefused++;
            connection.Limit = nameof(limits.MaxKeptBytes);
            Refuse(connection, ConnectReturnCode.ServerUnavailable);
            return;
        }

        Accept(connection, packet, userName);
    }

    private void Accept(BrokerConnection connection, in ConnectPacket packet, byte[]? userName)
    {
        byte[] clientId = packet.ClientId.IsEmpty ? NewClientId() : packet.ClientId.ToArray();
        TakeOver(clientId);
        (Subscriber subscriber, bool isResumed) = sessions.Open(clientId, userName, packet.CleanSession, connection.Origin);
        subscriber.Connection = connection;
        subscriber.IsBridge = packet.IsBridge;
        subscriber.IsTrusted = connection.IsOwn && packet.IsBridge;
        SetQueue(subscriber, subscriber.IsTrusted ? connection.Queue : null);
        connection.Subscriber = subscriber;
        connection.KeepAlive = packet.KeepAlive;
        // [MQTT-3.1.2-9]
        if (packet.HasWill) connection.Will = KeepWill(packet, subscriber);
        counters.ClientsConnected++;
        callbacks.Connected?.Invoke(connection, subscriber);

        connection.Output.Write(new ConnAckPacket { SessionPresent = isResumed }); // [MQTT-3.1.4-4], [MQTT-3.2.0-1]
        if (!isResumed) return;
        int before = connection.Output.Length;
        subscriber.Session.Resend(connection.Output); // [MQTT-4.4.0-1]
        connection.Exempt = connection.Output.Length - before;
        deliveries.SendWaiting(subscriber);
    }

    private Will KeepWill(in ConnectPacket packet, Subscriber subscriber)
    {
        long number = turn.Journal?.SetWill(
            subscriber.ClientId, subscriber.UserName, packet.WillTopic, packet.WillMessage, packet.WillQos, packet.WillRetain) ?? 0;
        return new Will(messages.Keep(packet.WillTopic, packet.WillMessage, packet.WillQos), packet.WillRetain, number);
    }

    private void SetQueue(Subscriber subscriber, QueueBounds? queue)
    {
        turn.BridgeBytes += (queue?.Bytes ?? 0) - (subscriber.Queue?.Bytes ?? 0);
        subscriber.Queue = queue;
    }

    private void Refuse(BrokerConnection connection, ConnectReturnCode code)
    {
        counters.ConnectsRefused++;
        connection.RefusedWith = code;
        connection.Output.Write(new ConnAckPacket { ReturnCode = code }); // [MQTT-3.2.2-4]
        turn.End(connection, MqttConnectionEnd.Refused); // [MQTT-3.2.2-5]
    }

    /// <summary>Disconnects a client that is still connected; its Will goes out before the new client is answered [MQTT-3.1.4-2].</summary>
    private void TakeOver(ReadOnlySpan<byte> clientId)
    {
        if (!sessions.TryFind(clientId, out Subscriber? subscriber) || subscriber.Connection is not { } old) return;
        counters.TakeOvers++;
        turn.End(old, MqttConnectionEnd.TakenOver);
        ends.CarryOut();
    }

    /// <summary>Makes an identifier for a client that came without one [MQTT-3.1.3-6].</summary>
    private byte[] NewClientId()
    {
        byte[] clientId;
        do clientId = Encoding.ASCII.GetBytes($"auto-{idSeed:x8}-{++generated}");
        while (sessions.TryFind(clientId, out _));
        return clientId;
    }
}
