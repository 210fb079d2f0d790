// SPDX-License-Identifier: MIT


namespace RawMqtt.Tests.Brokers;

/// <summary>A message of 15 MiB passes each queue that is empty, with the default limits.</summary>
public class LargeMessageTests
{
    private static readonly string Payload = new('x', 15 << 20);

    private readonly TestBroker broker = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void It_reaches_a_client_that_is_connected(int qos)
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", qos);
        Publish(qos);
        Assert.EndsWith(Payload, Assert.Single(subscriber.Received()));
    }

    [Fact]
    public void It_is_kept_as_a_retained_message()
    {
        Publish(1, retain: true);
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribe(1, ("a", 1));
        Assert.EndsWith(Payload, subscriber.Received()[1]);
    }

    [Fact]
    public void It_waits_for_a_client_that_is_away()
    {
        TestClient away = broker.Connect("s", cleanSession: false);
        away.Subscribed("a", 1);
        away.Lose();
        Publish(1);
        away = broker.Open();
        away.Connect("s", cleanSession: false);
        Assert.EndsWith(Payload, away.Received()[1]);
        Assert.Equal(0, broker.Statistics.MessagesDropped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void It_reaches_a_slow_client_that_asks_meanwhile(int qos)
    {
        TestClient slow = broker.Connect("s");
        slow.Subscribed("a", qos);
        slow.TakesBytes = false;
        Publish(qos);
        for (int i = 0; i < 100; i++) slow.Send("c0 00");
        Assert.Null(slow.End);

        slow.TakesBytes = true;
        broker.Core.MarkDirty(slow.Connection);
        broker.Flush();
        Assert.EndsWith(Payload, slow.Received()[0]);
    }

    [Fact]
    public void The_longest_Will_goes_out()
    {
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("w", 1);
        TestClient client = broker.Open();
        client.Connect("c", willTopic: "w", will: new string('x', 65_535), willQos: QualityOfService.AtLeastOnce);
        client.Lose();
        Assert.Equal("PUBLISH 1 qos1 w=".Length + 65_535, Assert.Single(subscriber.Received()).Length);
    }

    private void Publish(int qos, bool retain = false) => broker.Connect("p").Publish("a", Payload, qos, (ushort)(qos > 0 ? 1 : 0), retain);
}
