// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class FixedHeaderTests
{
    /// <summary>Tables 2.1 and 2.2, as the specification prints them: type, flow, flags.</summary>
    private static readonly (PacketType Type, bool FromClient, bool FromServer, int? Flags)[] Table =
    [
        (PacketType.Connect, true, false, 0b0000),
        (PacketType.ConnAck, false, true, 0b0000),
        (PacketType.Publish, true, true, null),
        (PacketType.PubAck, true, true, 0b0000),
        (PacketType.PubRec, true, true, 0b0000),
        (PacketType.PubRel, true, true, 0b0010),
        (PacketType.PubComp, true, true, 0b0000),
        (PacketType.Subscribe, true, false, 0b0010),
        (PacketType.SubAck, false, true, 0b0000),
        (PacketType.Unsubscribe, true, false, 0b0010),
        (PacketType.UnsubAck, false, true, 0b0000),
        (PacketType.PingReq, true, false, 0b0000),
        (PacketType.PingResp, false, true, 0b0000),
        (PacketType.Disconnect, true, false, 0b0000),
    ];

    [Theory]
    [InlineData(MqttRole.Client)]
    [InlineData(MqttRole.Server)]
    [Rule("MQTT-2.2.2-2", "MQTT-3.3.1-2", "MQTT-3.3.1-4", "MQTT-3.6.1-1", "MQTT-3.8.1-1", "MQTT-3.10.1-1", "MQTT-3.14.1-1")]
    public void First_byte_is_judged_by_the_tables(MqttRole sender)
    {
        for (int first = 0; first <= 0xFF; first++)
        {
            OperationStatus status = FixedHeader.TryRead([(byte)first, 0], sender, out FixedHeader header, out ProtocolViolation? violation);
            string? rule = RuleBrokenBy(first, sender);

            Assert.Equal(rule, violation?.Rule);
            Assert.Equal(rule is null ? OperationStatus.Done : OperationStatus.InvalidData, status);
            Assert.Equal(rule is null ? first >> 4 : 0, (int)header.Type);
            Assert.Equal(rule is null ? first & 0xF : 0, header.Flags);
            Assert.Equal(status == OperationStatus.Done ? OperationStatus.NeedMoreData : status, FixedHeader.TryRead([(byte)first], sender, out _, out _));
        }
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7F")]
    [InlineData(128, "8001")]
    [InlineData(16_383, "FF7F")]
    [InlineData(16_384, "808001")]
    [InlineData(2_097_151, "FFFF7F")]
    [InlineData(2_097_152, "80808001")]
    [InlineData(268_435_455, "FFFFFF7F")]
    public void Remaining_length_as_table_2_4_has_it(int length, string bytes)
    {
        byte[] input = [0x30, .. Convert.FromHexString(bytes)];
        Assert.Equal(OperationStatus.Done, FixedHeader.TryRead(input, MqttRole.Client, out FixedHeader header, out _));
        Assert.Equal((length, input.Length, input.Length + length), (header.RemainingLength, header.Length, header.PacketLength));

        byte[] written = new byte[5];
        Assert.Equal(input.Length, FixedHeader.Write(written, PacketType.Publish, 0, length));
        Assert.Equal(input, written[..input.Length]);
        Assert.Equal(input.Length + length, FixedHeader.PacketLengthFor(length));
    }

    [Fact]
    public void Lengths_that_no_header_can_say_are_refused()
    {
        Refusal.Of("2.2.3", () => FixedHeader.PacketLengthFor(FixedHeader.MaxRemainingLength + 1));
        Refusal.Of("2.2.3", () => FixedHeader.PacketLengthFor(0x1_0000_0005));
    }

    /// <summary>2.2.2, with the reaction's rule where the packet has one of its own.</summary>
    private static string? RuleBrokenBy(int first, MqttRole sender)
    {
        var row = Table.SingleOrDefault(r => (int)r.Type == first >> 4);
        int flags = first & 0b1111;
        if (row.Type == 0 || !(sender == MqttRole.Client ? row.FromClient : row.FromServer)) return "2.2.1";
        if (row.Flags == flags) return null;
        return row.Type switch
        {
            PacketType.Publish when (flags & 0b0110) == 0b0110 => "MQTT-3.3.1-4",
            PacketType.Publish when flags is 0b1000 or 0b1001 => "MQTT-3.3.1-2",
            PacketType.Publish => null,
            PacketType.PubRel => "MQTT-3.6.1-1",
            PacketType.Subscribe => "MQTT-3.8.1-1",
            PacketType.Unsubscribe => "MQTT-3.10.1-1",
            PacketType.Disconnect => "MQTT-3.14.1-1",
            _ => "MQTT-2.2.2-2",
        };
    }
}
