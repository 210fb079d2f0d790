// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>Packets that have begun: their memory is bounded, and they must make progress.</summary>
public class UnfinishedPacketTests
{
    private const string Begun = "32 80 80 80 02 00 01 'a'"; // of 4 MiB

    [Fact]
    public void The_connection_with_the_largest_unfinished_packet_ends_and_no_other()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxUnfinishedBytes = 300_000 });
        TestClient large = broker.Connect("large");
        TestClient small = broker.Connect("small");
        large.Send(Begun);
        large.Send(new byte[200_000]);
        small.Send(Begun);
        small.Send(new byte[10_000]);

        Assert.Equal((MqttConnectionEnd?)MqttConnectionEnd.TooSlow, large.End);
        Assert.Equal(nameof(MqttBrokerLimits.MaxUnfinishedBytes), large.Connection.Limit);
        Assert.Null(small.End);
        Assert.Equal(1, broker.Statistics.UnfinishedBytesReached);
    }

    [Fact]
    public void Many_unfinished_first_packets_are_bounded_too()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxUnfinishedBytes = 10 << 20 });
        TestClient honest = broker.Connect("honest");
        TestClient[] strangers = [.. Enumerable.Range(0, 100).Select(_ => broker.Open())];
        foreach (TestClient stranger in strangers)
        {
            stranger.Send("10 ff ff 13");
            stranger.Send(new byte[200_000]);
        }

        Assert.InRange(strangers.Count(stranger => stranger.End is null), 3, 5); // of 256 KiB each, in an eighth of the limit
        honest.Send("c0 00");
        Assert.Equal(["PINGRESP"], honest.Received());
    }

    [Fact]
    public void The_address_that_holds_most_gives_up_its_largest_packet_although_another_has_a_larger_one()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxUnfinishedBytes = 4 << 20 });
        TestClient honest = broker.Open();
        honest.Connection.Origin = [1, 1, 1, 1];
        honest.Connect("honest");
        honest.Send(Begun);
        honest.Send(new byte[900_000]);
        var flood = new List<TestClient>();
        for (int i = 0; i < 20; i++)
        {
            TestClient client = broker.Open();
            client.Connection.Origin = [2, 2, 2, 2];
            client.Connect($"f{i}");
            client.Send(Begun);
            client.Send(new byte[400_000]);
            flood.Add(client);
        }

        Assert.Null(honest.End);
        Assert.InRange(flood.Count(client => client.End is null), 4, 6); // of 512 KiB each, beside 1 MiB
        Assert.All(flood, client => Assert.Equal(client.End is not null, client.Connection.HoldsTooMuch));
    }

    [Fact]
    public void Strangers_end_before_those_who_have_logged_in()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxUnfinishedBytes = 4 << 20 });
        TestClient known = broker.Connect("known");
        known.Send(Begun);
        known.Send(new byte[1_000_000]);
        TestClient[] strangers = [.. Enumerable.Range(0, 20).Select(_ => broker.Open())];
        foreach (TestClient stranger in strangers)
        {
            stranger.Send("10 ff ff 13");
            stranger.Send(new byte[100_000]);
        }

        Assert.Null(known.End);
        Assert.InRange(strangers.Count(stranger => stranger.End is null), 3, 4); // of 128 KiB each
    }

    [Fact]
    [Rule("MQTT-3.1.2-24")]
    public void Bytes_that_keep_coming_are_life()
    {
        var broker = new TestBroker();
        TestClient slow = broker.Connect("slow", keepAlive: 4);
        slow.Send(Begun);
        for (int i = 0; i < 100; i++)
        {
            broker.Pass(TimeSpan.FromSeconds(1));
            slow.Send(new byte[40_000]);
            Assert.Null(slow.End);
        }

        broker.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(MqttConnectionEnd.KeepAliveExpired, slow.End);
    }

    [Theory]
    [InlineData(1100, 599, 602, nameof(MqttBrokerLimits.PacketTimeout))]
    [InlineData(900, 29, 62, nameof(MqttBrokerLimits.MinPacketRate))]
    public void A_packet_that_has_begun_must_make_progress(int bytesPerSecond, int alive, int ended, string limit)
    {
        var broker = new TestBroker();
        TestClient slow = broker.Connect("slow");
        slow.Send(Begun);
        int seconds = 0;
        for (; slow.End is null && seconds < 700; seconds++)
        {
            broker.Pass(TimeSpan.FromSeconds(1));
            if (slow.End is null) slow.Send(new byte[bytesPerSecond]);
        }

        Assert.InRange(seconds, alive, ended);
        Assert.Equal((MqttConnectionEnd.TooSlow, limit, 1L), (slow.End, slow.Connection.Limit, broker.Statistics.PacketTimeouts));
    }

    [Fact]
    public void The_clock_stands_while_the_broker_does_not_read()
    {
        var broker = new TestBroker(callbacks: new BrokerCallbacks { Asked = AskedPackets.Publish });
        TestClient client = broker.Connect("c");
        client.Send("30 03 00 01 'a' | 30");
        for (int i = 0; i < 100; i++) broker.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((Pause.Asks, (MqttConnectionEnd?)null), (client.Connection.Pause, client.End));
    }
}
