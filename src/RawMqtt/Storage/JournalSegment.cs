// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Storage;

/// <summary>One segment of a journal, and how much of its file counts.</summary>
internal sealed class JournalSegment(SegmentHeader header, long length)
{
    private const string Extension = ".journal";

    private long length = length;

    public SegmentHeader Header { get; } = header;

    /// <summary>Where the next record is written.</summary>
    public long Length
    {
        get => Volatile.Read(ref length); // other threads ask
        set => Volatile.Write(ref length, value);
    }

    public uint Number => Header.Segment;

    /// <summary>The name of the file.</summary>
    public string Name { get; } = NameOf(header.Segment);

    public static string NameOf(uint number) => number.ToString("D10", CultureInfo.InvariantCulture) + Extension;

    /// <summary>Reads the number of a segment from the name of its file.</summary>
    public static bool TryParse(string name, out uint number)
    {
        number = 0;
        return name.EndsWith(Extension, StringComparison.Ordinal)
            && uint.TryParse(name.AsSpan(0, name.Length - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && name == NameOf(number);
    }
}
