// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Storage;

/// <summary>Keeps what is damaged in a file of its own, and makes the segment one that the next start reads without a word.</summary>
internal sealed class JournalRepairs(IJournalDisk disk)
{
    private const string Extension = ".damaged";

    private string? kept;

    /// <summary>Writes what a segment holds once more. If a sync failed before the last process ended, the system has the bytes and does not write them any
    /// more; a commit reaches over two segments at most.</summary>
    public static void Rewrite(IJournalDisk disk, JournalSegment segment)
    {
        byte[] bytes = new byte[(int)Math.Min(1 << 20, segment.Length)];
        for (long offset = 0; offset < segment.Length; offset += bytes.Length)
        {
            int count = disk.Read(segment.Name, offset, bytes.AsSpan(0, (int)Math.Min(bytes.Length, segment.Length - offset)));
            disk.Write(segment.Name, offset, bytes.AsSpan(0, count));
        }
    }

    /// <summary>Copies a file as it is, once.</summary>
    /// <returns>The name of the copy.</returns>
    public string Keep(string name)
    {
        if (kept != name) Copy(name, 0);
        kept = name;
        return name + Extension;
    }

    /// <summary>Keeps a file that has no header under its other name alone.</summary>
    public string SetAside(string name)
    {
        disk.Rename(name, name + Extension);
        return name + Extension;
    }

    /// <summary>Writes both copies of the header anew.</summary>
    public void WriteHeader(JournalSegment segment)
    {
        Span<byte> header = stackalloc byte[SegmentHeader.Length];
        segment.Header.Write(header);
        disk.Write(segment.Name, 0, header);
        disk.Sync(segment.Name);
    }

    /// <summary>Cuts off the end of the last segment, and keeps what was there.</summary>
    public string CutTail(JournalSegment segment, long end)
    {
        string name = segment.Name + Extension;
        if (kept != segment.Name) Copy(segment.Name, end);
        Cut(segment, end);
        return name;
    }

    /// <summary>Ends a segment behind its last record with the word that those up to a number are lost.</summary>
    public void EndWithLost(JournalSegment segment, long end, long lastLost)
    {
        Cut(segment, end);
        FillWithLost(segment, end, RecordBuffer.SmallestRecord, lastLost);
        segment.Length = end + RecordBuffer.SmallestRecord;
    }

    /// <summary>Writes a record that says so over damaged ones. A place that is too small for it, which damage to records does not make, stays.</summary>
    public void FillWithLost(JournalSegment segment, long offset, int length, long lastLost)
    {
        if (length < RecordBuffer.SmallestRecord) return;
        var records = new RecordBuffer();
        records.Append(SealedRecord.LostKind, length - RecordBuffer.SmallestRecord).Clear();
        Sealing.Seal(records.Records, segment.Header.Key, lastLost);
        disk.Write(segment.Name, offset, records.Records);
        disk.Sync(segment.Name);
    }

    private void Cut(JournalSegment segment, long end)
    {
        disk.Cut(segment.Name, end);
        disk.Sync(segment.Name);
        segment.Length = end;
    }

    private void Copy(string name, long from)
    {
        disk.Create(name + Extension);
        byte[] bytes = new byte[(int)Math.Min(disk.LengthOf(name), 1 << 20)];
        for (long at = 0; disk.Read(name, from + at, bytes) is int read and > 0; at += read) disk.Write(name + Extension, at, bytes.AsSpan(0, read));
        disk.Sync(name + Extension);
        disk.SyncFolder();
    }
}
