// SPDX-License-Identifier: MIT

namespace RawMqtt.Storage;

/// <summary>What a process has written to its journal.</summary>
/// <param name="Commits">Commits that succeeded.</param>
/// <param name="Records">Records in them.</param>
/// <param name="Bytes">Bytes of these records.</param>
/// <param name="Syncs">Files that were synced.</param>
/// <param name="Segments">Segments that were begun.</param>
internal readonly record struct JournalCounts(long Commits, long Records, long Bytes, long Syncs, long Segments)
{
    /// <summary>Adds a commit.</summary>
    public JournalCounts Add(long records, long bytes, long syncs, long segments) =>
        new(Commits + 1, Records + records, Bytes + bytes, Syncs + syncs, Segments + segments);
}
