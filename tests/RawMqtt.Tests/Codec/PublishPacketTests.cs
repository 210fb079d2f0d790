// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class PublishPacketTests
{
    [Fact]
    [Rule("MQTT-3.3.2-1")]
    public void Example_of_the_specification()
    {
        // 3.3.2.3: topic a/b, packet identifier 10.
        byte[] bytes = [0x32, 0x08, 0x00, 0x03, 0x61, 0x2F, 0x62, 0x00, 0x0A, 0x21];
        var reader = new PacketReader(bytes, MqttRole.Client);
        Assert.Equal(OperationStatus.Done, reader.Read());
        Assert.True(PublishPacket.TryRead(reader.Header, reader.Body, out PublishPacket packet, out _));
        Assert.Equal("a/b"u8, packet.Topic);
        Assert.Equal(10, packet.PacketId);
        Assert.Equal("!"u8, packet.Payload);
        Assert.Equal((QualityOfService.AtLeastOnce, false, false), (packet.Qos, packet.Duplicate, packet.Retain));
    }

    [Fact]
    [Rule("MQTT-2.3.1-5", "MQTT-4.3.1-1")]
    public void At_QoS_0_the_payload_begins_behind_the_topic()
    {
        byte[] written = new byte[8];
        int length = new PublishPacket { Topic = "a"u8, Payload = "hi"u8, PacketId = 7 }.Write(written);
        Assert.Equal([0x30, 0x05, 0x00, 0x01, (byte)'a', (byte)'h', (byte)'i'], written[..length]);
    }

    [Fact]
    public void Views_point_into_the_bytes_that_were_read()
    {
        byte[] bytes = [0x30, 0x05, 0x00, 0x01, (byte)'a', (byte)'h', (byte)'i'];
        var reader = new PacketReader(bytes, MqttRole.Client);
        Assert.Equal(OperationStatus.Done, reader.Read());
        Assert.True(PublishPacket.TryRead(reader.Header, reader.Body, out PublishPacket packet, out _));
        Assert.True(packet.Topic == bytes.AsSpan(4, 1));
        Assert.True(packet.Payload == bytes.AsSpan(5, 2));
    }

    [Fact]
    [Rule("MQTT-2.3.1-1", "MQTT-3.3.1-2", "MQTT-3.3.1-4")]
    public void Flags_that_break_a_rule_are_not_written()
    {
        Refusal.Of(ProtocolViolation.ReservedQos, () => new PublishPacket { Topic = "a"u8, PacketId = 1, Qos = (QualityOfService)3 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.ReservedQos, () => new PublishPacket { Topic = "a"u8, PacketId = 1, Qos = (QualityOfService)255 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.DuplicateAtQos0, () => new PublishPacket { Topic = "a"u8, Duplicate = true }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.MissingPacketId, () => new PublishPacket { Topic = "a"u8, Qos = QualityOfService.AtLeastOnce }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.MissingPacketId, () => new PublishPacket { Topic = "a"u8, Qos = QualityOfService.ExactlyOnce }.Write(new byte[99]));
    }

    [Fact]
    [Rule("MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-3.3.2-1", "MQTT-3.3.2-2", "MQTT-4.7.1-1", "MQTT-4.7.3-1", "MQTT-4.7.3-2", "MQTT-4.7.3-3")]
    public void Topics_that_break_a_rule_are_not_written()
    {
        Refusal.Of(ProtocolViolation.EmptyTopic, () => default(PublishPacket).Write(new byte[99]));
        Refusal.Of(ProtocolViolation.WildcardInPublish, () => new PublishPacket { Topic = "a/+"u8 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.WildcardInPublish, () => new PublishPacket { Topic = "sport/tennis/player/#"u8 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.NullCharacter, () => new PublishPacket { Topic = "a\0"u8 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.IllFormedUtf8, () => new PublishPacket { Topic = [0xC0, 0x80] }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.TopicTooLong, () => new PublishPacket { Topic = new byte[65_536] }.Write(new byte[99_999]));
    }

    [Fact]
    public void A_payload_that_no_length_can_say_is_not_written()
    {
        byte[] payload = new byte[FixedHeader.MaxRemainingLength - 2];
        Refusal.Of("2.2.3", () => new PublishPacket { Topic = "a"u8, Payload = payload }.Length);
        Refusal.Of("2.2.3", () => new PublishPacket { Topic = "a"u8, Payload = payload }.Write([]));
        Assert.Equal(FixedHeader.MaxRemainingLength + 5, new PublishPacket { Topic = "a"u8, Payload = payload.AsSpan(1) }.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(124)]
    [InlineData(125)]
    [InlineData(16_380)]
    [InlineData(16_381)]
    [InlineData(2_097_148)]
    [InlineData(2_097_149)]
    public void Writes_no_byte_beyond_its_length(int payloadLength)
    {
        byte[] payload = [.. Enumerable.Range(0, payloadLength).Select(i => (byte)(i & 0xFF))];
        for (int topicLength = 1; topicLength <= 70; topicLength += payloadLength > 1000 ? 23 : 1)
        {
            byte[] topic = [.. Enumerable.Range(0, topicLength).Select(i => (byte)('0' + i))]; // 0 to u: no wildcard
            var packet = new PublishPacket { Topic = topic, Payload = payload };
            byte[] destination = [.. Enumerable.Repeat((byte)0xEE, packet.Length + 40)];
            int length = packet.Write(destination);

            Assert.Equal(packet.Length, length);
            Assert.True(destination.AsSpan(length).IndexOfAnyExcept((byte)0xEE) < 0);
            Assert.Equal(topic, destination.AsSpan(length - payloadLength - topicLength, topicLength));
            Assert.True(destination.AsSpan(length - payloadLength, payloadLength).SequenceEqual(payload));

            using var exact = new GuardedBytes(new byte[length]);
            Assert.Equal(length, packet.Write(exact.Span));
            Assert.True(exact.Span.SequenceEqual(destination.AsSpan(0, length)));
        }
    }

#if DEBUG
    [Fact]
    public void A_destination_that_overlaps_the_packet_is_found_in_a_debug_build()
    {
        byte[] bytes = [.. "topic and payload and room for the header"u8];
        Exception? found = Record.Exception(() => new PublishPacket { Topic = bytes.AsSpan(2, 5), Payload = "hi"u8 }.Write(bytes));
        Assert.Contains("overlaps", found?.Message, StringComparison.Ordinal);
        found = Record.Exception(() => new PublishPacket { Topic = "a"u8, Payload = bytes.AsSpan(4, 3) }.Write(bytes));
        Assert.Contains("overlaps", found?.Message, StringComparison.Ordinal);
    }
#endif

    [Fact]
    public void A_destination_that_is_too_short_is_refused_and_left_alone()
    {
        byte[] destination = new byte[6];
        Refusal.Of("too short", () => new PublishPacket { Topic = "a"u8, Payload = "hi"u8 }.Write(destination));
        Assert.Equal(new byte[6], destination);
    }
}
