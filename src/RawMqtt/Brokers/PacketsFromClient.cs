// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>What the broker does with each packet of a client, chapter 3.</summary>
internal sealed class PacketsFromClient(
    BrokerTurn turn, MqttBrokerLimits limits, SlowReaders slow, JournalHolds holds, Deliveries deliveries, Router router, ClientFilters filters,
    SessionOpening opening, RefusalReports refusals, BrokerCallbacks callbacks)
{
    private readonly MqttBrokerStatistics counters = turn.Statistics;

    /// <summary>Takes one packet.</summary>
    /// <param name="connection">Where it came from.</param>
    /// <param name="header">Its fixed header.</param>
    /// <param name="body">What follows the header.</param>
    /// <param name="whole">Both.</param>
    /// <returns>Whether it was taken; false: the connection is paused, and the caller passes the packet again afterwards.</returns>
    public bool Take(BrokerConnection connection, FixedHeader header, ReadOnlySpan<byte> body, ReadOnlySpan<byte> whole)
    {
        if (header.Type == PacketType.Publish) return TakePublish(connection, header, body, whole);
        if (TryPauseToAsk(connection, header.Type) || TryHoldForJournal(connection, header.Type, body)) return false;
        HookAnswer answer = TakeAnswer(connection);

        turn.MarkDirty(connection);
        BrokerJournal? journal = turn.Journal;
        long position = journal?.Position ?? 0;
        ProtocolViolation? violation = null;
        switch (header.Type)
        {
            case PacketType.Connect when connection.Subscriber is null:
                opening.Connect(connection, body, answer);
                break;
            case PacketType.Connect:
                violation = ProtocolViolation.SecondConnect; // [MQTT-3.1.0-2]
                break;
            case PacketType.PubAck:
                if (PubAckPacket.TryRead(body, out PubAckPacket pubAck, out violation)) violation = Acknowledge(connection, header.Type, pubAck.PacketId);
                break;
            case PacketType.PubRec:
                if (PubRecPacket.TryRead(body, out PubRecPacket pubRec, out violation)) violation = Acknowledge(connection, header.Type, pubRec.PacketId);
                break;
            case PacketType.PubComp:
                if (PubCompPacket.TryRead(body, out PubCompPacket pubComp, out violation)) violation = Acknowledge(connection, header.Type, pubComp.PacketId);
                break;
            case PacketType.PubRel:
                if (PubRelPacket.TryRead(body, out PubRelPacket pubRel, out violation)) Release(connection, pubRel.PacketId);
                break;
            case PacketType.Subscribe when filters.AreTooMany(body, behind: 1):
            case PacketType.Unsubscribe when filters.AreTooMany(body, behind: 0):
                connection.Limit = nameof(limits.MaxSubscriptions);
                violation = ProtocolViolation.PacketTooLarge;
                break;
            case PacketType.Subscribe:
                if (SubscribePacket.TryRead(body, out SubscribePacket subscribe, out violation)) filters.Subscribe(connection, subscribe, answer);
                break;
            case PacketType.Unsubscribe:
                if (UnsubscribePacket.TryRead(body, out UnsubscribePacket unsubscribe, out violation)) filters.Unsubscribe(connection, unsubscribe);
                break;
            case PacketType.PingReq:
                if (PingReqPacket.TryRead(body, out _, out violation)) connection.Output.Write(new PingRespPacket()); // [MQTT-3.12.4-1]
                break;
            case PacketType.Disconnect:
                if (DisconnectPacket.TryRead(body, out _, out violation)) turn.End(connection, MqttConnectionEnd.Disconnected); // [MQTT-3.14.4-3]
                break;
        }

        if (violation is not null) turn.End(connection, violation);
        // nothing follows from PUBACK and PUBCOMP but messages, which wait for themselves
        if (journal is not null && journal.Position > position && header.Type is not (PacketType.PubAck or PacketType.PubComp))
            connection.WaitsFor = journal.Position;
        slow.EndIfTooSlow(connection);
        return true;
    }

    /// <summary>Takes acknowledgements and PINGREQs behind a PUBLISH, SUBSCRIBE or UNSUBSCRIBE that is held back, up to the first packet of another kind. The
    /// caller passes all of them again.</summary>
    public void TakeAhead(BrokerConnection connection, ReadOnlySpan<byte> read)
    {
        HookAnswer? answer = connection.Answer; // belongs to the PUBLISH
        int before = connection.Ahead;
        var reader = new PacketReader(read[before..], MqttRole.Client, limits.MaxPacketLength);
        while (connection.End is null && reader.Read() == OperationStatus.Done)
        {
            if (BrokerConnection.IsTakenAhead(reader.Header.Type)) Take(connection, reader.Header, reader.Body, default);
            else if (reader.Header.Type is not (PacketType.Publish or PacketType.Subscribe or PacketType.Unsubscribe)) break;
            connection.Ahead = before + reader.Consumed;
        }

        connection.Answer = answer;
    }

    private bool TakePublish(BrokerConnection connection, FixedHeader header, ReadOnlySpan<byte> body, ReadOnlySpan<byte> whole)
    {
        if (!PublishPacket.TryRead(header, body, out PublishPacket packet, out ProtocolViolation? violation))
        {
            turn.End(connection, violation);
            return true;
        }

        if (limits.IsTooDeep(packet.Topic))
        {
            counters.TopicsTooDeep++;
            turn.End(connection, ProtocolViolation.TooManyLevels);
            return true;
        }

        if (TryPauseToAsk(connection, PacketType.Publish) || router.TryHold(packet, connection)) return false;
        bool allowed = TakeAnswer(connection).IsAllowed && packet.Topic[0] != '$' && router.CanWrite(packet, connection); // $: the broker's own topics, 4.7.2
        if (!allowed) refusals.Count(connection.Subscriber!, "publish", packet.Topic);
        if (!allowed && callbacks.EndsRefusedPublishers)
        {
            counters.MessagesNotAllowed++;
            turn.End(connection, MqttConnectionEnd.NotAllowed);
            return true;
        }

        Receiver receiver = connection.Subscriber!.Session.Receiver;
        bool isNew = packet.Qos == QualityOfService.AtMostOnce || receiver.Accept(packet);
        counters.MessagesReceived++;
        long position = turn.Journal?.Position ?? 0;
        if (!allowed) TakeNotAllowed(connection.Subscriber, packet, isNew);
        else if (isNew) Publish(connection, packet, whole);

        if (packet.Qos == QualityOfService.AtMostOnce) return true;
        Receiver.Acknowledge(packet.Qos, packet.PacketId, connection.Output); // [MQTT-4.3.2-2], [MQTT-4.3.3-2]
        if (turn.Journal is { } journal && journal.Position > position) connection.WaitsFor = journal.Position;
        turn.MarkDirty(connection);
        slow.EndIfTooSlow(connection);
        return true;
    }

    private void Publish(BrokerConnection connection, in PublishPacket packet, ReadOnlySpan<byte> whole)
    {
        router.Publish(packet, Qos0BytesOf(packet, whole), connection);
        callbacks.Published?.Invoke(connection, packet);
    }

    /// <summary>It is acknowledged all the same [MQTT-3.3.5-2].</summary>
    private void TakeNotAllowed(Subscriber publisher, in PublishPacket packet, bool isNew)
    {
        counters.MessagesNotAllowed++;
        if (packet.Qos == QualityOfService.ExactlyOnce && isNew) turn.Journal?.Receive(publisher.Number, packet.PacketId);
    }

    private void Release(BrokerConnection connection, ushort packetId)
    {
        Subscriber publisher = connection.Subscriber!;
        publisher.Session.Receiver.Release(packetId, connection.Output);
        turn.Journal?.Step(BrokerRecord.ReceivedReleased, publisher.Number, packetId);
    }

    /// <summary>The packet as it came, if it can go on like that: at QoS 0, with its Remaining Length in the shortest form.</summary>
    private static ReadOnlySpan<byte> Qos0BytesOf(in PublishPacket packet, ReadOnlySpan<byte> whole) =>
        packet.Qos == QualityOfService.AtMostOnce && packet.Length == whole.Length ? whole : default;

    private ProtocolViolation? Acknowledge(BrokerConnection connection, PacketType received, ushort packetId)
    {
        Subscriber subscriber = connection.Subscriber!;
        Delivery.Outcome outcome = subscriber.Session.Acknowledge(received, packetId, connection.Output);
        if (outcome is Delivery.Outcome.Violation or Delivery.Outcome.Downgraded) return ProtocolViolation.WrongAcknowledgement;
        if (turn.Journal is { } journal) Note(journal, subscriber, outcome, packetId);
        if (outcome == Delivery.Outcome.Delivered) // others are no progress: anybody can send them
        {
            connection.Taken++;
            subscriber.HasAcknowledged = true;
        }

        deliveries.SendWaiting(subscriber);
        return null;
    }

    private static void Note(BrokerJournal journal, Subscriber subscriber, Delivery.Outcome outcome, ushort packetId)
    {
        if (outcome == Delivery.Outcome.Delivered) journal.Step(BrokerRecord.Acknowledged, subscriber.Number, packetId);
        else if (subscriber.Session.IsReleased(packetId)) journal.Step(BrokerRecord.Released, subscriber.Number, packetId);
    }

    /// <summary>Pauses the connection if the shell wants to be asked about the packet and has not answered yet.</summary>
    private bool TryPauseToAsk(BrokerConnection connection, PacketType type)
    {
        AskedPackets asked = type switch
        {
            PacketType.Connect => AskedPackets.Connect,
            PacketType.Publish => AskedPackets.Publish,
            PacketType.Subscribe => AskedPackets.Subscribe,
            _ => AskedPackets.None,
        };
        if ((callbacks.Asked & asked) == 0 || connection.Answer is not null) return false;
        connection.Pause = Pause.Asks;
        return true;
    }

    /// <summary>Pauses the connection if its packet would be noted for a kept session, or as a Will, while too much waits for the disk.</summary>
    private bool TryHoldForJournal(BrokerConnection connection, PacketType type, ReadOnlySpan<byte> body)
    {
        if (turn.Room is not { IsBehind: true }) return false;
        bool isNoted = type switch
        {
            PacketType.Connect => connection is { Subscriber: null, Answer: null or { ReturnCode: ConnectReturnCode.Accepted } }
                && ConnectPacket.TryRead(body, out ConnectPacket packet, out _, allowsBridge: true) && (packet.HasWill || !packet.CleanSession),
            PacketType.Subscribe or PacketType.Unsubscribe => connection.Subscriber is { Number: > 0 },
            _ => false,
        };
        if (isNoted) holds.Hold(connection, isPublish: false);
        return isNoted;
    }

    private static HookAnswer TakeAnswer(BrokerConnection connection)
    {
        HookAnswer answer = connection.Answer ?? HookAnswer.Allowed;
        connection.Answer = null;
        return answer;
    }
}
