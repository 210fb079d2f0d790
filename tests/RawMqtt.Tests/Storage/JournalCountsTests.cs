// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

public class JournalCountsTests
{
    private readonly MemoryDisk disk = new();
    private readonly RecordBuffer taken = new();

    [Fact]
    public void A_segment_is_the_newest_once_a_commit_has_ended_in_it_and_what_was_written_is_counted()
    {
        JournalFolder folder = JournalFolder.Open(disk, JournalOwner.Broker, 300, sync: true, new VisitedJournal());
        Append("a", "b");
        Assert.True(folder.Commit(taken, sync: true).IsDone);
        Assert.Equal(new JournalCounts(1, 2, 36, 1, 1), folder.Counts);
        var seen = new List<uint>();
        disk.Refuses = (call, name) =>
        {
            if (call == "Write" && name == "0000000002.journal") seen.Add(folder.NewestSegment);
            return call == "Sync" && name == "0000000002.journal";
        };
        Append(new string('x', 100), new string('y', 100));
        Assert.False(folder.Commit(taken, sync: true).IsDone);
        Assert.Equal(1u, folder.NewestSegment);
        disk.Refuses = (_, _) => false;
        Assert.True(folder.Commit(taken, sync: true).IsDone);

        Assert.All(seen, segment => Assert.Equal(1u, segment));
        Assert.NotEmpty(seen);
        Assert.True(folder.NewestSegment > 1 && folder.HasOlder);
        Assert.Equal((2, 4), (folder.Counts.Commits, folder.Counts.Records));
    }

    private void Append(params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts) taken.Append(1, Encoding.UTF8.GetBytes(text));
    }
}
