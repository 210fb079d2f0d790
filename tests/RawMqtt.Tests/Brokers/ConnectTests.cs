// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Brokers;

/// <summary>CONNECT and its answer, 3.1 and 3.2.</summary>
public class ConnectTests
{
    private readonly TestBroker broker = new();

    public static TheoryData<string> BrokenConnects =>
        new(PacketVectors.All.Where(v => v.Sender == MqttRole.Client && v.Rule is not null && v.Bytes[0] >> 4 == 1).Select(v => v.Name));

    [Fact]
    [Rule("MQTT-3.1.4-4", "MQTT-3.2.2-1", "MQTT-3.2.0-1")]
    public void A_new_client_is_accepted_without_a_session()
    {
        TestClient client = broker.Open();
        client.Send("10 0d | 00 04 'MQTT' 04 02 00 3c | 00 01 'c'");

        Assert.Equal([0x20, 0x02, 0x00, 0x00], client.ReceivedBytes());
        Assert.Null(client.End);
    }

    [Fact]
    [Rule("MQTT-3.1.0-1", "MQTT-4.8.0-1")]
    public void The_first_packet_must_be_Connect_and_one_byte_is_enough_to_tell()
    {
        foreach (byte first in new byte[] { 0x30, 0x82, 0xC0, 0xE0, 0x20, 0xF0, 0x00 })
        {
            TestClient client = broker.Open();
            client.Send([first]);

            Assert.Equal(MqttConnectionEnd.ProtocolViolation, client.End);
            Assert.Equal("MQTT-3.1.0-1", client.Rule);
            Assert.Empty(client.Received());
        }
    }

    [Fact]
    [Rule("MQTT-3.1.0-2")]
    public void A_second_Connect_ends_the_connection()
    {
        TestClient client = broker.Connect("c");
        client.Connect("c");

        Assert.Equal("MQTT-3.1.0-2", client.Rule);
        Assert.Equal(MqttConnectionEnd.ProtocolViolation, client.End);
        Assert.Empty(client.Received());
    }

    [Theory]
    [MemberData(nameof(BrokenConnects))]
    [Rule("MQTT-3.1.4-1", "MQTT-3.1.2-1", "MQTT-3.1.2-3", "MQTT-3.2.2-6", "MQTT-3.1.3-4", "MQTT-3.1.3-8", "MQTT-3.1.2-2", "MQTT-3.2.2-5", "MQTT-3.2.2-4")]
    public void A_broken_Connect_is_answered_by_silence_but_for_two(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        TestClient client = broker.Open();
        client.Send(vector.Bytes);

        Assert.NotNull(client.End);
        Assert.Equal(vector.Rule, client.Rule);
        string[] expected = vector.Rule switch
        {
            "MQTT-3.1.2-1" when vector.Bytes.AsSpan().IndexOf("MQIsdp"u8) >= 0 => ["CONNACK 1"],
            "MQTT-3.1.2-2" => ["CONNACK 1"],
            "MQTT-3.1.3-7" or "MQTT-3.1.3-8" => ["CONNACK 2"],
            _ => [],
        };
        Assert.Equal(expected, client.Received());
    }

    [Theory]
    [InlineData(3, "MQIsdp")]
    [InlineData(5, "MQTT")]
    [InlineData(3, "MQTT")]
    [Rule("MQTT-3.1.2-1", "MQTT-3.1.2-2")]
    public void Other_versions_get_return_code_1(int level, string name)
    {
        TestClient client = broker.Open();
        client.Send($"10 {name.Length + 9:x2} | 00 {name.Length:x2} '{name}' {level:x2} 02 00 3c | 00 01 'c'");

        Assert.Equal(["CONNACK 1"], client.Received());
        Assert.Equal(MqttConnectionEnd.Refused, client.End);
    }

    [Fact]
    [Rule("MQTT-3.1.4-5", "MQTT-3.2.2-5")]
    public void Nothing_behind_a_refused_Connect_is_acted_on()
    {
        TestClient watcher = broker.Connect("w");
        watcher.Subscribed("#");
        TestClient client = broker.Open();
        client.Send("10 0c | 00 04 'MQTT' 04 00 00 3c | 00 00 | 30 04 00 01 'a' 'x' | c0 00");

        Assert.Equal(["CONNACK 2"], client.Received());
        client.Send("30 04 00 01 'a' 'x'");
        Assert.Empty(client.Received());
        Assert.Empty(watcher.Received());
    }

    [Fact]
    public void Packets_before_the_answer_to_Connect_are_taken()
    {
        TestClient client = broker.Open();
        client.Send("10 0d | 00 04 'MQTT' 04 02 00 3c | 00 01 'c' | 82 06 00 01 | 00 01 'a' 00 | 30 04 00 01 'a' 'x' | c0 00");

        Assert.Equal(["CONNACK 0", "SUBACK 1: 0", "PUBLISH qos0 a=x", "PINGRESP"], client.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.3-5", "MQTT-3.1.3-3", "MQTT-3.1.3-2")]
    public void Client_identifiers_of_every_allowed_character_and_length_are_accepted()
    {
        const string All = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for (int length = 1; length <= 23; length++) broker.Connect(string.Concat(Enumerable.Range(0, length).Select(i => All[(i + length * 7) % All.Length])));
        broker.Connect(new string('x', 65535));
        broker.Connect("geräte/№ 1 ☂");

        Assert.Equal(25, broker.Core.Sessions.Count);
    }

    [Fact]
    [Rule("MQTT-3.1.3-6")]
    public void A_client_without_identifier_gets_one_of_its_own()
    {
        TestClient first = broker.Connect();
        TestClient second = broker.Connect();

        Assert.Null(first.End);
        Assert.Null(second.End);
        Assert.Equal(2, broker.Core.Sessions.All.Select(s => Convert.ToHexString(s.ClientId)).Distinct().Count());
    }

    [Fact]
    [Rule("MQTT-3.1.4-2")]
    public void The_same_client_once_more_ends_the_older_connection()
    {
        TestClient older = broker.Connect("c");
        TestClient newer = broker.Connect("c");

        Assert.Equal(MqttConnectionEnd.TakenOver, older.End);
        Assert.Null(newer.End);
        older.Send("c0 00");
        Assert.Empty(older.Received());
        newer.Send("c0 00");
        Assert.Equal(["PINGRESP"], newer.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.4-2", "MQTT-3.2.2-2", "MQTT-4.1.0-2")]
    public void A_session_goes_over_to_the_newer_connection()
    {
        TestClient older = broker.Connect("c", cleanSession: false);
        older.Subscribed("a", 1);
        TestClient newer = broker.Open();
        newer.Connect("c", cleanSession: false);

        Assert.Equal(["CONNACK 0 present"], newer.Received());
        broker.Connect("p").Publish("a", "x", qos: 1, id: 1);
        Assert.Equal(["PUBLISH 1 qos1 a=x"], newer.Received());
        Assert.Empty(older.Received());
    }

    [Fact]
    [Rule("MQTT-3.2.2-2", "MQTT-3.2.2-3", "MQTT-3.1.2-4")]
    public void A_kept_session_is_present_even_without_subscriptions()
    {
        TestClient client = broker.Open();
        client.Connect("c", cleanSession: false);
        Assert.Equal(["CONNACK 0"], client.Received());
        client.Disconnect();

        client = broker.Open();
        client.Connect("c", cleanSession: false);
        Assert.Equal(["CONNACK 0 present"], client.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-6", "MQTT-3.2.2-1", "MQTT-3.1.4-3")]
    public void Clean_session_discards_what_was_kept_and_leaves_nothing()
    {
        TestClient client = broker.Connect("c", cleanSession: false);
        client.Subscribed("a", 1);
        client.Lose();
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", "kept", qos: 1, id: 1);

        client = broker.Open();
        client.Connect("c", cleanSession: true);
        Assert.Equal(["CONNACK 0"], client.Received());
        publisher.Publish("a", "later", qos: 1, id: 2);
        Assert.Empty(client.Received());
        client.Subscribed("b", 1);
        client.Lose();

        client = broker.Open();
        client.Connect("c", cleanSession: false);
        Assert.Equal(["CONNACK 0"], client.Received());
        publisher.Publish("b", "x", qos: 1, id: 3);
        Assert.Empty(client.Received());
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    public void A_Connect_that_does_not_come_in_time_ends_the_connection()
    {
        TestClient silent = broker.Open();
        TestClient half = broker.Open();
        half.Send("10 0d | 00 04 4d 51");
        broker.Pass(TimeSpan.FromSeconds(9.9));
        Assert.Null(silent.End);

        broker.Pass(TimeSpan.FromSeconds(0.1));
        Assert.Equal(MqttConnectionEnd.NoConnect, silent.End);
        Assert.Equal(MqttConnectionEnd.NoConnect, half.End);
        Assert.Equal(2, broker.Statistics.ConnectTimeouts);
    }

    [Theory]
    [InlineData(10, 14.5, 15.0)]
    [InlineData(1, 1.25, 1.5)]
    [InlineData(65535, 98302.0, 98302.5)]
    [Rule("MQTT-3.1.2-24")]
    public void Silence_of_one_and_a_half_keep_alives_ends_the_connection(ushort keepAlive, double alive, double over)
    {
        TestClient client = broker.Connect("c", keepAlive: keepAlive);
        broker.Pass(TimeSpan.FromSeconds(alive));
        Assert.Null(client.End);
        broker.Pass(TimeSpan.FromSeconds(over - alive));

        Assert.Equal(MqttConnectionEnd.KeepAliveExpired, client.End);
        Assert.Equal("MQTT-3.1.2-24", client.Rule);
    }

    [Fact]
    [Rule("MQTT-3.1.2-24", "MQTT-3.12.4-1")]
    public void Any_packet_is_a_sign_of_life_and_keep_alive_0_needs_none()
    {
        TestClient client = broker.Connect("c", keepAlive: 10);
        TestClient halting = broker.Connect("h", keepAlive: 10);
        TestClient free = broker.Connect("f", keepAlive: 0);
        for (int i = 0; i < 5; i++)
        {
            broker.Pass(TimeSpan.FromSeconds(14));
            client.Send(i % 2 == 0 ? "c0 00" : "30 04 00 01 'a' 'x'");
            halting.Send(i == 0 ? "30 7f 00" : "61");
        }

        Assert.Null(client.End);
        Assert.Null(free.End);
        Assert.Equal(["PINGRESP", "PINGRESP", "PINGRESP"], client.Received());
        Assert.Equal(MqttConnectionEnd.TooSlow, halting.End); // bytes of a packet that makes no progress do not help for long
    }

    [Fact]
    public void Byte_by_byte_and_all_at_once_come_to_the_same()
    {
        byte[] bytes = ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 3c | 00 01 'c' | 82 06 00 01 | 00 01 'a' 02 | 34 06 00 01 'a' 00 05 'x' | c0 00");
        TestClient whole = broker.Open();
        whole.Send(bytes);
        byte[] expected = whole.ReceivedBytes();
        whole.Disconnect();

        TestClient cut = broker.Open();
        foreach (byte b in bytes) cut.Send([b]);
        Assert.Equal(expected, cut.ReceivedBytes());
    }
}
