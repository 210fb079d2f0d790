// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;
using RawMqtt.Tests.Sessions.Journal;

namespace RawMqtt.Tests.Clients;

/// <summary>The session file of each version, and who may read it.</summary>
public sealed class SessionFormatTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-session-").FullName;

    private string SessionFile => Path.Combine(folder, "session");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task File_of_version_1_is_read_and_written_anew_in_the_new_format()
    {
        File.Copy(Path.Combine(FormatVersionTests.Folder, "client-version-1"), SessionFile);
        for (int round = 0; round < 2; round++)
        {
            await using (var client = new MqttClient(Options("mqtt://127.0.0.1:1")))
            {
                Assert.Equal((1, 2), (client.Statistics.Queued, client.Statistics.InFlight));
            }

            Assert.True(SegmentHeader.TryRead(await File.ReadAllBytesAsync(SessionFile), out SegmentHeader header, out _));
            Assert.Equal((JournalOwner.Client, 2), (header.Owner, header.Version));
        }
    }

    [Fact]
    public async Task File_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        byte[] newer = new byte[SegmentHeader.Length];
        new SegmentHeader(JournalOwner.Client, 1, default, 1, Version: 3).Write(newer);
        await File.WriteAllBytesAsync(SessionFile, newer);
        var refused = Assert.Throws<MqttException>(() => new MqttClient(Options("mqtt://127.0.0.1:1")));
        Assert.Contains("format version 3", refused.Message, StringComparison.Ordinal);
        Assert.Equal(newer, await File.ReadAllBytesAsync(SessionFile));
    }

    [Fact]
    public async Task Files_are_for_their_owner_alone()
    {
        if (OperatingSystem.IsWindows()) return;
        File.Copy(Path.Combine(FormatVersionTests.Folder, "client-version-1"), SessionFile);
        await File.AppendAllTextAsync(SessionFile, "torn");
        File.SetUnixFileMode(SessionFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await using var client = new MqttClient(Options("mqtt://127.0.0.1:1"));

        Assert.Equal(["session", "session.damaged", "session.lock"], Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order());
        foreach (string path in Directory.GetFiles(folder)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    private MqttClientOptions Options(string address) => new() { Address = address, ClientId = "c", CleanSession = false, SessionFile = SessionFile };
}
