// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class SubAckPacketTests
{
    [Fact]
    [Rule("MQTT-2.2.2-1", "MQTT-3.9.3-1", "MQTT-3.9.3-2")]
    public void Return_codes_stay_in_their_order()
    {
        var packet = new SubAckPacket { PacketId = 10, ReturnCodes = [2, SubAckPacket.Failure, 0, 1] };
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        Assert.Equal("9006000A02800001", Convert.ToHexString(bytes));

        Assert.True(SubAckPacket.TryRead(bytes.AsSpan(2), out SubAckPacket read, out _));
        Assert.Equal(10, read.PacketId);
        Assert.Equal([2, 0x80, 0, 1], read.ReturnCodes.ToArray());
    }

    [Fact]
    [Rule("MQTT-2.3.1-1", "MQTT-3.8.4-5", "MQTT-3.9.3-2")]
    public void A_packet_that_breaks_a_rule_is_not_written()
    {
        Refusal.Of(ProtocolViolation.ReturnCodeCount, () => new SubAckPacket { PacketId = 1 }.Write(new byte[9]));
        Refusal.Of(ProtocolViolation.ReservedSubAckReturnCode, () => new SubAckPacket { PacketId = 1, ReturnCodes = [0, 3] }.Write(new byte[9]));
        Refusal.Of(ProtocolViolation.MissingPacketId, () => new SubAckPacket { ReturnCodes = [0] }.Write(new byte[9]));
    }

    [Fact]
    public void Every_return_code_but_four_is_reserved()
    {
        for (int code = 0; code <= 0xFF; code++)
        {
            Assert.Equal(code is 0 or 1 or 2 or 0x80, SubAckPacket.TryRead([0, 1, (byte)code], out _, out ProtocolViolation? violation));
            Assert.True(violation is null || violation == ProtocolViolation.ReservedSubAckReturnCode);
        }
    }
}
