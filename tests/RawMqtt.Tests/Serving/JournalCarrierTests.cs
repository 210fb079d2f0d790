// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
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

    [Fact]
    public async Task If_little_counts_it_is_noted_from_memory_and_the_oldest_segment_is_not_read()
    {
        var small = new StoredCore(segmentLength: 32 * 1024);
        small.Connect("anna", cleanSession: true); // whose message stands in the journal alone
        ServedConnection reader = small.Connect("ben", cleanSession: false, willTopic: "will");
        small.Subscribe(reader, "flies", "other");
        ServedConnection publisher = small.Connect("publisher", cleanSession: true);
        small.Publish(publisher, "flies", "1"); // it stays in flight
        small.Publish(publisher, "kept", "2", retain: true);
        for (int i = 0; small.Folder.NewestSegment < 3; i++) small.Publish(publisher, "filler", new string('x', 500) + i, retain: true);
        small.Disk.ReadFault = _ => new IOException("It is not read.");

        small.Carrier().Execute();

        Assert.True(small.Folder.OldestSegment > 1);
        small.Disk.ReadFault = _ => null;
        RecoveredBroker recovered = small.Recover();
        RecoveredSession ben = recovered.Sessions.Single();
        Assert.Equal(["flies", "other"], ben.Filters.Select(filter => Encoding.UTF8.GetString(filter.Key)));
        Assert.Equal([1], ben.InFlight.Where(one => one.Value.Place.Length > 0).Select(one => (int)one.Key));
        Assert.Equal(["filler", "kept"], recovered.Retained.Keys.Select(Encoding.UTF8.GetString).Order());
        Assert.Equal(["will"], recovered.Wills.Values.Select(will => Encoding.UTF8.GetString(will.Topic)));
        Assert.Empty(await small.LinesAsync());
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
