// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RawMqtt.Codec;

/// <summary>The body of PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK: a packet identifier alone.</summary>
internal static class PacketIdBody
{
    public const int PacketLength = 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> body, out ushort packetId, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        packetId = body.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(body) : (ushort)0;
        violation =
            packetId == 0 ? ProtocolViolation.MissingPacketId : // [MQTT-2.3.1-1]
            body.Length > 2 ? ProtocolViolation.TrailingBytes : // 2.2.3
            null;
        return violation is null;
    }

    public static int Write(Span<byte> destination, PacketType type, int flags, ushort packetId)
    {
        var writer = new BodyWriter(destination, type, flags, remainingLength: 2);
        writer.WritePacketId(packetId);
        return writer.Finish();
    }
}
