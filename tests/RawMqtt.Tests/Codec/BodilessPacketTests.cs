// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>PINGREQ, PINGRESP and DISCONNECT: a fixed header and no more.</summary>
public class BodilessPacketTests
{
    [Fact]
    [Rule("MQTT-2.2.2-1")]
    public void Each_is_two_bytes()
    {
        byte[] bytes = new byte[2];
        Assert.Equal(2, default(PingReqPacket).Write(bytes));
        Assert.Equal([0xC0, 0x00], bytes);
        Assert.Equal(2, default(PingRespPacket).Write(bytes));
        Assert.Equal([0xD0, 0x00], bytes);
        Assert.Equal(2, default(DisconnectPacket).Write(bytes));
        Assert.Equal([0xE0, 0x00], bytes);
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused() =>
        Refusal.Of("too short", () => default(PingReqPacket).Write(new byte[1]));
}
