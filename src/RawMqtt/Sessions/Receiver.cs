// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>The receiver's end of the delivery protocols, 4.3: which messages are new, and how they are answered.</summary>
/// <remarks>Its memory is the identifiers of QoS 2 messages that were received and not yet released; it is part of the
/// session, 4.1, and so outlives the connection [MQTT-4.3.3-2].</remarks>
internal sealed class Receiver
{
    private readonly PacketIdSet received = new();

    /// <summary>The number of QoS 2 messages received whose PUBREL has not come: 0 to 65535.</summary>
    public int Unreleased => received.Count;

    /// <summary>Takes a PUBLISH and answers it as its QoS requires [MQTT-3.3.4-1].</summary>
    /// <returns>Whether it is a message that has not been delivered before.</returns>
    public bool Publish(in PublishPacket packet, IBufferWriter<byte> output)
    {
        if (packet.Qos == QualityOfService.AtMostOnce) return true;
        bool isNew = Accept(packet);
        Acknowledge(packet.Qos, packet.PacketId, output);
        return isNew;
    }

    /// <summary>Takes a PUBLISH without answering it: the first half of <see cref="Publish"/>.</summary>
    /// <returns>Whether it is a message that has not been delivered before.</returns>
    public bool Accept(in PublishPacket packet)
    {
        Delivery.ReceiverStep step = Delivery.Receiver(received.Contains(packet.PacketId), PacketType.Publish, packet.Qos);
        if (step.Known && packet.Qos == QualityOfService.ExactlyOnce) received.Add(packet.PacketId);
        return step.Deliver;
    }

    /// <summary>Answers a PUBLISH, in the order of their arrival [MQTT-4.6.0-2], [MQTT-4.6.0-3]: the second half of <see cref="Publish"/>.</summary>
    public static void Acknowledge(QualityOfService qos, ushort packetId, IBufferWriter<byte> output)
    {
        if (qos == QualityOfService.AtLeastOnce) output.Write(new PubAckPacket { PacketId = packetId });
        else if (qos == QualityOfService.ExactlyOnce) output.Write(new PubRecPacket { PacketId = packetId });
    }

    /// <summary>Takes a PUBREL and answers it, known or not.</summary>
    public void Release(ushort packetId, IBufferWriter<byte> output)
    {
        received.Remove(packetId);
        output.Write(new PubCompPacket { PacketId = packetId });
    }

    /// <summary>A QoS 2 message was not taken after all: when it comes again, it is new.</summary>
    public void Forget(ushort packetId) => received.Remove(packetId);

    /// <summary>An earlier process delivered the QoS 2 message of this identifier.</summary>
    public void Restore(ushort packetId) => received.Add(packetId);

    /// <summary>Forgets all: the session is over.</summary>
    public void Clear() => received.Clear();
}
