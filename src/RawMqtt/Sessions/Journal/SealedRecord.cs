// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions.Journal;

/// <summary>A record that was read from a segment. A view: <see cref="Fields"/> points into the bytes it was read from.</summary>
internal readonly ref struct SealedRecord
{
    /// <summary>The kind of a record that stands in place of damaged ones: it fills their bytes, and its number is the last of theirs.</summary>
    public const byte LostKind = 0;

    /// <summary>What the record says: its owner's enum has the numbers. Above 0.</summary>
    public byte Kind { get; init; }

    /// <summary>The number of the record: consecutive over all segments.</summary>
    public long Number { get; init; }

    /// <summary>What the kind says is there.</summary>
    public ReadOnlySpan<byte> Fields { get; init; }

    /// <summary>Where the record stands.</summary>
    public JournalPlace Place { get; init; }
}
