// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>A session that goes on: what is sent again, how much may be in flight, and whose it is.</summary>
public class ResumeTests
{
    private const string AnonymousC = "10 0d | 00 04 'MQTT' 04 00 00 00 | 00 01 'c'";
    private const string UserA = "10 10 | 00 04 'MQTT' 04 80 00 00 | 00 01 'c' 00 01 'a'";
    private const string UserB = "10 10 | 00 04 'MQTT' 04 80 00 00 | 00 01 'c' 00 01 'b'";

    [Fact]
    [Rule("MQTT-4.4.0-1", "MQTT-3.3.1-1", "MQTT-4.6.0-6", "MQTT-4.3.3-1", "MQTT-2.3.1-4", "MQTT-3.2.0-1")]
    public void What_was_not_acknowledged_is_sent_again_in_order_with_DUP_and_its_identifiers()
    {
        var broker = new TestBroker();
        TestClient subscriber = broker.Connect("s", cleanSession: false);
        subscriber.Subscribed("a", 2);
        TestClient publisher = broker.Connect("p");
        for (int i = 1; i <= 6; i++) publisher.Publish("a", $"{i}", qos: i % 2 == 0 ? 2 : 1, id: (ushort)i);
        subscriber.Received();
        subscriber.PubAck(3);
        subscriber.PubRec(4);
        subscriber.PubRec(2);
        subscriber.Lose();
        publisher.Publish("a", "7", qos: 1, id: 7);

        subscriber = broker.Open();
        subscriber.Connect("s", cleanSession: false);
        Assert.Equal(
            ["CONNACK 0 present", "PUBREL 4", "PUBREL 2", "PUBLISH 1 qos1 dup a=1", "PUBLISH 5 qos1 dup a=5", "PUBLISH 6 qos2 dup a=6", "PUBLISH 7 qos1 a=7"],
            subscriber.Received());
    }

    [Fact]
    [Rule("MQTT-4.4.0-1", "MQTT-4.3.3-1")]
    public void A_message_is_not_sent_again_after_its_PubRec()
    {
        var broker = new TestBroker();
        TestClient subscriber = broker.Connect("s", cleanSession: false);
        subscriber.Subscribed("a", 2);
        broker.Connect("p").Publish("a", "x", qos: 2, id: 1);
        subscriber.Received();
        subscriber.PubRec(1);
        for (int i = 0; i < 3; i++)
        {
            subscriber.Lose();
            subscriber = broker.Open();
            subscriber.Connect("s", cleanSession: false);
            Assert.Equal(["CONNACK 0 present", "PUBREL 1"], subscriber.Received());
        }

        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    public void Bytes_in_flight_are_bounded_and_what_is_beyond_comes_with_the_acknowledgements()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxInFlightBytes = 30 });
        TestClient subscriber = broker.Connect("s");
        TestClient other = broker.Connect("o");
        subscriber.Subscribed("a", 1);
        other.Subscribed("a", 1);
        TestClient publisher = broker.Connect("p");
        for (ushort i = 1; i <= 5; i++)
        {
            publisher.Publish("a", "123456789", qos: 1, id: i);
            other.PubAck((ushort)((i - 1) % 4 + 1)); // four identifiers, in turns
        }

        Assert.Equal(3, subscriber.Received().Count);
        Assert.Equal(2, broker.Statistics.InFlightBytesReached);
        Assert.Equal(["1", "2", "3", "4", "1"], other.Received().Select(p => p.Split(' ')[1]));
        Assert.Equal(5, publisher.Received().Count);
        subscriber.PubAck(1);
        Assert.Single(subscriber.Received());
        for (ushort i = 2; i <= 4; i++) subscriber.PubAck(i);
        subscriber.PubAck(1);
        Assert.Single(subscriber.Received());
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    [Rule("MQTT-4.4.0-1")]
    public void A_session_with_much_in_flight_can_always_be_gone_on_with()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 1000, MaxInFlightBytes = 1000 });
        TestClient subscriber = broker.Connect("s", cleanSession: false);
        subscriber.Subscribed("a", 1);
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", new string('x', 900), qos: 1, id: 1);
        publisher.Publish("a", new string('y', 5000), qos: 1, id: 2);
        publisher.Publish("a", "z", qos: 1, id: 3);
        Assert.Equal(2, subscriber.Received().Count);
        for (int i = 0; i < 2; i++)
        {
            subscriber.Lose();
            subscriber = broker.Open();
            subscriber.Connect("s", cleanSession: false);
            Assert.Null(subscriber.End);
            Assert.Equal(3, subscriber.Received().Count);
        }

        subscriber.PubAck(1);
        subscriber.PubAck(2);
        Assert.Equal(["PUBLISH 3 qos1 a=z"], subscriber.Received());
        Assert.Equal(0, broker.Statistics.TooSlow);
    }

    [Fact]
    public void A_client_that_is_back_and_only_asks_is_still_disconnected()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 1000, MaxInFlightBytes = 1000 });
        TestClient slow = broker.Connect("s", cleanSession: false);
        slow.Subscribed("a", 1);
        broker.Connect("p").Publish("a", new string('y', 5000), qos: 1, id: 2);
        slow.Lose();
        slow = broker.Open();
        slow.TakesBytes = false;
        slow.Connect("s", cleanSession: false);
        for (int i = 0; i < 1001; i++) slow.Send("c0 00");
        Assert.Equal(MqttConnectionEnd.TooSlow, slow.End);
    }

    [Theory]
    [InlineData(UserA, UserA, "CONNACK 0 present")]
    [InlineData(AnonymousC, AnonymousC, "CONNACK 0 present")]
    [InlineData(UserA, UserB, "CONNACK 0", true)]
    [InlineData(UserA, AnonymousC, "CONNACK 0", true)]
    [InlineData(AnonymousC, UserB, "CONNACK 0", true)]
    [Rule("MQTT-3.2.2-3")]
    public void A_kept_session_is_its_users_alone(string first, string second, string expected, bool shares = false)
    {
        var broker = new TestBroker(callbacks: new BrokerCallbacks { SharesClientIds = shares });
        TestClient client = broker.Open();
        client.Send(first);
        client.Subscribe(1, ("secret", 1));
        client.Lose();
        broker.Connect("p").Publish("secret", "x", qos: 1, id: 1);

        TestClient next = broker.Open();
        next.Send(second);
        List<string> got = next.Received();
        Assert.Equal(expected, got[0]);
        Assert.Equal(expected.EndsWith("present", StringComparison.Ordinal) ? 2 : 1, got.Count);
        Assert.Equal(got.Count - 1, broker.Core.Messages.InUse);
        Assert.Equal(got.Count - 1, broker.Core.Subscriptions.Count);
    }
}
