// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Sessions.Journal;

/// <summary>Reads the records of a segment from a window of its bytes, and goes on behind damage at the next record that fits.</summary>
/// <remarks>
/// A record fits if its checksum does and its number is at most <see cref="FarthestNumber"/> above the one that is expected. Both depend on the key, so that
/// bytes that a peer has chosen fit with a chance of 1 in 2^64.
/// </remarks>
internal ref struct SegmentReader
{
    private const long FarthestNumber = 1L << 32;

    private readonly SegmentHeader header;
    private readonly ReadOnlySpan<byte> window;
    private readonly long start;
    private readonly long end;
    private int at;

    /// <summary>Begins to read.</summary>
    /// <param name="header">The header of the segment.</param>
    /// <param name="window">Bytes of the segment, that begin with a record.</param>
    /// <param name="start">Where in the segment the window begins.</param>
    /// <param name="end">The length of the segment.</param>
    /// <param name="expected">The number of the first record.</param>
    public SegmentReader(SegmentHeader header, ReadOnlySpan<byte> window, long start, long end, long expected)
    {
        this.header = header;
        this.window = window;
        this.start = start;
        this.end = end;
        Expected = expected;
        Needed = RecordBuffer.SmallestRecord;
    }

    /// <summary>Where in the segment the last record that was read ends.</summary>
    public readonly long Offset => start + at;

    /// <summary>The number of the next record.</summary>
    public long Expected { get; private set; }

    /// <summary>How long a window that begins at <see cref="Offset"/> must be to read on, if the segment has so many bytes.</summary>
    public long Needed { get; private set; }

    /// <summary>Reads the next record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="skipped">The bytes before it that are damaged.</param>
    /// <param name="lost">The records before it that are lost.</param>
    /// <returns>False if the window is too short, see <see cref="Needed"/>; if it reaches to the end of the segment, no record fits any more.</returns>
    public bool TryRead(out SealedRecord record, out int skipped, out long lost)
    {
        (skipped, lost) = (0, 0);
        int found = at;
        if (!TryReadAt(found, out record))
        {
            if (start + window.Length < end)
            {
                Needed = LengthOfWhatFollows();
                return false;
            }

            do found++;
            while (found < window.Length && !TryReadAt(found, out record));
            if (found >= window.Length) return false;
        }

        skipped = found - at;
        if (record.Kind != SealedRecord.LostKind) lost = record.Number - Expected;
        else if (skipped > 0) lost = record.Number + 1 - Expected;
        at = found + record.Place.Length;
        Expected = record.Number + 1;
        Needed = RecordBuffer.SmallestRecord;
        return true;
    }

    private readonly bool TryReadAt(int offset, out SealedRecord record)
    {
        record = default;
        ReadOnlySpan<byte> bytes = window[offset..];
        if (bytes.Length < RecordBuffer.SmallestRecord) return false;
        ulong number = header.Key.Mask(BinaryPrimitives.ReadUInt64LittleEndian(bytes[RecordBuffer.NumberOffset..]));
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (number + 1 - (ulong)Expected > FarthestNumber || length < 1 || length > bytes.Length - RecordBuffer.PrefixLength) return false;
        bytes = bytes[..(RecordBuffer.PrefixLength + length)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[RecordBuffer.ChecksumOffset..]) != header.Key.ChecksumOf(bytes)) return false;
        if ((long)number < Expected && bytes[RecordBuffer.PrefixLength] != SealedRecord.LostKind) return false;
        record = new SealedRecord
        {
            Kind = bytes[RecordBuffer.PrefixLength],
            Number = (long)number,
            Fields = bytes[RecordBuffer.SmallestRecord..],
            Place = new JournalPlace(header.Segment, (uint)(start + offset), bytes.Length),
        };
        return true;
    }

    /// <summary>The length of a record that reaches beyond the window. If what follows is none, the rest of the segment must be searched.</summary>
    private readonly long LengthOfWhatFollows()
    {
        ReadOnlySpan<byte> bytes = window[at..];
        if (bytes.Length < RecordBuffer.SmallestRecord) return RecordBuffer.SmallestRecord;
        long length = RecordBuffer.PrefixLength + (long)BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length > bytes.Length && length <= end - Offset ? length : end - Offset;
    }
}
