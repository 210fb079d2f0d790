// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Cli.Bench;

/// <summary>The first bytes of a measured message.</summary>
/// <remarks><code>
/// bytes 0 to 7     when the message was due, in ticks of the machine's monotonic clock, which all processes of a machine share
/// bytes 8 to 11    the message's number at its publisher, from 0
/// bytes 12 to 13   the publisher's number
/// bytes 14 to 15   the tag of the run
/// </code></remarks>
/// <param name="Due">When the message was due.</param>
/// <param name="Number">The message's number at its publisher.</param>
/// <param name="Publisher">The publisher's number.</param>
/// <param name="Tag">The tag of the run.</param>
internal readonly record struct MessageStamp(long Due, uint Number, ushort Publisher, ushort Tag)
{
    public const int Length = 16;

    /// <summary>The tag of messages that another run may measure: those of <c>bench pub</c>, for <c>bench sub</c>.</summary>
    public const ushort SharedTag = 0x524D;

    public static bool TryRead(ReadOnlySpan<byte> payload, ushort tag, out MessageStamp stamp)
    {
        stamp = default;
        if (payload.Length < Length || BinaryPrimitives.ReadUInt16BigEndian(payload[14..]) != tag) return false;
        stamp = new MessageStamp(
            BinaryPrimitives.ReadInt64BigEndian(payload),
            BinaryPrimitives.ReadUInt32BigEndian(payload[8..]),
            BinaryPrimitives.ReadUInt16BigEndian(payload[12..]),
            tag);
        return true;
    }

    public void Write(Span<byte> payload)
    {
        BinaryPrimitives.WriteInt64BigEndian(payload, Due);
        BinaryPrimitives.WriteUInt32BigEndian(payload[8..], Number);
        BinaryPrimitives.WriteUInt16BigEndian(payload[12..], Publisher);
        BinaryPrimitives.WriteUInt16BigEndian(payload[14..], Tag);
    }
}
