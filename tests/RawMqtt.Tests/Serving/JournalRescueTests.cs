// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Serving;

namespace RawMqtt.Tests.Serving;

/// <summary>Records of the oldest segment are found damaged while it is carried forward.</summary>
public class JournalRescueTests
{
    private const string Oldest = "0000000001.journal";

    private readonly StoredCore stored = new(segmentLength: 8192);

    [Fact]
    public async Task What_memory_holds_of_them_is_noted_once_more_and_the_rest_is_told()
    {
        ServedConnection reader = stored.Connect("ben", cleanSession: false, willTopic: "will");
        stored.Subscribe(reader, "flies", "other");
        ServedConnection publisher = stored.Connect("publisher", cleanSession: true);
        stored.Publish(publisher, "flies", "1"); // it stays in flight
        using (CoreUse use = stored.Locked.Enter())
            use.Core.TryPublish(new PublishPacket { Topic = "$kept/below"u8, Payload = "2"u8, Qos = QualityOfService.AtLeastOnce, Retain = true }, use.Now);
        stored.Publish(publisher, "kept", "3", retain: true);
        for (int i = 0; stored.Folder.NewestSegment < 4; i++) stored.Publish(publisher, "filler", new string('x', 500) + i, retain: true);
        Damage();

        stored.Carrier().Execute();

        Assert.True(stored.Folder.OldestSegment > 1);
        RecoveredBroker recovered = stored.Recover();
        RecoveredSession ben = recovered.Sessions.Single(session => Text(session.ClientId) == "ben");
        Assert.Equal(["flies", "other"], ben.Filters.Select(filter => Text(filter.Key)));
        Assert.Equal([1], ben.InFlight.Where(one => one.Value.Place.Length > 0).Select(one => (int)one.Key));
        Assert.Equal(["$kept/below", "filler", "kept"], recovered.Retained.Keys.Select(Text).Order());
        Assert.Equal(["will"], recovered.Wills.Values.Select(will => Text(will.Topic)));
        Assert.Equal(["anna", "ben"], recovered.Sessions.Select(session => Text(session.ClientId)).Order());
        List<string> lines = await stored.LinesAsync();
        Assert.Equal(["event=journal-damaged", "event=session-uncertain"], lines.Select(line => line.Split(' ')[0]));
        Assert.Contains(" file=\"0000000001.journal\" kind=Gap ", lines[0], StringComparison.Ordinal);
        Assert.Contains(" client=\"anna\" ", lines[1], StringComparison.Ordinal); // her message stood there alone
    }

    /// <summary>No record of the oldest segment can be read any more.</summary>
    private void Damage()
    {
        byte[] bytes = stored.Disk[Oldest];
        for (int i = 128; i < bytes.Length; i += 10) bytes[i] ^= 0xFF;
    }

    private static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);
}
