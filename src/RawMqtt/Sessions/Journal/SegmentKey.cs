// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Sessions.Journal;

/// <summary>The random key of one segment. No payload can pass for a record, because its writer does not know the key.</summary>
/// <remarks>The key begins each checksum, and its first half masks the number of each record. The key stands in the header of its segment and nowhere
/// else.</remarks>
internal readonly struct SegmentKey
{
    /// <summary>The length of a key in bytes.</summary>
    public const int Length = 16;

    private readonly ulong mask;
    private readonly ulong rest;
    private readonly uint begun;

    /// <summary>Takes a key from 16 bytes, random ones for a new segment.</summary>
    public SegmentKey(ReadOnlySpan<byte> bytes)
    {
        mask = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        rest = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        begun = Checksum.Add(uint.MaxValue, bytes[..Length]);
    }

    /// <summary>Writes the 16 bytes, for the header.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, mask);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], rest);
    }

    /// <summary>Masks the number of a record, or unmasks it.</summary>
    public ulong Mask(ulong number) => number ^ mask;

    /// <summary>Returns the checksum of a record: of its length and of all bytes from its number on.</summary>
    public uint ChecksumOf(ReadOnlySpan<byte> record) => ~Checksum.Add(Checksum.Add(begun, record[..4]), record[RecordBuffer.NumberOffset..]);
}
