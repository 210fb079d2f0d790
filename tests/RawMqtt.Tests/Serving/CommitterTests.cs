// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Serving;

public class CommitterTests
{
    private readonly StoredCore stored = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_that_fails_for_any_reason_is_tried_again_after_a_second(bool isUnexpected)
    {
        stored.Disk.Refuses = (call, _) => call == "Write" && (isUnexpected ? throw new InvalidOperationException("a mistake") : true);

        stored.Note();

        Assert.False(stored.Committer.IsIdle);
        Assert.Equal([TimeSpan.FromSeconds(1)], stored.Time.Set);
        stored.Disk.Refuses = (_, _) => false;
        stored.Time.Ring();
        Assert.True(stored.Committer.IsIdle);
        Assert.Equal(["event=journal-failed", "event=journal-goes-on"], (await stored.LinesAsync()).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void Nothing_is_written_after_the_end()
    {
        stored.Note();
        Assert.True(stored.Committer.Stop(TimeSpan.Zero));
        stored.Disk.Calls.Clear();

        stored.Note();
        stored.Committer.Execute();

        Assert.Empty(stored.Disk.Calls);
        Assert.False(stored.Locked.Gate.IsHeldByCurrentThread);
    }

    [Fact]
    public async Task End_waits_for_the_commit_that_is_under_way()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        stored.Disk.Refuses = (call, _) =>
        {
            begun.TrySetResult();
            goOn.Wait();
            return false;
        };
        Task committing = Task.Run(stored.Note, TestContext.Current.CancellationToken);
        await begun.Task;

        Assert.False(stored.Committer.Stop(TimeSpan.Zero));
        goOn.Set();
        await committing;

        Assert.True(stored.Committer.Stop(TimeSpan.Zero));
    }
}
