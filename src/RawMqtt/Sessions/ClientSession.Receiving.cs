using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <content>What each packet from the server means, in the order of the specification.</content>
internal sealed partial class ClientSession
{
    private SessionEvent Receive(FixedHeader header, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (state == ConnectionState.ConnectSent) return ReceiveConnAck(header, body, output);
        switch (header.Type)
        {
            case PacketType.Publish: return ReceivePublish(header, body, output);
            case PacketType.PubAck: return PubAckPacket.TryRead(body, out PubAckPacket pubAck, out ProtocolViolation? fault) ? Acknowledged(header.Type, pubAck.PacketId, output) : Break(fault);
            case PacketType.PubRec: return PubRecPacket.TryRead(body, out PubRecPacket pubRec, out fault) ? Acknowledged(header.Type, pubRec.PacketId, output) : Break(fault);
            case PacketType.PubComp: return PubCompPacket.TryRead(body, out PubCompPacket pubComp, out fault) ? Acknowledged(header.Type, pubComp.PacketId, output) : Break(fault);
            case PacketType.PubRel: return ReceivePubRel(body, output);
            case PacketType.SubAck: return ReceiveSubAck(body, output);
            case PacketType.UnsubAck: return UnsubAckPacket.TryRead(body, out UnsubAckPacket unsubAck, out fault) ? Acknowledged(header.Type, unsubAck.PacketId, output) : Break(fault);
            case PacketType.PingResp: return ReceivePingResp(body);
            default: return Break(ProtocolViolation.SecondConnAck); // what only a client sends was refused with its header
        }
    }

    private SessionEvent ReceiveConnAck(FixedHeader header, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (header.Type != PacketType.ConnAck) return Break(ProtocolViolation.FirstPacketNotConnAck); // [MQTT-3.2.0-1]
        if (!ConnAckPacket.TryRead(body, out ConnAckPacket connAck, out ProtocolViolation? violation)) return Break(violation);
        if (connAck.ReturnCode != ConnectReturnCode.Accepted)
        {
            state = ConnectionState.Broken; // the server closes [MQTT-3.2.2-5]
            return new SessionEvent { Kind = SessionEventKind.Refused, ReturnCode = connAck.ReturnCode };
        }

        if (connAck.SessionPresent && isClean) return Break(ProtocolViolation.SessionPresentWhenClean); // [MQTT-3.2.2-1]
        state = ConnectionState.Connected;
        bool lost = !connAck.SessionPresent && journal is null && (sender.InFlight > 0 || receiver.Unreleased > 0);
        if (!connAck.SessionPresent) SessionLost();
        sender.Resend(output); // [MQTT-4.4.0-1]
        return new SessionEvent { Kind = SessionEventKind.Connected, SessionPresent = connAck.SessionPresent, SessionLost = lost };
    }

    private SessionEvent ReceivePublish(FixedHeader header, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (!PublishPacket.TryRead(header, body, out PublishPacket packet, out ProtocolViolation? violation)) return Break(violation);
        Receipt receipt = default;
        if (packet.Qos > QualityOfService.AtMostOnce)
        {
            if (!receiver.Accept(packet))
            {
                unanswered.AddDuplicate(packet.PacketId, output);
                return default;
            }

            receipt = unanswered.Add(packet.PacketId, packet.Qos);
        }

        return new SessionEvent
        {
            Kind = SessionEventKind.Message,
            Topic = packet.Topic,
            Payload = packet.Payload,
            Receipt = receipt,
            Retain = packet.Retain,
            Duplicate = packet.Duplicate,
        };
    }

    private SessionEvent ReceivePubRel(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (!PubRelPacket.TryRead(body, out PubRelPacket pubRel, out ProtocolViolation? violation)) return Break(violation);
        receiver.Release(pubRel.PacketId, output);
        journal?.Note(JournalRecord.ReceivedReleased, pubRel.PacketId);
        return default;
    }

    private SessionEvent ReceiveSubAck(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (!SubAckPacket.TryRead(body, out SubAckPacket subAck, out ProtocolViolation? violation)) return Break(violation);
        if (subscribing.Remove(subAck.PacketId, out int filters) && filters != subAck.ReturnCodes.Length) return Break(ProtocolViolation.ReturnCodeCount); // [MQTT-3.8.4-5]
        SessionEvent happened = Acknowledged(PacketType.SubAck, subAck.PacketId, output);
        return happened.Kind == SessionEventKind.Subscribed
            ? new SessionEvent { Kind = SessionEventKind.Subscribed, PacketId = subAck.PacketId, ReturnCodes = subAck.ReturnCodes }
            : happened;
    }

    private SessionEvent ReceivePingResp(ReadOnlySpan<byte> body)
    {
        if (!PingRespPacket.TryRead(body, out _, out ProtocolViolation? violation)) return Break(violation);
        keepAlive.Answered();
        return new SessionEvent { Kind = SessionEventKind.Pong };
    }

    /// <summary>A step of the sender's table, and what it means for the application.</summary>
    private SessionEvent Acknowledged(PacketType received, ushort packetId, IBufferWriter<byte> output)
    {
        bool isPublished = sender.StateOf(packetId) is SenderState.AwaitingPubAck or SenderState.AwaitingPubRec or SenderState.AwaitingPubComp;
        Delivery.Outcome outcome = sender.Acknowledge(received, packetId, output);
        if (isPublished && outcome is Delivery.Outcome.Release or Delivery.Outcome.Delivered) journal?.Note(outcome == Delivery.Outcome.Release ? JournalRecord.Released : JournalRecord.Delivered, packetId);
        return outcome switch
        {
            Delivery.Outcome.Delivered => new SessionEvent { Kind = EventOf(received), PacketId = packetId },
            Delivery.Outcome.Violation => Break(ProtocolViolation.WrongAcknowledgement),
            _ => default,
        };
    }

    private static SessionEventKind EventOf(PacketType received) => received switch
    {
        PacketType.SubAck => SessionEventKind.Subscribed,
        PacketType.UnsubAck => SessionEventKind.Unsubscribed,
        _ => SessionEventKind.Delivered,
    };

    private SessionEvent Break(ProtocolViolation violation)
    {
        state = ConnectionState.Broken; // [MQTT-4.8.0-1]
        return new SessionEvent { Kind = SessionEventKind.Violation, Violation = violation };
    }

    /// <summary>The server knows nothing of the session. What was to outlive this process goes out again all the same: nobody else knows of it.</summary>
    private void SessionLost()
    {
        if (journal is null)
        {
            Forget();
            return;
        }

        receiver.Clear();
        unanswered.Clear();
        journal.ReceivedForgotten();
    }
}
