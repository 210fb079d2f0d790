// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Sessions.Journal;

/// <summary>Gathers records for the next commit: kind and fields, with room for the checksum and the number, which <see cref="Sealing"/> adds later.</summary>
/// <remarks>
/// Two buffers serve one journal: records are appended to one under a lock, and <see cref="MoveTo"/> gives them to the other, which is committed outside
/// that lock. One thread at a time.
/// <code>
/// 0   length of kind and fields     4 bytes
/// 4   checksum, CRC-32C             4 bytes
/// 8   number, masked                8 bytes
/// 16  kind                          1 byte
/// 17  fields
/// </code>
/// </remarks>
internal sealed class RecordBuffer
{
    /// <summary>What stands before the kind.</summary>
    public const int PrefixLength = 16;

    /// <summary>A record without fields.</summary>
    public const int SmallestRecord = PrefixLength + 1;

    internal const int ChecksumOffset = 4;
    internal const int NumberOffset = 8;

    private const int InitialCapacity = 4096;
    private const int KeptCapacity = 4 << 20;

    private byte[] bytes = [];

    /// <summary>The number of records appended over the whole life: the position of the last one.</summary>
    public long Appended { get; private set; }

    /// <summary>The number of bytes that wait.</summary>
    public int Length { get; private set; }

    /// <summary>The records that wait; valid until the next append.</summary>
    public Span<byte> Records => bytes.AsSpan(0, Length);

    /// <summary>Appends a record whose fields the caller writes into the returned bytes, before the next append.</summary>
    public Span<byte> Append(byte kind, int fieldsLength)
    {
        int length = SmallestRecord + fieldsLength;
        if (bytes.Length - Length < length) Grow(length);
        Span<byte> record = bytes.AsSpan(Length, length);
        BinaryPrimitives.WriteInt32LittleEndian(record, 1 + fieldsLength);
        record[PrefixLength] = kind;
        Length += length;
        Appended++;
        return record[SmallestRecord..];
    }

    /// <summary>Appends a record with up to three fields.</summary>
    public void Append(byte kind, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default)
    {
        Span<byte> fields = Append(kind, first.Length + second.Length + third.Length);
        first.CopyTo(fields);
        second.CopyTo(fields[first.Length..]);
        third.CopyTo(fields[(first.Length + second.Length)..]);
    }

    /// <summary>Gives all records, and the position that they reach, to a buffer that is empty.</summary>
    public void MoveTo(RecordBuffer empty)
    {
        if (empty.Length > 0) throw new InvalidOperationException("The records of the other buffer are not committed yet.");
        (empty.bytes, bytes) = (bytes, empty.bytes);
        (empty.Length, Length) = (Length, 0);
        empty.Appended = Appended;
    }

    /// <summary>Forgets the records, and keeps the memory unless it is large.</summary>
    public void Clear()
    {
        Length = 0;
        if (bytes.Length > KeptCapacity) bytes = [];
    }

    private void Grow(int more)
    {
        byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(InitialCapacity, Math.Max(2 * bytes.Length, checked(Length + more))));
        Records.CopyTo(larger);
        bytes = larger;
    }
}
