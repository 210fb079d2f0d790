// SPDX-License-Identifier: MIT

using RawMqtt.Serving;

namespace RawMqtt.Tests.Serving;

/// <summary>What waits for the program is bounded in bytes.</summary>
public class LocalQueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beyond_the_limit_the_newest_is_dropped_and_counted_until_there_is_room()
    {
        var queue = new LocalQueue<string>(1000);
        Assert.True(queue.TryAdd("a", 244)); // 256 more for each
        Assert.True(queue.TryAdd("b", 244));
        Assert.False(queue.TryAdd("c", 0));
        Assert.Equal(1, queue.Dropped);

        await using IAsyncEnumerator<string> reader = queue.ReadAllAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("a", reader.Current);
        Assert.True(queue.TryAdd("d", 0));
        Assert.True(queue.TryComplete());
        Assert.False(queue.TryComplete());
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("b", reader.Current);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("d", reader.Current);
        Assert.False(await reader.MoveNextAsync());
    }

    [Fact]
    public async Task A_full_queue_that_holds_publishers_calls_once_at_half_of_the_limit()
    {
        int calls = 0;
        var queue = new LocalQueue<string>(1000, () => calls++);
        for (int i = 0; i < 3; i++) Assert.True(queue.TryAdd("a", 0));
        Assert.False(queue.TryAwaitRoom());
        Assert.True(queue.TryAdd("a", 0));
        Assert.True(queue.TryAwaitRoom());
        Assert.True(queue.TryAwaitRoom());

        await using IAsyncEnumerator<string> reader = queue.ReadAllAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await reader.MoveNextAsync());
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(0, calls); // 512 bytes wait
        Assert.True(await reader.MoveNextAsync());
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(1, calls);
        Assert.Equal(0, queue.Dropped);
    }

    [Fact]
    public void One_item_always_fits()
    {
        var queue = new LocalQueue<string>(1);
        Assert.True(queue.TryAdd("long", 1 << 20));
        Assert.False(queue.TryAdd("short", 0));
    }
}
