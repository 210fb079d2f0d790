// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

public class JournalFolderTests
{
    private readonly MemoryDisk disk = new();
    private readonly RecordBuffer gathering = new();
    private readonly RecordBuffer taken = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_committed_is_read_by_the_next_process(bool sync)
    {
        JournalFolder first = Open();
        Commit(first, sync, "a", "b");
        Commit(first, sync, "c");

        (JournalFolder second, VisitedJournal visited) = Reopen();
        Assert.Equal(["1 a", "1 b", "1 c"], visited.Records);
        Commit(second, sync, "d");
        visited = Reopen().Visited;

        Assert.Equal(["1 a", "1 b", "1 c", "1 d"], visited.Records);
        Assert.Equal([1, 2, 3, 4], visited.Numbers);
        Assert.Empty(visited.Damage);
        Assert.Single(disk.List());
    }

    [Fact]
    public void Full_segments_are_followed_by_new_ones_and_each_record_is_read_where_it_stands()
    {
        JournalFolder folder = Open(segmentLength: 300);
        string[] texts = [.. Enumerable.Range(0, 100).Select(i => new string((char)('a' + i % 26), 1 + i * 7 % 400))];
        var places = new List<JournalPlace>();
        foreach (string[] some in texts.Chunk(7)) places.AddRange(CommitAndPlace(folder, some));

        Assert.Equal(100, folder.Committed);
        Assert.True(folder.NewestSegment > 50);
        VisitedJournal visited = Reopen().Visited;
        Assert.Equal(texts.Select(text => $"1 {text}"), visited.Records);
        Assert.Equal(visited.Places, places);
        byte[] room = new byte[1000];
        foreach ((int i, JournalPlace place) in places.Index())
        {
            Assert.True(folder.TryRead(place, room, out SealedRecord record));
            Assert.Equal(texts[i], Encoding.UTF8.GetString(record.Fields));
        }
    }

    [Fact]
    public void Damaged_record_is_not_read_again()
    {
        JournalFolder folder = Open();
        JournalPlace place = Assert.Single(CommitAndPlace(folder, "text"));
        disk["0000000001.journal"][place.Offset + 18] ^= 1;

        Assert.False(folder.TryRead(place, new byte[100], out _));
    }

    [Fact]
    public void Oldest_segment_is_visited_in_steps_and_deleted_and_the_last_never()
    {
        JournalFolder folder = Open(segmentLength: 300);
        foreach (string text in Enumerable.Range(0, 20).Select(i => $"record {i:D2}")) Commit(folder, sync: true, text);
        var visited = new VisitedJournal();
        int steps = 0;
        for (long? at = 0; at is not null; at = folder.Visit(folder.OldestSegment, at.Value, 50, visited)) steps++;

        Assert.Equal(["1 record 00", "1 record 01", "1 record 02", "1 record 03", "1 record 04", "1 record 05"], visited.Records);
        Assert.Equal(4, steps);
        long length = folder.Length;
        folder.DeleteOldest(sync: true);
        Assert.Equal(2u, folder.OldestSegment);
        Assert.True(folder.Length < length);
        Assert.False(folder.TryRead(visited.Places[0], new byte[100], out _));
        for (int i = 0; i < 10; i++) folder.DeleteOldest(sync: true);
        Assert.Equal(folder.NewestSegment, folder.OldestSegment);

        (JournalFolder next, VisitedJournal rest) = Reopen();
        Assert.Equal(["1 record 18", "1 record 19"], rest.Records);
        Assert.Empty(rest.Damage);
        Commit(next, sync: true, "more");
        Assert.Equal(21, Reopen().Visited.Numbers[^1]);
    }

    [Theory]
    [InlineData("Write", "0000000001.journal")]
    [InlineData("Write", "0000000002.journal.new")]
    [InlineData("Create", "0000000002.journal.new")]
    [InlineData("Rename", "0000000002.journal.new")]
    [InlineData("Write", "0000000002.journal")]
    [InlineData("Sync", "0000000002.journal.new")]
    public void Commit_that_the_disk_refuses_is_taken_back_and_succeeds_later(string call, string file)
    {
        JournalFolder folder = Open(segmentLength: 300);
        Commit(folder, sync: true, "first");
        disk.Refuses = (one, name) => one == call && name == file;
        Append(new string('x', 100), new string('y', 100), "z");
        JournalCommit refused = folder.Commit(taken, sync: true);

        Assert.False(refused.IsDone);
        Assert.Equal(1, folder.Committed);
        Assert.Equal(["1 first"], Visit(disk.Copy()).Records);
        Assert.Equal(["1 first"], Visit(disk.AfterPowerLoss()).Records);
        disk.Refuses = (_, _) => false;
        Assert.True(folder.Commit(taken, sync: true).IsDone);
        Assert.Equal(4, folder.Committed);
        Commit(folder, sync: true, "last");
        foreach (MemoryDisk after in new[] { disk.Copy(), disk.AfterPowerLoss() })
        {
            VisitedJournal visited = Visit(after);
            Assert.Equal(["1 first", $"1 {new string('x', 100)}", $"1 {new string('y', 100)}", "1 z", "1 last"], visited.Records);
            Assert.Empty(visited.Damage);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Sync_that_failed_is_never_believed(int failures)
    {
        JournalFolder folder = Open();
        Commit(folder, sync: true, "before");
        int left = failures;
        disk.Refuses = (call, name) => call == "Sync" && !name.EndsWith(".new", StringComparison.Ordinal) && left-- > 0;
        Append("one", "two");
        int refused = 0;
        while (!folder.Commit(taken, sync: true).IsDone)
        {
            refused++;
            Assert.Equal(["1 before"], Visit(disk.AfterPowerLoss()).Records);
        }

        disk.Refuses = (_, _) => false;
        Assert.Equal(failures - 1, refused);
        Assert.Equal(2u, folder.NewestSegment);
        Commit(folder, sync: true, "after");
        foreach (MemoryDisk after in new[] { disk.Copy(), disk.AfterPowerLoss() })
        {
            VisitedJournal visited = Visit(after);
            Assert.Equal(["1 before", "1 one", "1 two", "1 after"], visited.Records);
            Assert.Empty(visited.Damage);
        }
    }

    [Fact]
    public void Records_that_stand_in_two_segments_after_a_failed_sync_count_once()
    {
        JournalFolder folder = Open();
        Commit(folder, sync: true, "before");
        bool failed = false;
        disk.Refuses = (call, _) => call == "Cut" || call == "Sync" && !failed && (failed = true);
        Commit(folder, sync: true, "one", "two");

        VisitedJournal visited = Visit(disk.Copy());
        Assert.Equal(["1 before", "1 one", "1 two"], visited.Records);
        Assert.Empty(visited.Damage);
    }

    [Fact]
    public void Folder_is_synced_after_a_segment_is_begun_and_after_one_is_deleted()
    {
        JournalFolder folder = Open(segmentLength: 200);
        Commit(folder, sync: true, "one");
        Assert.Equal(["Create 0000000001.journal.new", "Write 0000000001.journal.new", "Sync 0000000001.journal.new", "Rename 0000000001.journal.new",
            "Write 0000000001.journal", "Sync 0000000001.journal", "SyncFolder"], disk.Calls.Skip(1));
        Commit(folder, sync: true, new string('x', 100));
        disk.Calls.Clear();
        folder.DeleteOldest(sync: true);
        Assert.Equal(["Delete 0000000001.journal", "SyncFolder"], disk.Calls);
    }

    [Fact]
    public void Segment_is_not_read_any_more_when_its_deletion_begins()
    {
        JournalFolder folder = Open(segmentLength: 200);
        JournalPlace place = CommitAndPlace(folder, "one")[0];
        Commit(folder, sync: true, new string('x', 100));
        Assert.True(folder.TryRead(place, new byte[place.Length], out _));
        bool? isRead = null;
        disk.Refuses = (call, file) =>
        {
            if (call == "Delete") isRead = folder.TryRead(place, new byte[place.Length], out _);
            return false;
        };

        folder.DeleteOldest(sync: true);

        Assert.False(isRead);
    }

    [Fact]
    public void Segment_that_the_disk_does_not_delete_stays()
    {
        JournalFolder folder = Open(segmentLength: 200);
        JournalPlace place = CommitAndPlace(folder, "one")[0];
        Commit(folder, sync: true, new string('x', 100));
        disk.Refuses = (call, _) => call == "Delete";
        Assert.Throws<IOException>(() => folder.DeleteOldest(sync: true));
        Assert.True(folder.TryRead(place, new byte[place.Length], out _));
        disk.Refuses = (_, _) => false;

        folder.DeleteOldest(sync: true);

        Assert.Equal(2u, folder.OldestSegment);
    }

    [Fact]
    public void Next_deletion_waits_for_the_one_before_to_be_on_the_disk()
    {
        JournalFolder folder = Open(segmentLength: 200);
        foreach (char letter in "abc") Commit(folder, sync: true, new string(letter, 100));
        disk.Refuses = (call, _) => call == "SyncFolder";
        Assert.Throws<IOException>(() => folder.DeleteOldest(sync: true));
        disk.Refuses = (_, _) => false;
        disk.Calls.Clear();

        folder.DeleteOldest(sync: true);

        Assert.Equal(["SyncFolder", "Delete 0000000002.journal", "SyncFolder"], disk.Calls);
    }

    [Fact]
    public void Commit_of_a_steady_stream_allocates_nothing()
    {
        JournalFolder folder = JournalFolder.Open(new NullDisk(), JournalOwner.Broker, 1 << 30, sync: false, new VisitedJournal());
        void Step()
        {
            for (int i = 0; i < 100; i++) gathering.Append(1, "topic"u8, "payload"u8);
            gathering.MoveTo(taken);
            folder.Commit(taken, sync: true);
        }

        for (int i = 0; i < 10; i++) Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Step();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private JournalFolder Open(long segmentLength = 1 << 20) => JournalFolder.Open(disk, JournalOwner.Broker, segmentLength, sync: true, new VisitedJournal());

    private (JournalFolder Folder, VisitedJournal Visited) Reopen()
    {
        var visited = new VisitedJournal();
        return (JournalFolder.Open(disk, JournalOwner.Broker, 1 << 20, sync: true, visited), visited);
    }

    private static VisitedJournal Visit(MemoryDisk disk)
    {
        var visited = new VisitedJournal();
        JournalFolder.Open(disk, JournalOwner.Broker, 1 << 20, sync: true, visited);
        return visited;
    }

    private void Append(params string[] texts)
    {
        foreach (string text in texts) gathering.Append(1, Encoding.UTF8.GetBytes(text));
        gathering.MoveTo(taken);
    }

    private void Commit(JournalFolder folder, bool sync, params string[] texts)
    {
        Append(texts);
        long position = taken.Appended;
        Assert.Null(folder.Commit(taken, sync).Cause);
        Assert.Equal(position, folder.Committed);
    }

    private List<JournalPlace> CommitAndPlace(JournalFolder folder, params string[] texts)
    {
        var offsets = new List<(int Offset, int Length)>();
        foreach (string text in texts)
        {
            int before = gathering.Length;
            gathering.Append(1, Encoding.UTF8.GetBytes(text));
            offsets.Add((before, gathering.Length - before));
        }

        gathering.MoveTo(taken);
        Assert.True(folder.Commit(taken, sync: false).IsDone);
        return [.. offsets.Select(one => folder.PlaceOf(one.Offset, one.Length))];
    }
}
