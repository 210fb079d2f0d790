// SPDX-License-Identifier: MIT

namespace RawMqtt.Storage;

/// <summary>The files of one folder: what a journal needs of a disk.</summary>
/// <remarks>Names have no folder. Each member throws <see cref="IOException"/> if the disk refuses. One thread at a time.</remarks>
internal interface IJournalDisk
{
    /// <summary>Returns the names of all files.</summary>
    IEnumerable<string> List();

    /// <summary>Returns the length of a file.</summary>
    long LengthOf(string name);

    /// <summary>Creates an empty file that only its owner may read, or empties the one that has this name.</summary>
    void Create(string name);

    /// <summary>Writes all bytes at a place of a file. After a failure, any part of them may be there.</summary>
    void Write(string name, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Reads bytes at a place of a file.</summary>
    /// <returns>How many there are: fewer only at the end of the file.</returns>
    int Read(string name, long offset, Span<byte> destination);

    /// <summary>Cuts a file to a length.</summary>
    void Cut(string name, long length);

    /// <summary>Waits until what was written to a file is on the disk. After a failure, nothing written since the last success is.</summary>
    void Sync(string name);

    /// <summary>Waits until what was created, renamed and deleted is on the disk.</summary>
    void SyncFolder();

    /// <summary>Gives a file another name, in the place of the file that has it.</summary>
    void Rename(string name, string newName);

    /// <summary>Deletes a file.</summary>
    void Delete(string name);
}
