// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>UNSUBSCRIBE, 3.10: the client ends one or more subscriptions, each named by its filter.</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   1 0 1 0 | 0 0 1 0                    3.10.1
/// then     Remaining Length, 1 to 4 bytes       2.2.3
/// body     Packet Identifier  2 bytes           3.10.2
///          Topic Filter       string, one or more times    3.10.3
/// </code>
/// <see cref="Filters"/> of a packet that was read point into the bytes that were read.</remarks>
public readonly ref struct UnsubscribePacket : IControlPacket
{
    /// <summary>Gets the packet identifier: 1 to 65535.</summary>
    public ushort PacketId { get; init; }

    /// <summary>Gets the filters; at least one [MQTT-3.10.3-2].</summary>
    public FilterList Filters { get; init; }

    /// <inheritdoc/>
    public int Length => FixedHeader.PacketLengthFor(2L + Filters.Bytes.Length);

    /// <summary>Reads the body of a UNSUBSCRIBE. Returns false, and the rule that is broken, if the body is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out UnsubscribePacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        var reader = new BodyReader(body);
        ushort packetId = reader.ReadPacketId();
        FilterList filters = FilterList.ReadFrom(ref reader); // [MQTT-3.10.3-1], [MQTT-3.10.3-2]
        packet = new UnsubscribePacket { PacketId = packetId, Filters = filters };
        return reader.TryFinish(out violation);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        BodyWriter.Require(!Filters.Bytes.IsEmpty, ProtocolViolation.EmptyUnsubscribe); // [MQTT-3.10.3-2]

        var writer = new BodyWriter(destination, PacketType.Unsubscribe, 0b0010, 2L + Filters.Bytes.Length);
        writer.WritePacketId(PacketId);
        writer.WriteBytes(Filters.Bytes);
        return writer.Finish();
    }
}
