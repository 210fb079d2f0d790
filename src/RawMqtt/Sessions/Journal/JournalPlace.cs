// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions.Journal;

/// <summary>Where a record stands in a journal, in 12 bytes.</summary>
/// <param name="Segment">The number of its segment.</param>
/// <param name="Offset">Where in the segment the record begins.</param>
/// <param name="Length">The whole length of the record.</param>
internal readonly record struct JournalPlace(uint Segment, uint Offset, int Length)
{
    /// <summary>Where the next record begins.</summary>
    public uint End => Offset + (uint)Length;
}
