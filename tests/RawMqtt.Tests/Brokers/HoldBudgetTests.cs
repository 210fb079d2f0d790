// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>Publishers at QoS 0 are slowed down for a bounded time before messages are shed.</summary>
public class HoldBudgetTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(250);

    private readonly TestBroker broker = new(new MqttBrokerLimits { MaxOutgoingBytes = 1000 });

    [Fact]
    public void A_publisher_waits_until_the_reader_has_taken_half_and_nothing_is_shed()
    {
        TestClient reader = Reader("r");
        TestClient publisher = broker.Connect("p");
        for (int i = 0; i < 150; i++) publisher.Publish("a", "12345"); // 10 bytes each
        Assert.Equal(Pause.Held, publisher.Connection.Pause);

        broker.Now += TimeSpan.FromMilliseconds(100);
        TakeAll(reader);
        publisher.Send([]);
        Assert.Equal(Pause.None, publisher.Connection.Pause);
        TakeAll(reader);
        Assert.Equal(150, reader.Received().Count);
        Assert.Equal(0, broker.Statistics.MessagesShed);
    }

    [Fact]
    public void After_a_quarter_of_a_second_messages_are_shed()
    {
        TestClient reader = Reader("r");
        TestClient publisher = broker.Connect("p");
        for (int i = 0; i < 150; i++) publisher.Publish("a", "12345");
        broker.Pass(Budget);
        publisher.Send([]);

        Assert.Equal(Pause.None, publisher.Connection.Pause);
        Assert.Equal(50, broker.Statistics.MessagesShed);
        Assert.Equal(1000, reader.Connection.Unsent);
    }

    [Fact]
    public void A_reader_that_has_taken_nothing_since_earns_no_further_hold()
    {
        Reader("r");
        TestClient publisher = broker.Connect("p");
        for (int i = 0; i < 150; i++) publisher.Publish("a", "12345");
        broker.Pass(Budget);
        publisher.Send([]);
        broker.Pass(TimeSpan.FromSeconds(2));
        publisher.Publish("a", "12345");

        Assert.Equal(Pause.None, publisher.Connection.Pause);
        Assert.Equal(1, broker.Statistics.PublishersHeld);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_publisher_is_held_for_a_quarter_of_any_second_at_most_for_all_readers_together(int readers)
    {
        TestClient[] slow = [.. Enumerable.Range(0, readers).Select(i => Reader($"r{i}"))];
        TestClient publisher = broker.Connect("p");
        var held = new List<bool>();
        for (int millisecond = 0; millisecond < 4000; millisecond++)
        {
            if (millisecond % 10 == 0) TakeAll(slow[millisecond / 10 % readers], Math.Min(400, slow[millisecond / 10 % readers].Connection.Unsent));
            publisher.Send([]);
            for (int i = 0; i < 20 && publisher.Connection.Pause == Pause.None; i++) publisher.Publish("a", new string('x', 93));
            held.Add(publisher.Connection.Pause == Pause.Held);
            broker.Now += TimeSpan.FromMilliseconds(1);
            broker.Core.EndHolds(broker.Now);
        }

        int most = Enumerable.Range(0, 3000).Max(start => held.Skip(start).Take(1000).Count(isHeld => isHeld));
        Assert.InRange(most, 100, 251);
        Assert.True(broker.Statistics.MessagesShed > 0);
    }

    [Fact]
    public void At_QoS_1_a_publisher_stands_for_a_quarter_of_a_second_at_a_time_and_then_one_turn_passes()
    {
        var narrow = new TestBroker(new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1, MaxQueuedMessages = 4 });
        TestClient reader = narrow.Connect("r");
        reader.Subscribed("a", 1);
        reader.HasAcknowledged();
        TestClient publisher = narrow.Connect("p");
        for (ushort i = 1; i <= 5; i++) publisher.Publish("a", $"{i}", qos: 1, id: i);
        for (ushort round = 1; round <= 4; round++)
        {
            publisher.Publish("a", "more", qos: 1, id: round);
            Assert.Equal(Pause.Held, publisher.Connection.Pause);
            reader.PubAck(round); // it makes progress and does not catch up
            narrow.Pass(Budget);
            publisher.Send([]);
            Assert.Equal(5 + round, publisher.Connection.PacketsReceived - 1);
        }

        Assert.Equal(0, narrow.Statistics.Lagging);
        Assert.Equal(0, narrow.Statistics.MessagesDropped);
    }

    private TestClient Reader(string clientId)
    {
        TestClient reader = broker.Connect(clientId);
        reader.Subscribed("a");
        reader.TakesBytes = false;
        return reader;
    }

    private void TakeAll(TestClient reader, int? expected = null)
    {
        if (expected == 0 || reader.Connection.BeginFlush(broker.Now) is not { } output) return;
        reader.Take(output.Written.Span);
        broker.Core.Flushed(reader.Connection, output, broker.Now);
    }
}
