// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Tests.Sessions.Journal;

/// <summary>The bytes of a client's session file.</summary>
internal static class SealedFile
{
    public static SegmentKey Key { get; } = new("0123456789abcdef"u8);

    /// <summary>A header, and the records sealed behind it.</summary>
    public static byte[] Of(RecordBuffer records)
    {
        byte[] file = new byte[SegmentHeader.Length + records.Length];
        new SegmentHeader(JournalOwner.Client, 1, Key, 1).Write(file);
        Span<byte> behind = file.AsSpan(SegmentHeader.Length);
        records.Records.CopyTo(behind);
        Sealing.Seal(behind, Key, 1);
        return file;
    }
}
