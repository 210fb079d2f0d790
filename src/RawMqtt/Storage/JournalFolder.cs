// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Storage;

/// <summary>A journal of numbered segments in one folder: reads what is there, commits what is gathered, reads records again, deletes the oldest.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class JournalFolder
{
    /// <summary>Reads all segments, oldest first, cuts off a last record that was not written to the end, and begins a new segment if none can go on.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="InvalidDataException">The journal is of a newer version, or of another owner.</exception>
    public static JournalFolder Open(IJournalDisk disk, JournalOwner owner, long segmentLength, IJournalVisitor visitor) => throw new NotImplementedException();

    /// <summary>The position up to which all records are committed: what waits for a position up to this may leave.</summary>
    public long Committed { get; private set; }

    /// <summary>The number of the oldest segment.</summary>
    public uint OldestSegment { get; private set; }

    /// <summary>The number of the segment that is written.</summary>
    public uint NewestSegment { get; private set; }

    /// <summary>The bytes of all segments.</summary>
    public long Length { get; private set; }

    /// <summary>Writes all records of a buffer, and clears it, or keeps it if the disk refuses: then nothing counts as committed, and the same buffer must
    /// be committed before any other.</summary>
    /// <param name="taken">The records.</param>
    /// <param name="sync">Whether to wait until they are on the disk.</param>
    public JournalCommit Commit(RecordBuffer taken, bool sync) => throw new NotImplementedException();

    /// <summary>Returns where a record of the last commit stands now.</summary>
    /// <param name="offset">Where it stood in the buffer: its <see cref="RecordBuffer.Length"/> before the record was appended.</param>
    /// <param name="length">The length of the record: by how much the buffer grew.</param>
    public JournalPlace PlaceOf(int offset, int length) => throw new NotImplementedException();

    /// <summary>Reads a record that was committed.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="destination">Room for <see cref="JournalPlace.Length"/> bytes; the record points into it.</param>
    /// <param name="record">The record.</param>
    /// <returns>False if the record is damaged.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public bool TryRead(JournalPlace place, Span<byte> destination, out SealedRecord record) => throw new NotImplementedException();

    /// <summary>Visits records of one segment again, for carrying forward what counts of the oldest.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="offset">Where to go on; 0 for the beginning.</param>
    /// <param name="mostBytes">After how many bytes to stop; one record is always visited.</param>
    /// <param name="visitor">Takes the records.</param>
    /// <returns>Where to go on; <see cref="LengthOf"/> at the end.</returns>
    public long Visit(uint segment, long offset, int mostBytes, IJournalVisitor visitor) => throw new NotImplementedException();

    /// <summary>Returns the length of a segment; 0 if there is none of this number.</summary>
    public long LengthOf(uint segment) => throw new NotImplementedException();

    /// <summary>Deletes the oldest segment, of which nothing counts any more. The segment that is written is never deleted.</summary>
    public void DeleteOldest() => throw new NotImplementedException();
}
