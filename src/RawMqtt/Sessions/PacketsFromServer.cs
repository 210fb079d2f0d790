// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>What each packet from the server means to a session that is connected, in the order of the specification.</summary>
internal sealed class PacketsFromServer(Sender sender, Receiver receiver, Acknowledgements unanswered, SessionJournal? journal)
{
    private readonly DeliveryNumbers? numbers = journal is null ? null : new(journal);
    private readonly Dictionary<ushort, int> subscribing = [];

    /// <summary>Whether PUBACK counts as the end of the delivery of a message at QoS 2.</summary>
    public bool AcceptsPubAckForQos2 { get; set; }

    /// <summary>Notes how many return codes the SUBACK of this identifier must have.</summary>
    public void ExpectSubAck(ushort packetId, int filters) => subscribing[packetId] = filters;

    /// <summary>Forgets the SUBSCRIBEs that wait: their answers will not come.</summary>
    public void ConnectionLost() => subscribing.Clear();

    /// <summary>Numbers the QoS 2 messages that come in; null without a journal.</summary>
    public DeliveryNumbers? Numbers => numbers;

    /// <summary>Takes one packet, and answers it.</summary>
    /// <returns>What the packet means for the application. After <see cref="SessionEventKind.Violation"/> the caller takes no more packets.</returns>
    public SessionEvent Take(FixedHeader header, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        switch (header.Type)
        {
            case PacketType.Publish: return TakePublish(header, body, output);
            case PacketType.PubAck:
                return PubAckPacket.TryRead(body, out PubAckPacket pubAck, out ProtocolViolation? fault)
                    ? Acknowledged(header.Type, pubAck.PacketId, output)
                    : Violation(fault);
            case PacketType.PubRec:
                return PubRecPacket.TryRead(body, out PubRecPacket pubRec, out fault) ? Acknowledged(header.Type, pubRec.PacketId, output) : Violation(fault);
            case PacketType.PubComp:
                return PubCompPacket.TryRead(body, out PubCompPacket pubComp, out fault)
                    ? Acknowledged(header.Type, pubComp.PacketId, output)
                    : Violation(fault);
            case PacketType.PubRel: return TakePubRel(body, output);
            case PacketType.SubAck: return TakeSubAck(body, output);
            case PacketType.UnsubAck:
                return UnsubAckPacket.TryRead(body, out UnsubAckPacket unsubAck, out fault)
                    ? Acknowledged(header.Type, unsubAck.PacketId, output)
                    : Violation(fault);
            case PacketType.PingResp:
                return PingRespPacket.TryRead(body, out _, out fault) ? new SessionEvent { Kind = SessionEventKind.Pong } : Violation(fault);
            default: return Violation(ProtocolViolation.SecondConnAck); // what only a client sends was refused with its header
        }
    }

    private SessionEvent TakePublish(FixedHeader header, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (!PublishPacket.TryRead(header, body, out PublishPacket packet, out ProtocolViolation? violation)) return Violation(violation);
        Receipt receipt = default;
        long number = 0;
        if (packet.Qos > QualityOfService.AtMostOnce)
        {
            if (!receiver.Accept(packet))
            {
                unanswered.AddDuplicate(packet.PacketId, output);
                return default;
            }

            receipt = unanswered.Add(packet.PacketId, packet.Qos);
            if (packet.Qos == QualityOfService.ExactlyOnce) number = numbers?.Assign(packet.PacketId) ?? 0;
        }

        return new SessionEvent
        {
            Kind = SessionEventKind.Message,
            Topic = packet.Topic,
            Payload = packet.Payload,
            Receipt = receipt,
            Retain = packet.Retain,
            Duplicate = packet.Duplicate,
            DeliveryNumber = number,
        };
    }

    private SessionEvent TakePubRel(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (!PubRelPacket.TryRead(body, out PubRelPacket pubRel, out ProtocolViolation? violation)) return Violation(violation);
        receiver.Release(pubRel.PacketId, output);
        journal?.Note(JournalRecord.ReceivedReleased, pubRel.PacketId);
        numbers?.Release(pubRel.PacketId);
        return default;
    }

    private SessionEvent TakeSubAck(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (!SubAckPacket.TryRead(body, out SubAckPacket subAck, out ProtocolViolation? violation)) return Violation(violation);
        // [MQTT-3.8.4-5]
        if (subscribing.Remove(subAck.PacketId, out int filters) && filters != subAck.ReturnCodes.Length) return Violation(ProtocolViolation.ReturnCodeCount);
        SessionEvent happened = Acknowledged(PacketType.SubAck, subAck.PacketId, output);
        return happened.Kind == SessionEventKind.Subscribed
            ? new SessionEvent { Kind = SessionEventKind.Subscribed, PacketId = subAck.PacketId, ReturnCodes = subAck.ReturnCodes }
            : happened;
    }

    /// <summary>Applies a step of the sender's table.</summary>
    private SessionEvent Acknowledged(PacketType received, ushort packetId, IBufferWriter<byte> output)
    {
        bool isPublished = sender.StateOf(packetId) is SenderState.AwaitingPubAck or SenderState.AwaitingPubRec or SenderState.AwaitingPubComp;
        Delivery.Outcome outcome = sender.Acknowledge(received, packetId, output);
        if (isPublished && outcome is Delivery.Outcome.Release or Delivery.Outcome.Delivered)
            journal?.Note(outcome == Delivery.Outcome.Release ? JournalRecord.Released : JournalRecord.Delivered, packetId);
        if (outcome == Delivery.Outcome.Downgraded)
        {
            sender.End(packetId);
            journal?.Note(JournalRecord.Delivered, packetId);
        }

        return outcome switch
        {
            Delivery.Outcome.Downgraded => new SessionEvent
            {
                Kind = AcceptsPubAckForQos2 ? SessionEventKind.Delivered : SessionEventKind.Downgraded,
                PacketId = packetId,
            },
            Delivery.Outcome.Delivered => new SessionEvent { Kind = EventOf(received), PacketId = packetId },
            Delivery.Outcome.Violation => Violation(ProtocolViolation.WrongAcknowledgement),
            _ => default,
        };
    }

    private static SessionEventKind EventOf(PacketType received) => received switch
    {
        PacketType.SubAck => SessionEventKind.Subscribed,
        PacketType.UnsubAck => SessionEventKind.Unsubscribed,
        _ => SessionEventKind.Delivered,
    };

    private static SessionEvent Violation(ProtocolViolation violation) => new() { Kind = SessionEventKind.Violation, Violation = violation };
}
