// SPDX-License-Identifier: MIT

namespace RawMqtt.Storage;

/// <summary>What is wrong with a journal.</summary>
internal enum JournalDamageKind
{
    /// <summary>The last record was not written to the end: it is cut off. Nothing that was committed is lost, unless the disk lost it.</summary>
    Tail,

    /// <summary>Records within the journal are lost.</summary>
    Gap,

    /// <summary>One of the two headers of a segment is damaged. Nothing is lost.</summary>
    Header,
}

/// <summary>Bytes of a journal that do not count, and the records that are lost with them.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="File">The name of the file.</param>
/// <param name="Offset">Where in the file.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="FirstLost">The number of the first record that is lost; 0 if unknown.</param>
/// <param name="LastLost">The number of the last record that is lost; below <paramref name="FirstLost"/> if none is, or if unknown.</param>
/// <param name="KeptAs">The file that keeps the bytes; null if there is none.</param>
internal sealed record JournalDamage(JournalDamageKind Kind, string File, long Offset, long Length, long FirstLost, long LastLost, string? KeptAs);
