// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class UnsubscribePacketTests
{
    [Fact]
    [Rule("MQTT-2.2.2-1", "MQTT-3.10.1-1", "MQTT-3.10.3-1")]
    public void Example_of_the_specification()
    {
        // Figure 3.30: a/b and c/d.
        var payload = new ArrayBufferWriter<byte>();
        FilterList.Write(payload, "a/b"u8);
        FilterList.Write(payload, "c/d"u8);
        var packet = new UnsubscribePacket { PacketId = 10, Filters = FilterList.Read(payload.WrittenSpan) };
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        Assert.Equal("A20C000A0003612F620003632F64", Convert.ToHexString(bytes));

        Assert.True(UnsubscribePacket.TryRead(bytes.AsSpan(2), out UnsubscribePacket read, out _));
        Assert.Equal(10, read.PacketId);
        FilterList.Enumerator filters = read.Filters.GetEnumerator();
        Assert.True(filters.MoveNext());
        Assert.Equal("a/b"u8, filters.Current);
        Assert.True(filters.MoveNext());
        Assert.Equal("c/d"u8, filters.Current);
        Assert.False(filters.MoveNext());
    }

    [Fact]
    [Rule("MQTT-2.3.1-1", "MQTT-3.10.3-1", "MQTT-3.10.3-2")]
    public void A_packet_that_breaks_a_rule_is_not_written()
    {
        Refusal.Of(ProtocolViolation.EmptyUnsubscribe, () => new UnsubscribePacket { PacketId = 1 }.Write(new byte[9]));
        Refusal.Of(ProtocolViolation.EmptyUnsubscribe, () => new UnsubscribePacket { PacketId = 1, Filters = FilterList.Read([]) }.Write(new byte[9]));
        Refusal.Of(ProtocolViolation.CutString, () => new UnsubscribePacket { PacketId = 1, Filters = FilterList.Read([0, 2, (byte)'a']) }.Write(new byte[9]));
        Refusal.Of(ProtocolViolation.MissingPacketId, () => new UnsubscribePacket { Filters = FilterList.Read([0, 1, (byte)'a']) }.Write(new byte[9]));

        var payload = new ArrayBufferWriter<byte>();
        Refusal.Of(ProtocolViolation.IllFormedUtf8, () =>
        {
            FilterList.Write(payload, [0xFF]);
            return 0;
        });
        Assert.Equal(0, payload.WrittenCount);
    }
}
