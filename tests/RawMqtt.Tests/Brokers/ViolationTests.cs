// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Brokers;

/// <summary>Each broken packet of the codec's table, sent to the broker: the connection ends with that rule, unanswered, and no other is touched.</summary>
public class ViolationTests
{
    public static TheoryData<string> Broken => new(PacketVectors.Broken.Where(v => v.Sender == MqttRole.Client && v.Bytes[0] >> 4 != 1).Select(v => v.Name));

    public static TheoryData<string> FromServers =>
        new(PacketVectors.All.Where(v => v.Sender == MqttRole.Server && v.Bytes[0] >> 4 is 2 or 9 or 11 or 13).Select(v => v.Name));

    [Theory]
    [MemberData(nameof(Broken))]
    [Rule("MQTT-4.8.0-1", "MQTT-2.2.2-2", "MQTT-2.3.1-1", "MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-3.3.1-4", "MQTT-3.3.2-2", "MQTT-3.6.1-1", "MQTT-3.8.1-1",
        "MQTT-3.8.3-1", "MQTT-3.8.3-3", "MQTT-3.8.3-4", "MQTT-3.10.1-1", "MQTT-3.10.3-1", "MQTT-3.10.3-2", "MQTT-3.14.1-1", "MQTT-4.7.1-2", "MQTT-4.7.1-3",
        "MQTT-4.7.3-1", "MQTT-4.7.3-2")]
    public void Ends_its_connection_with_its_rule(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        var broker = new TestBroker();
        TestClient watcher = broker.Connect("w");
        watcher.Subscribed("#", 2);
        TestClient client = broker.Open();
        client.Connect("c", willTopic: "will", will: "x");
        client.Received();
        client.Send([.. vector.Bytes, 0xC0, 0x00]);

        Assert.Equal(MqttConnectionEnd.ProtocolViolation, client.End);
        Assert.Equal(vector.Rule, client.Rule);
        Assert.Empty(client.Received());
        Assert.Equal(["PUBLISH qos0 will=x"], watcher.Received());
        Assert.Null(watcher.End);
        Assert.Equal(1, broker.Statistics.ProtocolViolations);
    }

    [Theory]
    [MemberData(nameof(FromServers))]
    [Rule("MQTT-4.8.0-1")]
    public void What_only_a_server_sends_ends_the_connection(string name)
    {
        var broker = new TestBroker();
        TestClient client = broker.Connect("c");
        client.Send(PacketVectors.Named(name).Bytes);

        Assert.Equal(MqttConnectionEnd.ProtocolViolation, client.End);
        Assert.Empty(client.Received());
    }

    [Fact]
    [Rule("MQTT-4.8.0-2")]
    public void A_packet_above_the_limit_is_refused_by_its_header_and_others_go_on()
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxPacketLength = 100 });
        TestClient other = broker.Connect("o");
        other.Subscribed("#");
        TestClient client = broker.Connect("c");
        client.Publish("a", new string('x', 95));
        Assert.Null(client.End);
        client.Send("30 63 00 01");

        Assert.Equal(MqttConnectionEnd.ProtocolViolation, client.End);
        Assert.Equal("MQTT-4.8.0-2", client.Rule);
        Assert.Equal(1, broker.Statistics.PacketsTooLong);
        Assert.Single(other.Received());
        other.Send("c0 00");
        Assert.Equal(["PINGRESP"], other.Received());
    }
}
