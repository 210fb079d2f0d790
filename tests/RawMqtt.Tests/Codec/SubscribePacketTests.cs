// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class SubscribePacketTests
{
    [Fact]
    [Rule("MQTT-2.2.2-1", "MQTT-3.8.1-1", "MQTT-3.8.3-1")]
    public void Example_of_the_specification()
    {
        // Figure 3.23: a/b at QoS 1 and c/d at QoS 2.
        var payload = new ArrayBufferWriter<byte>();
        SubscriptionList.Write(payload, new Subscription { Filter = "a/b"u8, Qos = QualityOfService.AtLeastOnce });
        SubscriptionList.Write(payload, new Subscription { Filter = "c/d"u8, Qos = QualityOfService.ExactlyOnce });
        var packet = new SubscribePacket { PacketId = 10, Subscriptions = SubscriptionList.Read(payload.WrittenSpan) };
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        Assert.Equal("820E000A0003612F62010003632F6402", Convert.ToHexString(bytes));

        Assert.True(SubscribePacket.TryRead(bytes.AsSpan(2), out SubscribePacket read, out _));
        Assert.Equal((10, 2), (read.PacketId, read.Subscriptions.Count));
        SubscriptionList.Enumerator subscriptions = read.Subscriptions.GetEnumerator();
        Assert.True(subscriptions.MoveNext());
        Assert.Equal("a/b"u8, subscriptions.Current.Filter);
        Assert.Equal(QualityOfService.AtLeastOnce, subscriptions.Current.Qos);
        Assert.True(subscriptions.MoveNext());
        Assert.Equal("c/d"u8, subscriptions.Current.Filter);
        Assert.Equal(QualityOfService.ExactlyOnce, subscriptions.Current.Qos);
        Assert.False(subscriptions.MoveNext());
    }

    [Fact]
    [Rule("MQTT-2.3.1-1", "MQTT-3.8.3-3")]
    public void A_packet_that_breaks_a_rule_is_not_written()
    {
        Refusal.Of(ProtocolViolation.EmptySubscribe, () => new SubscribePacket { PacketId = 1 }.Write(new byte[9]));
        Refusal.Of(ProtocolViolation.MissingPacketId,
            () => new SubscribePacket { Subscriptions = SubscriptionList.Read([0, 1, (byte)'a', 0]) }.Write(new byte[9]));
    }

    [Fact]
    [Rule("MQTT-3.8.3-1", "MQTT-3.8.3-4", "MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.3-1", "MQTT-4.7.3-3")]
    public void A_subscription_that_breaks_a_rule_is_not_written()
    {
        var payload = new ArrayBufferWriter<byte>();
        Refusal.Of(ProtocolViolation.ReservedRequestedQos, () => Write(payload, "a"u8, (QualityOfService)3));
        Refusal.Of(ProtocolViolation.EmptyTopic, () => Write(payload, default, QualityOfService.AtMostOnce));
        Refusal.Of(ProtocolViolation.MisplacedMultiLevelWildcard, () => Write(payload, "a#"u8, QualityOfService.AtMostOnce));
        Refusal.Of(ProtocolViolation.MisplacedSingleLevelWildcard, () => Write(payload, "a+"u8, QualityOfService.AtMostOnce));
        Refusal.Of(ProtocolViolation.IllFormedUtf8, () => Write(payload, [0xFF], QualityOfService.AtMostOnce));
        Refusal.Of(ProtocolViolation.TopicTooLong, () => Write(payload, new byte[65_536], QualityOfService.AtMostOnce));
        Assert.Equal(0, payload.WrittenCount);
    }

    [Fact]
    public void A_list_is_read_from_a_valid_payload_only()
    {
        Refusal.Of(ProtocolViolation.EmptySubscribe, () => SubscriptionList.Read([]).Count);
        Refusal.Of(ProtocolViolation.CutField, () => SubscriptionList.Read([0, 1, (byte)'a']).Count);
        Refusal.Of(ProtocolViolation.ReservedRequestedQos, () => SubscriptionList.Read([0, 1, (byte)'a', 3]).Count);
    }

    [Fact]
    public void A_broken_packet_has_no_subscriptions()
    {
        Assert.False(SubscribePacket.TryRead([0, 1, 0, 1, (byte)'a', 0, 0, 9], out SubscribePacket packet, out _));
        Assert.Equal(0, packet.Subscriptions.Count);
    }

    private static int Write(ArrayBufferWriter<byte> payload, ReadOnlySpan<byte> filter, QualityOfService qos)
    {
        SubscriptionList.Write(payload, new Subscription { Filter = filter, Qos = qos });
        return payload.WrittenCount;
    }
}
