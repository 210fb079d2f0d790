// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Sessions.Journal;

/// <summary>A file of each version that was ever written is read by each later build. The files stay as they are.</summary>
public class FormatVersionTests
{
    public static string Folder => Repository.PathOf("tests/RawMqtt.Tests/Sessions/Journal/Files");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Session_file_of_each_version_is_read(int version)
    {
        var saved = SavedSession.Read(File.ReadAllBytes(Path.Combine(Folder, $"client-version-{version}")));

        Assert.Equal(version, saved.Header?.Version ?? 1);
        Assert.Equal(("c", 13L, 0), (saved.Owner, saved.NextNumber, saved.Unbelieved));
        Assert.Equal((ushort)1, Assert.Single(saved.Sent).Key);
        Assert.Equal("5 AtLeastOnce True sent 1", Describe(saved.Sent.Single().Value));
        Assert.Equal([2], saved.Released);
        Assert.Equal(["9 ExactlyOnce True queued/\u00e9 5"], saved.Queued.Select(Describe));
        Assert.Equal([43], saved.Received);
        Assert.Equal([KeyValuePair.Create((ushort)41, 10L)], saved.HandedOver);
        Assert.Equal(["10 ExactlyOnce False stored 6"], saved.Stored.Select(Describe));
    }

    [Fact]
    public void File_of_the_newest_version_has_all_kinds_of_records()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Folder, $"client-version-{SegmentHeader.CurrentVersion}"));
        Assert.True(SegmentHeader.TryRead(file, out SegmentHeader header, out _));
        var reader = new SegmentReader(header, file.AsSpan(SegmentHeader.Length), SegmentHeader.Length, file.Length, 1);
        var kinds = new HashSet<JournalRecord>();
        while (reader.TryRead(out SealedRecord record, out _, out _)) kinds.Add((JournalRecord)record.Kind);

        Assert.Equal(Enum.GetValues<JournalRecord>().Order(), kinds.Order());
    }

    private static string Describe(SavedMessage message) =>
        $"{message.Number} {message.Qos} {message.Retain} {Encoding.UTF8.GetString(message.Topic)} {Encoding.UTF8.GetString(message.Payload)}";
}
