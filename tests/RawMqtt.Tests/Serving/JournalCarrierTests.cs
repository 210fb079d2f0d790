// SPDX-License-Identifier: MIT

using RawMqtt.Serving;

namespace RawMqtt.Tests.Serving;

public class JournalCarrierTests
{
    private const int SegmentLength = 200;

    private readonly StoredCore stored = new(SegmentLength);
    private readonly JournalCarrier carrier;
    private int deletions;

    public JournalCarrierTests()
    {
        carrier = stored.Carrier();
        for (int i = 0; !carrier.IsWanted && i < 1000; i++) stored.Note();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_carried_is_not_noted_again_when_the_disk_refuses_to_delete(bool isDenied)
    {
        Assert.True(carrier.IsWanted);
        stored.Disk.Refuses = (call, _) => call == "Delete" && ++deletions > 0 && (isDenied ? throw new UnauthorizedAccessException("denied") : true);
        long before = stored.Broker.Journal.Position;
        carrier.Execute();
        long carried = stored.Broker.Journal.Position;
        Assert.True(carried > before);
        Assert.Equal(1, deletions);

        carrier.Execute();
        Assert.Equal(1, deletions);
        stored.Time.Now += TimeSpan.FromSeconds(1);
        carrier.Execute();
        Assert.Equal(2, deletions);
        stored.Time.Now += TimeSpan.FromSeconds(1);
        carrier.Execute();
        Assert.Equal(2, deletions);
        Assert.Equal(carried, stored.Broker.Journal.Position);

        stored.Disk.Refuses = (_, _) => false;
        stored.Time.Now += TimeSpan.FromSeconds(1);
        carrier.Execute();
        Assert.True(stored.Folder.OldestSegment > 1);
        Assert.StartsWith("event=journal-not-shortened ", Assert.Single(await stored.LinesAsync()), StringComparison.Ordinal);
    }
}
