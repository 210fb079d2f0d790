// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK: a packet identifier and no more.</summary>
public class AcknowledgementTests
{
    [Fact]
    [Rule("MQTT-2.2.2-1", "MQTT-3.6.1-1")]
    public void Each_is_four_bytes()
    {
        Assert.Equal("40020102", Written(new PubAckPacket { PacketId = 0x0102 }));
        Assert.Equal("50020102", Written(new PubRecPacket { PacketId = 0x0102 }));
        Assert.Equal("62020102", Written(new PubRelPacket { PacketId = 0x0102 }));
        Assert.Equal("70020102", Written(new PubCompPacket { PacketId = 0x0102 }));
        Assert.Equal("B0020102", Written(new UnsubAckPacket { PacketId = 0x0102 }));
    }

    [Fact]
    [Rule("MQTT-2.3.1-1")]
    public void Identifier_0_is_not_written()
    {
        Refusal.Of(ProtocolViolation.MissingPacketId, () => default(PubAckPacket).Write(new byte[4]));
        Refusal.Of(ProtocolViolation.MissingPacketId, () => default(PubRecPacket).Write(new byte[4]));
        Refusal.Of(ProtocolViolation.MissingPacketId, () => default(PubRelPacket).Write(new byte[4]));
        Refusal.Of(ProtocolViolation.MissingPacketId, () => default(PubCompPacket).Write(new byte[4]));
        Refusal.Of(ProtocolViolation.MissingPacketId, () => default(UnsubAckPacket).Write(new byte[4]));
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused() =>
        Refusal.Of("too short", () => new PubAckPacket { PacketId = 1 }.Write(new byte[3]));

    private static string Written<TPacket>(TPacket packet)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] bytes = new byte[packet.Length];
        Assert.Equal(bytes.Length, packet.Write(bytes));
        return Convert.ToHexString(bytes);
    }
}
