// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Brokers;

/// <summary>PUBLISH through the broker, 3.3.</summary>
public class PublishTests
{
    [Theory]
    [InlineData(0, 0, "PUBLISH qos0 a=x")]
    [InlineData(0, 2, "PUBLISH qos0 a=x")]
    [InlineData(1, 0, "PUBLISH qos0 a=x")]
    [InlineData(1, 1, "PUBLISH 1 qos1 a=x")]
    [InlineData(1, 2, "PUBLISH 1 qos1 a=x")]
    [InlineData(2, 0, "PUBLISH qos0 a=x")]
    [InlineData(2, 1, "PUBLISH 1 qos1 a=x")]
    [InlineData(2, 2, "PUBLISH 1 qos2 a=x")]
    [Rule("MQTT-3.8.4-6", "MQTT-4.3.1-1")]
    public void Goes_to_a_subscriber_at_the_lower_of_two_qos(int published, int granted, string expected)
    {
        var broker = new TestBroker();
        TestClient subscriber = broker.Connect("s");
        subscriber.Subscribed("a", granted);
        broker.Connect("p").Publish("a", "x", published, id: (ushort)(published > 0 ? 9 : 0));

        Assert.Equal([expected], subscriber.Received());
    }
}
