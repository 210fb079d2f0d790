// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>The receiver's end of the delivery protocols, 4.3: which messages are new, and how they are answered.</summary>
/// <remarks>It remembers the identifiers of QoS 2 messages that were received and not yet released. They are part of the
/// session, 4.1, and so outlive the connection [MQTT-4.3.3-2].</remarks>
internal sealed class Receiver
{
    private readonly PacketIdSet received = new();

    /// <summary>The number of QoS 2 messages received whose PUBREL has not come: 0 to 65535.</summary>
    public int Unreleased => received.Count;

    /// <summary>Their identifiers.</summary>
    public IEnumerable<ushort> Received => received.All;

    /// <summary>Takes a PUBLISH without answering it: <see cref="Acknowledge"/> follows when its turn comes.</summary>
    /// <returns>Whether the message has not been delivered before.</returns>
    public bool Accept(in PublishPacket packet) => Apply(PacketType.Publish, packet.Qos, packet.PacketId).Deliver;

    /// <summary>Answers a PUBLISH as its QoS requires [MQTT-3.3.4-1]. The caller keeps the order of arrival [MQTT-4.6.0-2], [MQTT-4.6.0-3].</summary>
    public static void Acknowledge(QualityOfService qos, ushort packetId, IBufferWriter<byte> output) =>
        WriteAnswer(Delivery.Receiver(isKnown: true, PacketType.Publish, qos).Answer, packetId, output);

    /// <summary>Takes a PUBREL and answers it, whether or not the identifier is known.</summary>
    public void Release(ushort packetId, IBufferWriter<byte> output) => WriteAnswer(Apply(PacketType.PubRel, default, packetId).Answer, packetId, output);

    /// <summary>Takes back <see cref="Accept"/>: if the QoS 2 message comes again, it counts as new.</summary>
    public void Forget(ushort packetId) => received.Remove(packetId);

    /// <summary>Notes that an earlier process delivered the QoS 2 message of this identifier.</summary>
    public void Restore(ushort packetId) => received.Add(packetId);

    /// <summary>Forgets all identifiers, at the end of the session.</summary>
    public void Clear() => received.Clear();

    private Delivery.ReceiverStep Apply(PacketType packet, QualityOfService qos, ushort packetId)
    {
        Delivery.ReceiverStep step = Delivery.Receiver(received.Contains(packetId), packet, qos);
        if (step.Known) received.Add(packetId);
        else received.Remove(packetId);
        return step;
    }

    private static void WriteAnswer(PacketType? answer, ushort packetId, IBufferWriter<byte> output)
    {
        if (answer == PacketType.PubAck) output.Write(new PubAckPacket { PacketId = packetId });
        else if (answer == PacketType.PubRec) output.Write(new PubRecPacket { PacketId = packetId });
        else if (answer == PacketType.PubComp) output.Write(new PubCompPacket { PacketId = packetId });
    }
}
