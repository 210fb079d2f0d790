// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Storage;

/// <summary>Reads all segments of a journal, oldest first. With repairs, each damage is reported once, and the files as they were are kept.</summary>
internal sealed class JournalReading(IJournalDisk disk, JournalRepairs? repairs, IJournalVisitor visitor)
{
    private readonly List<JournalSegment> segments = [];

    /// <summary>The number after that of the last record.</summary>
    public long NextNumber { get; private set; } = 1;

    /// <summary>The number above that of any segment.</summary>
    public uint NextSegment { get; private set; } = 1;

    /// <summary>Visits all records.</summary>
    /// <returns>The segments that can be read.</returns>
    /// <exception cref="InvalidDataException">A segment is of a newer version, or of another owner.</exception>
    public List<JournalSegment> ReadAll(JournalOwner owner)
    {
        var names = new List<string>(disk.List());
        names.Sort(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (JournalSegment.TryParse(name, out uint number)) ReadHeader(name, number, owner);
        }

        if (segments.Count > 0) NextNumber = segments[0].Header.FirstNumber;
        for (int i = 0; i < segments.Count; i++) ReadRecords(segments[i], i + 1 < segments.Count ? segments[i + 1].Header.FirstNumber : long.MaxValue);
        return segments;
    }

    private void ReadHeader(string name, uint number, JournalOwner owner)
    {
        NextSegment = number + 1;
        long length = disk.LengthOf(name);
        Span<byte> bytes = stackalloc byte[SegmentHeader.Length];
        int read = disk.Read(name, 0, bytes);
        bool isReadable = SegmentHeader.TryRead(bytes[..read], out SegmentHeader header, out bool isDamaged);
        if (isReadable) Require(header, owner, name);
        if (!isReadable || header.Segment != number || length < SegmentHeader.Length)
        {
            visitor.Visit(new JournalDamage(JournalDamageKind.Gap, name, 0, length, 0, -1, repairs?.SetAside(name)));
            return;
        }

        var segment = new JournalSegment(header, length);
        segments.Add(segment);
        if (!isDamaged) return;
        int bad = SegmentHeader.TryRead(bytes[..SegmentHeader.CopyLength], out _, out _) ? SegmentHeader.CopyLength : 0;
        visitor.Visit(new JournalDamage(JournalDamageKind.Header, name, bad, SegmentHeader.CopyLength, 0, -1, repairs?.Keep(name)));
        repairs?.WriteHeader(segment);
    }

    private static void Require(SegmentHeader header, JournalOwner owner, string name)
    {
        if (header.Version > SegmentHeader.CurrentVersion)
        {
            throw new InvalidDataException(
                $"{name} has format version {header.Version}, and this program reads versions up to {SegmentHeader.CurrentVersion}. "
                + "A newer RawMqtt wrote it: use that one, or another folder. Nothing was changed.");
        }

        if (header.Owner != owner) throw new InvalidDataException($"{name} is the journal of a {header.Owner}, not of a {owner}. Nothing was changed.");
    }

    /// <summary>Visits the records of one segment, up to the first number of the next one: what stands behind that was written there again.</summary>
    private void ReadRecords(JournalSegment segment, long limit)
    {
        var scan = new SegmentScan(disk, segment, SegmentHeader.Length, segment.Header.FirstNumber);
        long end;
        long expected;
        do
        {
            (end, expected) = (scan.Offset, scan.Expected);
        }
        while (expected < limit && scan.TryRead(out SealedRecord record, out int skipped, out long lost)
            && record.Number < limit && Visit(segment, end, expected, record, skipped, lost));

        NextNumber = limit < long.MaxValue ? limit : expected;
        long rest = segment.Length - end;
        if (limit == long.MaxValue && rest > 0)
        {
            visitor.Visit(new JournalDamage(JournalDamageKind.Tail, segment.Name, end, rest, expected, expected - 1, repairs?.CutTail(segment, end)));
        }
        else if (limit < long.MaxValue && expected < limit)
        {
            visitor.Visit(new JournalDamage(JournalDamageKind.Gap, segment.Name, end, rest, expected, limit - 1, repairs?.Keep(segment.Name)));
            repairs?.EndWithLost(segment, end, limit - 1);
        }
        else if (rest > 0) segment.Length = end; // it was written again in the next one
    }

    private bool Visit(JournalSegment segment, long end, long expected, SealedRecord record, int skipped, long lost)
    {
        if (skipped > 0 || lost > 0)
        {
            long lastLost = expected + lost - 1;
            visitor.Visit(new JournalDamage(JournalDamageKind.Gap, segment.Name, end, skipped, expected, lastLost, repairs?.Keep(segment.Name)));
            repairs?.FillWithLost(segment, end, skipped, lastLost);
        }

        if (record.Kind != SealedRecord.LostKind) visitor.Visit(record);
        return true;
    }
}
