// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Sessions;

/// <summary>SUBSCRIBE and UNSUBSCRIBE of a client session: their answers, and what becomes of them when the connection ends.</summary>
public class ClientSubscribeTests
{
    private const QualityOfService Qos0 = QualityOfService.AtMostOnce;
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Qos2 = QualityOfService.ExactlyOnce;

    private readonly SessionFixture client = new();

    [Fact]
    [Rule("MQTT-2.3.1-7", "MQTT-3.8.4-2")]
    public void SUBACK_answers_its_SUBSCRIBE()
    {
        client.Connect();
        ushort id = client.Subscribe("a", "b/#");
        ushort other = client.Unsubscribe("c");
        Assert.NotEqual(id, other);
        Assert.Equal([$"Unsubscribed {other}"], client.Receive(new UnsubAckPacket { PacketId = other }));
        Assert.Equal([$"Subscribed {id} [0 128]"], client.Receive(new SubAckPacket { PacketId = id, ReturnCodes = [0, 0x80] }));
        Assert.Empty(client.Receive(new SubAckPacket { PacketId = id, ReturnCodes = [0, 0] })); // late, and nothing
    }

    [Fact]
    [Rule("MQTT-3.8.4-5")]
    public void SUBACK_has_one_code_for_each_filter()
    {
        client.Connect();
        ushort id = client.Subscribe("a", "b");
        Assert.Equal(["Violation MQTT-3.8.4-5"], client.Receive(new SubAckPacket { PacketId = id, ReturnCodes = [0] }));
    }

    [Fact]
    public void A_SUBSCRIBE_ends_with_its_connection()
    {
        client.Connect(clean: false);
        ushort id = client.Subscribe("a");
        client.Session.ConnectionLost();
        client.Connect(clean: false, sessionPresent: true);
        Assert.Empty(client.Sent());
        Assert.Empty(client.Receive(new SubAckPacket { PacketId = id, ReturnCodes = [0] }));
    }

    [Fact]
    public void What_a_SUBSCRIBE_asked_for_is_forgotten_with_its_connection()
    {
        client.Connect(clean: false);
        ushort id = client.Subscribe("a", "b");
        client.Session.ConnectionLost();
        client.Connect(clean: false, sessionPresent: true);
        Assert.Empty(client.Receive(new SubAckPacket { PacketId = id, ReturnCodes = [0] })); // late, and no longer compared with what was asked
        Assert.True(client.Session.IsConnected);
    }

    [Fact]
    public void The_identifiers_of_SUBSCRIBE_and_UNSUBSCRIBE_are_free_again_after_their_connection()
    {
        var full = new SessionFixture(inFlightLimit: 65535);
        full.Connect(clean: false);
        full.Subscribe("a");
        full.Unsubscribe("b");
        full.Session.ConnectionLost();
        full.Connect(clean: false, sessionPresent: true);
        var ids = new HashSet<ushort>();
        for (int i = 0; i < 65535; i++) Assert.True(ids.Add(full.Publish("a", Qos1)));
        Assert.False(full.Session.CanPublish);
    }
}
