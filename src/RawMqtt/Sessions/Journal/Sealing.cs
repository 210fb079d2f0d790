// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Sessions.Journal;

/// <summary>Gives the records of a <see cref="RecordBuffer"/> their numbers and checksums for one segment.</summary>
internal static class Sealing
{
    /// <summary>Seals whole records in place. Records that were sealed before, for a commit that failed, are sealed anew.</summary>
    /// <returns>The number after that of the last record.</returns>
    public static long Seal(Span<byte> records, SegmentKey key, long firstNumber)
    {
        for (; records.Length > 0; firstNumber++)
        {
            Span<byte> record = records[..LengthOf(records)];
            BinaryPrimitives.WriteUInt64LittleEndian(record[RecordBuffer.NumberOffset..], key.Mask((ulong)firstNumber));
            BinaryPrimitives.WriteUInt32LittleEndian(record[RecordBuffer.ChecksumOffset..], key.ChecksumOf(record));
            records = records[record.Length..];
        }

        return firstNumber;
    }

    /// <summary>Returns how many bytes of whole records fit into a room.</summary>
    public static int FittingInto(long room, ReadOnlySpan<byte> records)
    {
        if (records.Length <= room) return records.Length;
        int fitting = 0;
        while (fitting < records.Length && fitting + LengthOf(records[fitting..]) <= room) fitting += LengthOf(records[fitting..]);
        return fitting;
    }

    /// <summary>Returns the length of the first of some records.</summary>
    public static int LengthOf(ReadOnlySpan<byte> records) => RecordBuffer.PrefixLength + BinaryPrimitives.ReadInt32LittleEndian(records);
}
