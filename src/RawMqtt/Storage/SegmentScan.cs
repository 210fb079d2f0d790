// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Storage;

/// <summary>Reads the records of one segment one by one, through a window that grows when a record needs it, or damage that must be searched.</summary>
internal sealed class SegmentScan(IJournalDisk disk, JournalSegment segment, long offset, long expected)
{
    private const int UsualWindow = 256 * 1024;

    private byte[] window = [];
    private int first;
    private int count;

    public JournalSegment Segment => segment;

    /// <summary>Where the last record that was read ends.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>The number of the next record.</summary>
    public long Expected { get; private set; } = expected;

    /// <summary>Reads the next record; it is valid until the next call. See <see cref="SegmentReader.TryRead"/>.</summary>
    /// <returns>False if no record fits up to the end of the segment.</returns>
    public bool TryRead(out SealedRecord record, out int skipped, out long lost)
    {
        while (true)
        {
            var reader = new SegmentReader(segment.Header, window.AsSpan(first, count), Offset, segment.Length, Expected);
            if (reader.TryRead(out record, out skipped, out lost))
            {
                int read = (int)(reader.Offset - Offset);
                first += read;
                count -= read;
                (Offset, Expected) = (reader.Offset, reader.Expected);
                return true;
            }

            if (Offset + count >= segment.Length || !TryFill(reader.Needed)) return false;
        }
    }

    private bool TryFill(long needed)
    {
        byte[] next = needed > window.Length ? new byte[Math.Max(needed, Math.Min(UsualWindow, segment.Length - Offset))] : window;
        window.AsSpan(first, count).CopyTo(next);
        window = next;
        first = 0;
        int wanted = (int)Math.Min(window.Length - count, segment.Length - Offset - count);
        int more = disk.Read(segment.Name, Offset + count, window.AsSpan(count, wanted));
        count += more;
        return more > 0;
    }
}
