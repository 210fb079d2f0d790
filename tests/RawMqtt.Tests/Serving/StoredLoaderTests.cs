// SPDX-License-Identifier: MIT

using RawMqtt.Serving;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Tests.Serving;

public class StoredLoaderTests
{
    private readonly StoredCore stored = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_that_cannot_be_read_this_time_stays_in_its_queue_and_is_read_later(bool isClosed)
    {
        stored.Disk.ReadFault = _ => isClosed ? new ObjectDisposedException("the segment") : new IOException("too many open files");
        using var loader = Loader();

        loader.Execute();

        Assert.Equal(1, stored.Anna.Session.Stored!.Count);
        Assert.Equal([TimeSpan.FromSeconds(1)], stored.Time.Set);
        stored.Disk.ReadFault = _ => null;
        stored.Time.Ring();
        loader.Execute();
        Assert.Equal(0, stored.Anna.Session.Stored!.Count);
        Assert.Equal(1, stored.Anna.Session.Queued);
        Assert.Equal(0, stored.Core.Statistics.MessagesDropped);
        Assert.StartsWith("event=journal-unreadable ", Assert.Single(await stored.LinesAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_whose_record_is_damaged_is_dropped_and_reported_with_its_place()
    {
        JournalPlace place = stored.Anna.Session.Stored!.First.Place;
        stored.Disk["0000000001.journal"][place.End - 1] ^= 1;
        using var loader = Loader();

        loader.Execute();

        Assert.Equal(0, stored.Anna.Session.Stored!.Count);
        Assert.Equal(1, stored.Core.Statistics.MessagesDropped);
        Assert.Equal($"event=message-damaged client=\"anna\" segment=1 offset={place.Offset} bytes={place.Length}", Assert.Single(await stored.LinesAsync()));
    }

    [Fact]
    public void Loading_is_over_when_nobody_asks_any_more_and_begins_once_while_it_runs()
    {
        var loads = new LoadCount();
        stored.Locked.Loader = loads;
        using var loader = Loader();
        for (int i = 0; i < 3; i++) stored.Locked.Enter().Dispose();
        Assert.True(stored.Locked.IsLoading);

        loader.Execute();

        Assert.False(stored.Locked.IsLoading);
        Assert.True(loads.Count <= 1);
    }

    private StoredLoader Loader()
    {
        stored.Core.Parts.Turn.RequestLoad(stored.Anna);
        return new StoredLoader(stored.Locked, stored.Broker, stored.Reader, stored.Reports, stored.Time);
    }

    private sealed class LoadCount : IThreadPoolWorkItem
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public void Execute() => Interlocked.Increment(ref count);
    }
}
