// SPDX-License-Identifier: MIT

namespace RawMqtt.Storage;

/// <summary>How a commit ended.</summary>
/// <param name="Cause">Why nothing was committed; null if all was.</param>
internal readonly record struct JournalCommit(Exception? Cause)
{
    /// <summary>Whether all records are in the file, and on the disk if that was asked for. Otherwise none counts: commit the same buffer again,
    /// later.</summary>
    public bool IsDone => Cause is null;
}
