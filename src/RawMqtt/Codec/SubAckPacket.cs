// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>SUBACK, 3.9: the server's answer to SUBSCRIBE, with one return code for each filter.</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   1 0 0 1 | 0 0 0 0                    3.9.1
/// then     Remaining Length, 1 to 4 bytes       2.2.3
/// body     Packet Identifier  2 bytes           3.9.2
///          Return Codes       1 byte a filter: 0x00, 0x01, 0x02 granted QoS, 0x80 failure    3.9.3
/// </code>
/// <see cref="ReturnCodes"/> of a packet that was read points into the bytes that were read.</remarks>
public readonly ref struct SubAckPacket : IControlPacket
{
    /// <summary>The return code of a subscription that was refused.</summary>
    public const byte Failure = 0x80;

    /// <summary>Gets the packet identifier of the SUBSCRIBE [MQTT-3.8.4-2]: 1 to 65535.</summary>
    public ushort PacketId { get; init; }

    /// <summary>Gets a code for each filter, in their order [MQTT-3.9.3-1]: the QoS granted, or <see cref="Failure"/>.</summary>
    public ReadOnlySpan<byte> ReturnCodes { get; init; }

    /// <inheritdoc/>
    public int Length => FixedHeader.PacketLengthFor(2L + ReturnCodes.Length);

    /// <summary>Reads the body of a SUBACK. Returns false, and the rule that is broken, if the body is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out SubAckPacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        var reader = new BodyReader(body);
        ushort packetId = reader.ReadPacketId();
        ReadOnlySpan<byte> returnCodes = reader.ReadRest();
        reader.Require(!returnCodes.IsEmpty, ProtocolViolation.ReturnCodeCount);                       // [MQTT-3.8.4-5]
        reader.Require(AreDefined(returnCodes), ProtocolViolation.ReservedSubAckReturnCode);           // [MQTT-3.9.3-2]
        packet = new SubAckPacket { PacketId = packetId, ReturnCodes = returnCodes };
        return reader.TryFinish(out violation);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        BodyWriter.Require(!ReturnCodes.IsEmpty, ProtocolViolation.ReturnCodeCount);                   // [MQTT-3.8.4-5]
        BodyWriter.Require(AreDefined(ReturnCodes), ProtocolViolation.ReservedSubAckReturnCode);       // [MQTT-3.9.3-2]

        var writer = new BodyWriter(destination, PacketType.SubAck, 0b0000, 2L + ReturnCodes.Length);
        writer.WritePacketId(PacketId);
        writer.WriteBytes(ReturnCodes);
        return writer.Finish();
    }

    private static bool AreDefined(ReadOnlySpan<byte> returnCodes) => !returnCodes.ContainsAnyExcept<byte>([0, 1, 2, Failure]);
}
