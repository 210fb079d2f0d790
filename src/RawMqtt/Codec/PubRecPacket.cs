// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>PUBREC, 3.5: the answer to a PUBLISH at QoS 2.</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   0 1 0 1 | 0 0 0 0    3.5.1
/// byte 2   Remaining Length   2
/// body     Packet Identifier  2 bytes  3.5.2
/// </code></remarks>
public readonly ref struct PubRecPacket : IControlPacket
{
    /// <summary>Gets the packet identifier of the PUBLISH [MQTT-2.3.1-6]: 1 to 65535.</summary>
    public ushort PacketId { get; init; }

    /// <inheritdoc/>
    public int Length => PacketIdBody.PacketLength;

    /// <summary>Reads the body of a PUBREC. Returns false, and the rule that is broken, if the body is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out PubRecPacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        bool valid = PacketIdBody.TryRead(body, out ushort packetId, out violation);
        packet = new PubRecPacket { PacketId = packetId };
        return valid;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination) => PacketIdBody.Write(destination, PacketType.PubRec, 0b0000, PacketId);
}
