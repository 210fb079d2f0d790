// SPDX-License-Identifier: MIT

using RawMqtt.Explain;
using RawMqtt.Sessions.Journal;
using RawMqtt.Tests.Sessions.Journal;
using RawMqtt.Tests.Storage;

namespace RawMqtt.Tests.Explain;

public sealed class JournalLinesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-journal-").FullName;
    private readonly List<string> lines = [];

    public JournalLinesTests()
    {
        MemoryDisk disk = BrokerRecords.Journal();
        foreach (string name in disk.List()) File.WriteAllBytes(Path.Combine(folder, name), disk[name]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Each_record_of_a_broker_is_explained()
    {
        Assert.True(JournalLines.Records(folder, lines.Add));

        Assert.Equal("0000000001.journal       128 #1        SessionBegun     session 1 user \"user\", client \"anna\"", lines[0]);
        string[] told =
        [
            "session 1 QoS 2 \"in/+\"", "Unsubscribed     session 2 \"old\"", "session 2 at 2027-01-15 08:01:00Z",
            "received from session 2 as packet id 20",
            "to session 1 at QoS 2 sent as packet id 7", "to session 1 at QoS 1 waits", "session 1 message 2 as packet id 8",
            "Released         session 1 packet id 7 to 7", "Dropped          session 2 message 2",
            "message 3 QoS 1 \"kept\" 5 bytes \"value\", retained, of \"anna\"",
            "\"kept/not\" 0 bytes, no longer retained", "WillEnded        Will 2",
            "Will 1 QoS 1 retained \"will\" 4 bytes \"dead\", user \"user\", client \"anna\"",
            "client \"anna\", away since 2027-01-15 08:02:00Z, 1 identifier released, 2 identifiers received",
        ];
        Assert.All(told, words => Assert.Contains(lines, line => line.Contains(words, StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains("do not fit", StringComparison.Ordinal));
    }

    [Fact]
    public void Sessions_and_retained_messages_are_listed() => AssertListed(folder);

    /// <summary>The files stay as they are, and each later build reads them.</summary>
    [Theory]
    [InlineData(2)]
    public void Broker_journal_of_each_version_is_read(int version) =>
        AssertListed(Path.Combine(FormatVersionTests.Folder, $"broker-version-{version}"));

    [Fact]
    public void Damage_is_told_with_its_place_and_nothing_is_changed()
    {
        string path = Path.Combine(folder, "0000000001.journal");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[SegmentHeader.Length + 20] ^= 1;
        bytes[10] ^= 1;
        File.WriteAllBytes(path, bytes);
        string[] before = Directory.GetFiles(folder);

        Assert.False(JournalLines.Records(folder, lines.Add));
        Assert.Equal("0000000001.journal 0: 64 bytes of a header are damaged; the other copy is used", lines[0]);
        Assert.Equal("0000000001.journal 128: 31 bytes are damaged: the records #1 to #1 are lost", lines[1]);
        lines.Clear();
        Assert.False(JournalLines.Sessions(folder, lines.Add));
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Equal(before, Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Session_file_of_a_client_is_explained(int version)
    {
        string path = Path.Combine(FormatVersionTests.Folder, $"client-version-{version}");
        Assert.True(JournalLines.Sessions(path, lines.Add));
        Assert.Equal(
            [
                "client \"c\"", "    sent as packet id 1: message 5 QoS 1 retained \"sent\" 1 byte \"1\"", "    packet id 2 waits for PUBCOMP",
                "    waits to be sent: message 9 QoS 2 retained \"queued/\u00e9\" 1 byte \"5\"",
                "    waits for the application: message 10 QoS 2 \"stored\" 1 byte \"6\"", "    packet id 43 was received and is not released",
                "    packet id 41 went to the application as delivery 10",
            ],
            lines);
        lines.Clear();
        Assert.True(JournalLines.Records(path, lines.Add));
        string first = version == 1 ? "has format version 1" : "client-version-2       128 #1        Owner            client \"c\"";
        Assert.Contains(first, lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_and_folders_are_refused()
    {
        string other = Path.Combine(folder, "other");
        File.WriteAllText(other, "a letter to a friend");
        Assert.Throws<InvalidDataException>(() => JournalLines.Sessions(other, lines.Add));
        Assert.Throws<InvalidDataException>(() => JournalLines.Retained(other, lines.Add));
        Assert.Throws<InvalidDataException>(() => JournalLines.Records(Directory.CreateDirectory(Path.Combine(folder, "empty")).FullName, lines.Add));
    }

    private static void AssertListed(string folder)
    {
        var lines = new List<string>();
        Assert.True(JournalLines.Sessions(folder, lines.Add));
        Assert.Equal(
            [
                "\"anna\"  user \"user\"  away since 2027-01-15 08:02:00Z  0 waiting  1 in flight  1 released  2 received",
                "    \"in/+\"  QoS 2", "    \"waits\"  QoS 1",
                "\"ben\"  no user  connected  0 waiting  0 in flight  0 released  1 received",
                "2 kept sessions, 1 Will of clients that were connected",
            ],
            lines);
        lines.Clear();
        Assert.True(JournalLines.Retained(folder, lines.Add));
        Assert.Equal(["\"kept\"  QoS 1  5 bytes \"value\"  of \"anna\"", "1 retained message"], lines);
    }
}
