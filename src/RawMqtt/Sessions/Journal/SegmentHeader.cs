// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Sessions.Journal;

/// <summary>Whose records a segment holds; the numbers stand in files.</summary>
internal enum JournalOwner : ushort
{
    /// <summary>A client's session: <see cref="JournalRecord"/>.</summary>
    Client = 1,

    /// <summary>A broker.</summary>
    Broker = 2,
}

/// <summary>The first 128 bytes of a segment: the same 64 bytes twice, so that damage to one of them costs nothing.</summary>
/// <remarks>
/// Numbers are little-endian. Later versions keep the first 12 bytes and the last 4, so that each version can refuse a newer one.
/// <code>
/// 0   "RAWMQTTJ"                    8 bytes
/// 8   version, 2                    2 bytes
/// 10  owner                         2 bytes
/// 12  number of the segment         4 bytes
/// 16  key                           16 bytes
/// 32  number of the first record    8 bytes
/// 40  zeros                         20 bytes
/// 60  CRC-32C of the 60 bytes       4 bytes
/// </code>
/// </remarks>
internal readonly record struct SegmentHeader(JournalOwner Owner, uint Segment, SegmentKey Key, long FirstNumber, ushort Version = SegmentHeader.CurrentVersion)
{
    /// <summary>The version that is written. Version 1 had no header: a client's session file, a list of records without numbers.</summary>
    public const ushort CurrentVersion = 2;

    /// <summary>Both copies: the first record stands here.</summary>
    public const int Length = 2 * CopyLength;

    /// <summary>One copy.</summary>
    public const int CopyLength = 64;

    private const int ChecksumOffset = 60;

    private static ReadOnlySpan<byte> Magic => "RAWMQTTJ"u8;

    /// <summary>Reads a header from the first bytes of a file.</summary>
    /// <param name="bytes">The first 128 bytes of a file, or all of a shorter one.</param>
    /// <param name="header">The header, also of a newer version: then its owner and version alone have a meaning.</param>
    /// <param name="isDamaged">Whether one of the copies does not count.</param>
    /// <returns>False if neither copy is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SegmentHeader header, out bool isDamaged)
    {
        bool isFirstWhole = TryReadCopy(bytes, out header);
        bool isSecondWhole = TryReadCopy(bytes.Length > CopyLength ? bytes[CopyLength..] : [], out SegmentHeader second);
        if (!isFirstWhole) header = second;
        isDamaged = !isFirstWhole || !isSecondWhole && header.Version == CurrentVersion;
        return isFirstWhole || isSecondWhole;
    }

    /// <summary>Writes both copies.</summary>
    public void Write(Span<byte> destination)
    {
        Span<byte> first = destination[..CopyLength];
        first.Clear();
        Magic.CopyTo(first);
        BinaryPrimitives.WriteUInt16LittleEndian(first[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(first[10..], (ushort)Owner);
        BinaryPrimitives.WriteUInt32LittleEndian(first[12..], Segment);
        Key.Write(first[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(first[32..], FirstNumber);
        BinaryPrimitives.WriteUInt32LittleEndian(first[ChecksumOffset..], Checksum.Of(first[..ChecksumOffset]));
        first.CopyTo(destination[CopyLength..]);
    }

    private static bool TryReadCopy(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (bytes.Length < CopyLength || !bytes.StartsWith(Magic)) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) != Checksum.Of(bytes[..ChecksumOffset])) return false;
        header = new SegmentHeader(
            (JournalOwner)BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            new SegmentKey(bytes[16..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
        return true;
    }
}
