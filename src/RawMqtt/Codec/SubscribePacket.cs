// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>SUBSCRIBE, 3.8: the client asks for the messages of one or more topic filters.</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   1 0 0 0 | 0 0 1 0                    3.8.1
/// then     Remaining Length, 1 to 4 bytes       2.2.3
/// body     Packet Identifier  2 bytes           3.8.2
///          one or more times:                   3.8.3
///            Topic Filter     string
///            0 0 0 0 0 0 | Requested QoS
/// </code>
/// <see cref="Subscriptions"/> of a packet that was read point into the bytes that were read.</remarks>
public readonly ref struct SubscribePacket : IControlPacket
{
    /// <summary>Gets the packet identifier: 1 to 65535.</summary>
    public ushort PacketId { get; init; }

    /// <summary>Gets the filters, each with the QoS that the client asks for; at least one [MQTT-3.8.3-3].</summary>
    public SubscriptionList Subscriptions { get; init; }

    /// <inheritdoc/>
    public int Length => FixedHeader.PacketLengthFor(2L + Subscriptions.Bytes.Length);

    /// <summary>Reads the body of a SUBSCRIBE. Returns false, and the rule that is broken, if the body is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out SubscribePacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        var reader = new BodyReader(body);
        ushort packetId = reader.ReadPacketId();
        SubscriptionList subscriptions = SubscriptionList.ReadFrom(ref reader); // [MQTT-3.8.3-1], [MQTT-3.8.3-3], [MQTT-3.8.3-4]
        packet = new SubscribePacket { PacketId = packetId, Subscriptions = subscriptions };
        return reader.TryFinish(out violation);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        BodyWriter.Require(!Subscriptions.Bytes.IsEmpty, ProtocolViolation.EmptySubscribe); // [MQTT-3.8.3-3]

        var writer = new BodyWriter(destination, PacketType.Subscribe, 0b0010, 2L + Subscriptions.Bytes.Length);
        writer.WritePacketId(PacketId);
        writer.WriteBytes(Subscriptions.Bytes);
        return writer.Finish();
    }
}
