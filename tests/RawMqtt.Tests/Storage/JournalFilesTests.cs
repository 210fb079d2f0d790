// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

public sealed class JournalFilesTests : IDisposable
{
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-journal-").FullName, "data");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    [Fact]
    public void Journal_on_real_files_is_read_by_the_next_process()
    {
        var buffer = new RecordBuffer();
        using (var files = JournalFiles.Lock(folder))
        {
            JournalFolder first = JournalFolder.Open(files, JournalOwner.Broker, 200, sync: true, new VisitedJournal());
            for (int i = 0; i < 10; i++)
            {
                buffer.Append(1, "0123456789"u8, [(byte)('a' + i)]);
                Assert.Null(first.Commit(buffer, sync: true).Cause);
            }

            first.DeleteOldest(sync: true);
            Assert.True(first.TryRead(first.PlaceOf(0, 28), new byte[100], out SealedRecord record));
            Assert.Equal("0123456789j"u8, record.Fields);
        }

        using (var files = JournalFiles.Lock(folder))
        {
            var visited = new VisitedJournal();
            JournalFolder.Open(files, JournalOwner.Broker, 200, sync: true, visited);
            Assert.Equal("cdefghij".Select(c => $"1 0123456789{c}"), visited.Records);
            Assert.Empty(visited.Damage);
        }
    }

    [Fact]
    public void Nothing_is_opened_written_or_deleted_after_the_end()
    {
        var files = JournalFiles.Lock(folder);
        files.Create("a");
        files.Write("a", 0, "text"u8);
        files.Dispose();

        Assert.Throws<ObjectDisposedException>(() => files.Write("a", 0, "more"u8));
        Assert.Throws<ObjectDisposedException>(() => files.Delete("a"));
        Assert.Throws<ObjectDisposedException>(() => files.Rename("a", "b"));
        Assert.Equal("text", File.ReadAllText(Path.Combine(folder, "a")));
    }

    [Fact]
    public void Damaged_file_is_repaired_and_kept()
    {
        using var files = JournalFiles.Lock(folder);
        JournalFolder journal = JournalFolder.Open(files, JournalOwner.Broker, 1000, sync: true, new VisitedJournal());
        var buffer = new RecordBuffer();
        foreach (byte kind in new byte[] { 1, 2, 3 }) buffer.Append(kind, "text"u8);
        Assert.True(journal.Commit(buffer, sync: true).IsDone);
        files.Write("0000000001.journal", SegmentHeader.Length + 21 + 18, "T"u8);
        byte[] damaged = File.ReadAllBytes(Path.Combine(folder, "0000000001.journal"));

        var visited = new VisitedJournal();
        JournalFolder.Open(files, JournalOwner.Broker, 1000, sync: true, visited);
        Assert.Equal(["1 text", "3 text"], visited.Records);
        Assert.Equal("0000000001.journal.damaged", Assert.Single(visited.Damage).KeptAs);
        Assert.Equal(damaged, File.ReadAllBytes(Path.Combine(folder, "0000000001.journal.damaged")));
        visited = new VisitedJournal();
        JournalFolder.Open(files, JournalOwner.Broker, 1000, sync: true, visited);
        Assert.Equal(["1 text", "3 text"], visited.Records);
        Assert.Empty(visited.Damage);
    }

    [Fact]
    public void Folder_is_for_one_process_at_a_time()
    {
        using (JournalFiles.Lock(folder))
        {
            Assert.ThrowsAny<IOException>(() => JournalFiles.Lock(folder));
        }

        JournalFiles.Lock(folder).Dispose();
    }

    [Fact]
    public void Only_the_owner_may_read_what_is_there()
    {
        if (OperatingSystem.IsWindows()) return;
        using var files = JournalFiles.Lock(folder);
        JournalFolder journal = JournalFolder.Open(files, JournalOwner.Broker, 1000, sync: true, new VisitedJournal());
        var buffer = new RecordBuffer();
        buffer.Append(1, "secret"u8);
        Assert.True(journal.Commit(buffer, sync: true).IsDone);
        files.Cut("0000000001.journal", 140);
        JournalFolder.Open(files, JournalOwner.Broker, 1000, sync: true, new VisitedJournal());

        Assert.Equal(3, Directory.GetFiles(folder).Length);
        foreach (string path in Directory.GetFiles(folder)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }
}
