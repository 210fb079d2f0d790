// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>What the broker drops is reported with the limit, once a minute for each client.</summary>
public class DropReportTests
{
    private readonly List<string> reports = [];

    [Fact]
    public void Messages_that_a_client_loses_are_reported_at_once_and_then_once_a_minute()
    {
        TestBroker broker = Broker(new MqttBrokerLimits { MaxQueuedMessages = 2, InitialInFlight = 1, MaxInFlight = 1 });
        TestClient away = broker.Connect("s", cleanSession: false);
        away.Subscribed("a", 1);
        away.Lose();
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 10; i++) publisher.Publish("a", "x", qos: 1, id: i);
        Assert.Equal(["s MaxQueuedMessages 1"], reports);

        broker.Now += TimeSpan.FromMinutes(1);
        publisher.Publish("a", "x", qos: 1, id: 1);
        Assert.Equal(["s MaxQueuedMessages 1", "s MaxQueuedMessages 8"], reports);
    }

    [Fact]
    public void A_retained_message_that_is_not_kept_is_reported_for_its_publisher()
    {
        TestBroker broker = Broker(new MqttBrokerLimits { MaxRetainedMessages = 1 });
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", "x", retain: true);
        publisher.Publish("b", "x", retain: true);
        Assert.Equal(["p MaxRetainedMessages 1"], reports);
    }

    [Fact]
    public void Messages_that_a_slow_reader_misses_are_reported()
    {
        TestBroker broker = Broker(new MqttBrokerLimits { MaxOutgoingBytes = 100, MaxHoldTime = TimeSpan.Zero });
        TestClient slow = broker.Connect("s");
        slow.Subscribed("a");
        slow.TakesBytes = false;
        TestClient publisher = broker.Connect("p");
        for (int i = 0; i < 20; i++) publisher.Publish("a", "12345");
        Assert.Equal(["s MaxOutgoingBytes 1"], reports);
    }

    [Theory]
    [InlineData("$share/g/a")]
    [InlineData("$queue/a")]
    public void A_filter_that_nothing_would_ever_match_is_refused(string filter)
    {
        TestClient client = Broker(new MqttBrokerLimits()).Connect("c");
        client.Subscribe(1, (filter, 1));
        Assert.Equal(["SUBACK 1: 80"], client.Received());
    }

    private TestBroker Broker(MqttBrokerLimits limits) => new(limits, new BrokerCallbacks
    {
        Dropped = (subscriber, limit, messages) => reports.Add($"{Encoding.UTF8.GetString(subscriber.ClientId)} {limit} {messages}"),
    });
}
