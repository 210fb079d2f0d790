// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>UNSUBACK, 3.11: the server's answer to UNSUBSCRIBE, even if no subscription matched.</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   1 0 1 1 | 0 0 0 0    3.11.1
/// byte 2   Remaining Length   2
/// body     Packet Identifier  2 bytes  3.11.2
/// </code></remarks>
public readonly ref struct UnsubAckPacket : IControlPacket
{
    /// <summary>Gets the packet identifier of the UNSUBSCRIBE [MQTT-2.3.1-7]: 1 to 65535.</summary>
    public ushort PacketId { get; init; }

    /// <inheritdoc/>
    public int Length => PacketIdBody.PacketLength;

    /// <summary>Reads the body of a UNSUBACK. Returns false, and the rule that is broken, if the body is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out UnsubAckPacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        bool valid = PacketIdBody.TryRead(body, out ushort packetId, out violation);
        packet = new UnsubAckPacket { PacketId = packetId };
        return valid;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination) => PacketIdBody.Write(destination, PacketType.UnsubAck, 0b0000, PacketId);
}
