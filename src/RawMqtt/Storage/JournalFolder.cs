// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Storage;

/// <summary>A journal of numbered segments in one folder: reads what is there, commits what is gathered, reads records again, deletes the oldest.</summary>
/// <remarks>One thread commits; one other may read and delete meanwhile.</remarks>
internal sealed class JournalFolder
{
    private const string Unfinished = ".new";

    private readonly IJournalDisk disk;
    private readonly JournalOwner owner;
    private readonly long segmentLength;
    private readonly SegmentList segments;
    private readonly List<(int Offset, JournalSegment Segment, long Place)> runs = []; // of the last commit: what went from where to where
    private JournalSegment? newest; // of the committing thread
    private uint newestCommitted;
    private SegmentScan? visiting;
    private long nextNumber;
    private uint nextSegment;
    private bool mustBegin; // the sync of the newest segment failed
    private bool mustSyncFolder; // the sync after a deletion failed

    private JournalFolder(IJournalDisk disk, JournalOwner owner, long segmentLength, JournalReading reading, List<JournalSegment> read)
    {
        this.disk = disk;
        this.owner = owner;
        this.segmentLength = segmentLength;
        segments = new SegmentList(read);
        (nextNumber, nextSegment) = (reading.NextNumber, reading.NextSegment);
        newest = segments.Newest;
        newestCommitted = newest?.Number ?? 0;
        mustBegin = newest is not null && newest.Number + 1 < nextSegment; // a later one cannot be read
    }

    /// <summary>The position up to which all records are committed: what waits for a position up to this may leave.</summary>
    public long Committed { get; private set; }

    /// <summary>What was written; for the committing thread.</summary>
    public JournalCounts Counts { get; private set; }

    /// <summary>The number of the segment in which the last commit ended; 0 if there is none. Those before it do not change any more.</summary>
    public uint NewestSegment => Volatile.Read(ref newestCommitted);

    /// <summary>The number of the oldest segment; 0 if there is none.</summary>
    public uint OldestSegment => segments.Oldest?.Number ?? 0;

    /// <summary>Whether there is a segment before the one in which the last commit ended.</summary>
    public bool HasOlder => OldestSegment < NewestSegment;

    /// <summary>The bytes of all segments.</summary>
    public long Length => segments.Length;

    /// <summary>Returns the bytes of a segment; 0 if it is gone.</summary>
    public long LengthOf(uint segment) => segments.Find(segment)?.Length ?? 0;

    /// <summary>Reads all segments, oldest first, and cuts off a last record that was not written to the end.</summary>
    /// <param name="disk">The folder.</param>
    /// <param name="owner">Whose journal it must be.</param>
    /// <param name="segmentLength">The length at which the next segment is begun.</param>
    /// <param name="sync">Whether to wait until what was read is on the disk: an earlier process may have written it without waiting.</param>
    /// <param name="visitor">Takes the records and the damage.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="InvalidDataException">The journal is of a newer version, or of another owner.</exception>
    public static JournalFolder Open(IJournalDisk disk, JournalOwner owner, long segmentLength, bool sync, IJournalVisitor visitor)
    {
        var reading = new JournalReading(disk, new JournalRepairs(disk), visitor);
        List<JournalSegment> read = reading.ReadAll(owner);
        var folder = new JournalFolder(disk, owner, segmentLength, reading, new List<JournalSegment>(read));
        foreach (string name in new List<string>(disk.List()))
        {
            if (name.EndsWith(Unfinished, StringComparison.Ordinal)) disk.Delete(name);
        }

        if (!sync) return folder;
        for (int i = 0; i < read.Count; i++)
        {
            if (i >= read.Count - 2) JournalRepairs.Rewrite(disk, read[i]);
            disk.Sync(read[i].Name);
        }

        disk.SyncFolder();
        return folder;
    }

    /// <summary>Writes all records of a buffer, and clears it; or keeps it if the disk refuses: then none counts as committed, and the same buffer must
    /// be committed before any other.</summary>
    /// <remarks>A segment whose sync failed is written no further, and what the failed sync should have covered is written into a new one: the system may
    /// have dropped it, and a second sync would not say so. A journal that is synced must therefore be synced by each commit.</remarks>
    /// <param name="taken">The records.</param>
    /// <param name="sync">Whether to wait until they are on the disk.</param>
    public JournalCommit Commit(RecordBuffer taken, bool sync)
    {
        JournalSegment? before = newest;
        (long length, long number, uint segment) = (before?.Length ?? 0, nextNumber, nextSegment);
        for (bool hadToBegin = mustBegin; taken.Length > 0;)
        {
            try
            {
                Write(taken.Records, sync);
                break;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                TakeBack(before, length);
                nextNumber = number;
                if (hadToBegin == mustBegin) return new JournalCommit(failure);
                hadToBegin = mustBegin; // a sync failed for the first time: once more, into a new segment
            }
        }

        if (taken.Length > 0) Counts = Counts.Add(nextNumber - number, taken.Length, sync ? runs.Count : 0, nextSegment - segment);
        Volatile.Write(ref newestCommitted, newest?.Number ?? 0);
        Committed = taken.Appended;
        taken.Clear();
        return default;
    }

    /// <summary>Returns where a record of the last commit stands now.</summary>
    /// <param name="offset">Where it stood in the buffer: its <see cref="RecordBuffer.Length"/> before the record was appended.</param>
    /// <param name="length">The length of the record: by how much the buffer grew.</param>
    public JournalPlace PlaceOf(int offset, int length)
    {
        int run = runs.Count - 1;
        while (runs[run].Offset > offset) run--;
        return new JournalPlace(runs[run].Segment.Number, (uint)(runs[run].Place + offset - runs[run].Offset), length);
    }

    /// <summary>Reads a record that was committed.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="destination">Room for <see cref="JournalPlace.Length"/> bytes; the record points into it.</param>
    /// <param name="record">The record.</param>
    /// <returns>False if the record is damaged, or its segment is gone.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public bool TryRead(JournalPlace place, Span<byte> destination, out SealedRecord record)
    {
        record = default;
        if (segments.Find(place.Segment) is not { } segment) return false;
        Span<byte> bytes = destination[..place.Length];
        if (disk.Read(segment.Name, place.Offset, bytes) < bytes.Length) return false;
        var reader = new SegmentReader(segment.Header, bytes, place.Offset, place.End, segment.Header.FirstNumber);
        return reader.TryRead(out record, out int skipped, out _) && skipped == 0;
    }

    /// <summary>Visits records of one segment again, for carrying forward what counts of the oldest.</summary>
    /// <param name="number">The segment.</param>
    /// <param name="offset">Where to go on; 0 for the beginning.</param>
    /// <param name="mostBytes">After how many bytes to stop; one record is always visited.</param>
    /// <param name="visitor">Takes the records.</param>
    /// <returns>Where to go on; null at the end of the segment.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public long? Visit(uint number, long offset, int mostBytes, IJournalVisitor visitor)
    {
        if (segments.Find(number) is not { } segment) return null;
        long start = Math.Max(offset, SegmentHeader.Length);
        if (visiting?.Segment != segment || visiting.Offset != start) visiting = new SegmentScan(disk, segment, start, segment.Header.FirstNumber);
        while (visiting.Offset - start < mostBytes)
        {
            long before = visiting.Offset;
            bool isEnd = !visiting.TryRead(out SealedRecord record, out int skipped, out _);
            long damaged = isEnd ? segment.Length - before : skipped;
            if (damaged > 0) visitor.Visit(new JournalDamage(JournalDamageKind.Gap, segment.Name, before, damaged, 0, -1, null));
            if (isEnd)
            {
                visiting = null;
                return null;
            }

            if (record.Kind != SealedRecord.LostKind) visitor.Visit(record);
        }

        return visiting.Offset;
    }

    /// <summary>Deletes the oldest segment, of which nothing counts any more, unless it is the one that is written.</summary>
    /// <param name="sync">Whether to wait until it is gone from the disk: an older segment must not outlive a newer one.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void DeleteOldest(bool sync)
    {
        if (segments.TakeOldest() is not { } oldest) return; // first: nobody begins to read it any more
        try
        {
            if (mustSyncFolder) disk.SyncFolder(); // the one before may still be on the disk
            disk.Delete(oldest.Name);
        }
        catch
        {
            segments.PutBack(oldest);
            throw;
        }

        mustSyncFolder = sync; // unless this succeeds
        if (sync) disk.SyncFolder();
        mustSyncFolder = false;
    }

    private void Write(Span<byte> records, bool sync)
    {
        runs.Clear();
        JournalSegment? first = mustBegin ? null : newest;
        JournalSegment? last = first;
        for (int at = 0; at < records.Length;)
        {
            int fitting = last is null ? 0 : Sealing.FittingInto(segmentLength - last.Length, records[at..]);
            if (last is null || fitting == 0 && last.Length > SegmentHeader.Length)
            {
                last = Begin(sync);
                continue;
            }

            Span<byte> run = records.Slice(at, fitting > 0 ? fitting : Sealing.LengthOf(records[at..]));
            nextNumber = Sealing.Seal(run, last.Header.Key, nextNumber);
            disk.Write(last.Name, last.Length, run);
            runs.Add((at, last, last.Length));
            last.Length += run.Length;
            at += run.Length;
        }

        if (!sync) return;
        mustBegin = true; // unless all of this succeeds
        foreach ((_, JournalSegment segment, _) in runs) disk.Sync(segment.Name);
        if (last != first) disk.SyncFolder();
        mustBegin = false;
    }

    /// <summary>Begins a new segment: its file has this name only when its header is whole.</summary>
    private JournalSegment Begin(bool sync)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Length];
        RandomNumberGenerator.Fill(bytes[..SegmentKey.Length]);
        var header = new SegmentHeader(owner, nextSegment, new SegmentKey(bytes), nextNumber);
        header.Write(bytes);
        var segment = new JournalSegment(header, bytes.Length);
        disk.Create(segment.Name + Unfinished);
        disk.Write(segment.Name + Unfinished, 0, bytes);
        if (sync) disk.Sync(segment.Name + Unfinished);
        disk.Rename(segment.Name + Unfinished, segment.Name);
        nextSegment++;
        segments.Add(segment);
        return newest = segment;
    }

    /// <summary>Undoes a commit that failed. What cannot be undone does no harm: it is written over, or ends where the next segment begins.</summary>
    private void TakeBack(JournalSegment? before, long length)
    {
        while (newest != before && newest is not null)
        {
            JournalSegment begun = newest;
            nextSegment = begun.Number;
            segments.Remove(begun);
            newest = segments.Newest;
            Try(() => disk.Delete(begun.Name));
        }

        if (before is null) return;
        before.Length = length;
        Try(() => disk.Cut(before.Name, length));
    }

    private static void Try(Action undo)
    {
        try
        {
            undo();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // see TakeBack
        }
    }
}
