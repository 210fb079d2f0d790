// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Sessions;

public class ClientSessionTests
{
    private const QualityOfService Qos0 = QualityOfService.AtMostOnce;
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Qos2 = QualityOfService.ExactlyOnce;

    private readonly SessionFixture client = new();

    [Fact]
    [Rule("MQTT-3.1.0-1")]
    public void CONNECT_is_first_and_nothing_else_is_sent_before_CONNACK()
    {
        Assert.Throws<InvalidOperationException>(() => client.Publish("a", Qos0));
        client.SendConnect();
        Assert.Equal(["CONNECT"], client.Sent());
        Assert.Throws<InvalidOperationException>(() => client.Publish("a", Qos0));
        Assert.Throws<InvalidOperationException>(() => client.Subscribe("a"));
        Assert.Throws<InvalidOperationException>(() => client.SendConnect()); // one CONNECT a connection
        Assert.Empty(client.Sent());
        Assert.Equal(["Connected"], client.Receive(new ConnAckPacket()));
        Assert.True(client.Session.IsConnected);
    }

    [Fact]
    [Rule("MQTT-3.2.0-1", "MQTT-4.8.0-1")]
    public void Anything_but_CONNACK_first_ends_the_connection()
    {
        client.SendConnect();
        Assert.Equal(["Violation MQTT-3.2.0-1"], client.Receive(new PingRespPacket()));
        Assert.Empty(client.Receive(new ConnAckPacket())); // nothing that follows counts
        Assert.False(client.Session.IsConnected);
    }

    [Fact]
    public void A_second_CONNACK_ends_the_connection()
    {
        client.Connect();
        Assert.Equal(["Violation 3.2"], client.Receive(new ConnAckPacket()));
    }

    [Fact]
    [Rule("MQTT-3.2.2-1")]
    public void Session_present_after_clean_session_is_a_violation()
    {
        client.SendConnect(clean: true);
        Assert.Equal(["Violation MQTT-3.2.2-1"], client.Receive(new ConnAckPacket { SessionPresent = true }));
    }

    [Theory]
    [InlineData(ConnectReturnCode.UnacceptableProtocolVersion)]
    [InlineData(ConnectReturnCode.IdentifierRejected)]
    [InlineData(ConnectReturnCode.ServerUnavailable)]
    [InlineData(ConnectReturnCode.BadUserNameOrPassword)]
    [InlineData(ConnectReturnCode.NotAuthorized)]
    public void A_refusal_ends_the_connection_and_keeps_the_session(ConnectReturnCode code)
    {
        client.Connect(clean: false);
        client.Publish("a", Qos1);
        client.Session.ConnectionLost();
        client.SendConnect(clean: false);
        client.Sent();

        Assert.Equal([$"Refused {code}"], client.Receive(new ConnAckPacket { ReturnCode = code }));
        Assert.False(client.Session.IsConnected);
        Assert.Empty(client.ReceivePublish("a", Qos0));
        Assert.Equal(1, client.Session.InFlight);
    }

    [Fact]
    [Rule("MQTT-4.3.1-1", "MQTT-2.3.1-5")]
    public void QoS_0_is_sent_and_forgotten()
    {
        client.Connect();
        Assert.Equal(0, client.Publish("a", Qos0));
        Assert.Equal(["PUBLISH 0 qos0 a"], client.Sent());
        Assert.Equal(0, client.Session.InFlight);
    }

    [Fact]
    [Rule("MQTT-4.3.2-1", "MQTT-2.3.1-2", "MQTT-2.3.1-3")]
    public void QoS_1_is_delivered_by_PUBACK()
    {
        client.Connect();
        ushort id = client.Publish("a", Qos1);
        Assert.NotEqual(id, client.Publish("b", Qos1));
        Assert.Equal([$"Delivered {id}"], client.Receive(new PubAckPacket { PacketId = id }));
        Assert.Equal(1, client.Session.InFlight);
        Assert.Empty(client.Receive(new PubAckPacket { PacketId = id })); // once more: late, and nothing
    }

    [Fact]
    [Rule("MQTT-4.3.3-1", "MQTT-4.6.0-4", "MQTT-2.3.1-6")]
    public void QoS_2_is_delivered_by_PUBCOMP_and_PUBRELs_follow_their_PUBRECs()
    {
        client.Connect();
        ushort a = client.Publish("a", Qos2);
        ushort b = client.Publish("b", Qos2);
        client.Sent();
        Assert.Empty(client.Receive(new PubRecPacket { PacketId = b }));
        Assert.Empty(client.Receive(new PubRecPacket { PacketId = a }));
        Assert.Equal([$"PUBREL {b}", $"PUBREL {a}"], client.Sent());
        Assert.Equal([$"Delivered {a}"], client.Receive(new PubCompPacket { PacketId = a }));
        Assert.Equal([$"Delivered {b}"], client.Receive(new PubCompPacket { PacketId = b }));
        Assert.Equal(0, client.Session.InFlight);
    }

    [Fact]
    [Rule("MQTT-4.8.0-1", "MQTT-4.3.3-1")]
    public void The_wrong_acknowledgement_ends_the_connection()
    {
        client.Connect();
        ushort id = client.Publish("a", Qos1);
        Assert.Equal(["Violation MQTT-4.3.3-1"], client.Receive(new PubRecPacket { PacketId = id }));
    }

    [Fact]
    public void Publishing_waits_at_the_in_flight_limit_and_identifiers_are_not_reused()
    {
        var limited = new SessionFixture(inFlightLimit: 2);
        limited.Connect();
        ushort first = limited.Publish("a", Qos1);
        limited.Publish("b", Qos2);
        Assert.False(limited.Session.CanPublish);
        Assert.True(limited.Session.CanSubscribe);
        Assert.Throws<InvalidOperationException>(() => limited.Publish("c", Qos1));
        limited.Receive(new PubAckPacket { PacketId = first });
        Assert.True(limited.Session.CanPublish);
    }

    [Fact]
    [Rule("MQTT-2.3.1-2", "MQTT-2.3.1-3")]
    public void All_identifiers_can_be_in_use_and_none_is_given_twice()
    {
        var full = new SessionFixture(inFlightLimit: 65535);
        full.Connect();
        var ids = new HashSet<ushort>();
        for (int i = 0; i < 65535; i++) Assert.True(ids.Add(full.Publish("a", Qos1)));
        Assert.False(full.Session.CanPublish);
        Assert.False(full.Session.CanSubscribe);
        full.Receive(new PubAckPacket { PacketId = 4711 });
        Assert.Equal(4711, full.Publish("b", Qos2));
    }

    [Fact]
    [Rule("MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-3.1.2-4", "MQTT-4.1.0-1", "MQTT-3.3.1-1")]
    public void A_kept_session_sends_again_what_is_not_acknowledged()
    {
        client.Connect(clean: false);
        ushort a = client.Publish("a", Qos1);
        ushort b = client.Publish("b", Qos2);
        ushort c = client.Publish("c", Qos2);
        ushort d = client.Publish("d", Qos1);
        client.Receive(new PubRecPacket { PacketId = c });
        client.Receive(new PubAckPacket { PacketId = a });
        client.Session.ConnectionLost();
        client.SendConnect(clean: false);
        client.Sent();

        Assert.Equal(["Connected present"], client.Receive(new ConnAckPacket { SessionPresent = true }));
        Assert.Equal([$"PUBREL {c}", $"PUBLISH {b} qos2 dup b", $"PUBLISH {d} qos1 dup d"], client.Sent());
    }

    [Fact]
    public void A_lost_session_is_told_and_nothing_is_sent_again()
    {
        client.Connect(clean: false);
        client.Publish("a", Qos1);
        client.ReceivePublish("b", Qos2, 7);
        client.Session.ConnectionLost();
        client.SendConnect(clean: false);
        client.Sent();

        Assert.Equal(["Connected lost"], client.Receive(new ConnAckPacket { SessionPresent = false }));
        Assert.Empty(client.Sent());
        Assert.Equal(0, client.Session.InFlight);
        Assert.Equal(1, client.Publish("c", Qos1));
        Assert.Equal(["Message b qos2"], client.ReceivePublish("b", Qos2, 7)); // a new session: a new message
    }

    [Fact]
    [Rule("MQTT-3.1.2-6")]
    public void A_clean_session_ends_with_its_connection()
    {
        client.Connect(clean: true);
        client.Publish("a", Qos2);
        client.ReceivePublish("b", Qos2, 7);
        client.Session.ConnectionLost();
        Assert.Equal(0, client.Session.InFlight);
        client.SendConnect(clean: true);
        client.Sent();
        Assert.Equal(["Connected"], client.Receive(new ConnAckPacket()));
        Assert.Empty(client.Sent());
        Assert.Equal(["Message b qos2"], client.ReceivePublish("b", Qos2, 7));
    }

    [Fact]
    [Rule("MQTT-3.1.2-6")]
    public void Clean_session_drops_the_session_that_was_kept()
    {
        client.Connect(clean: false);
        client.Publish("a", Qos1);
        client.Session.ConnectionLost();
        client.Connect(clean: true);
        Assert.Empty(client.Sent());
        Assert.Equal(0, client.Session.InFlight);
    }

    [Fact]
    [Rule("MQTT-4.1.0-2")]
    public void The_session_lives_while_its_connection_does()
    {
        client.Connect(clean: true);
        ushort id = client.Publish("a", Qos2);
        client.Receive(new PubRecPacket { PacketId = id });
        Assert.Equal(1, client.Session.InFlight);
        Assert.Equal([$"Delivered {id}"], client.Receive(new PubCompPacket { PacketId = id }));
    }

    [Fact]
    public void A_message_that_no_packet_can_carry_is_not_kept()
    {
        client.Connect();
        byte[] payload = new byte[FixedHeader.MaxRemainingLength - 4];
        Assert.Throws<ArgumentException>(() => client.Session.Publish("a"u8, payload, Qos1, retain: false, client.Output));
        Assert.Equal(0, client.Session.InFlight);
        Assert.Empty(client.Sent());
    }

    [Fact]
    [Rule("MQTT-3.14.4-1", "MQTT-3.14.4-2")]
    public void Nothing_is_sent_after_DISCONNECT()
    {
        client.Connect(keepAlive: 1);
        client.ReceivePublish("a", Qos1, 7);
        client.Session.Disconnect(client.Output);
        Assert.Equal(["DISCONNECT"], client.Sent());
        client.Acknowledge(0);
        client.Session.Tick(TimeSpan.FromDays(1), client.Output);
        Assert.Empty(client.ReceivePublish("b", Qos2, 8));
        Assert.Empty(client.Receive(new PubRelPacket { PacketId = 9 }));
        Assert.Throws<InvalidOperationException>(() => client.Publish("a", Qos0));
        Assert.Throws<InvalidOperationException>(() => client.Session.Ping(client.Output));
        Assert.Empty(client.Sent());
        Assert.Null(client.Session.NextDeadline);
    }

    [Fact]
    [Rule("MQTT-4.8.0-2")]
    public void A_packet_above_the_limit_is_refused_by_its_header()
    {
        var small = new SessionFixture(maximumPacketLength: 100);
        small.Connect();
        Assert.Equal(["Violation MQTT-4.8.0-2"], small.Receive(ByteText.Parse("30 7F")));
    }

    [Fact]
    public void Packets_are_taken_wherever_the_stream_is_cut()
    {
        byte[] stream = ByteText.Parse("20 02 00 00  30 04 00 01 'a' 'x'  32 06 00 01 'b' 00 07 'x'  D0 00  30 03 00 01 'c'");
        var whole = new SessionFixture();
        whole.SendConnect();
        List<string> expected = whole.Receive(stream);
        Assert.Equal(["Connected", "Message a qos0", "Message b qos1", "Pong", "Message c qos0"], expected);

        for (int cut = 0; cut <= stream.Length; cut++)
        {
            var session = new SessionFixture();
            session.SendConnect();
            var events = new List<string>();
            ReadOnlySpan<byte> rest = stream.AsSpan(0, cut);
            while (session.Session.TryReceive(ref rest, default, session.Output, out SessionEvent happened)) events.Add(happened.Kind.ToString());
            rest = stream.AsSpan(cut - rest.Length);
            while (session.Session.TryReceive(ref rest, default, session.Output, out SessionEvent happened)) events.Add(happened.Kind.ToString());
            Assert.Equal(["Connected", "Message", "Message", "Pong", "Message"], events);
        }
    }
}
