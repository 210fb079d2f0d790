// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Codec;

public class ConnectPacketTests
{
    [Fact]
    [Rule("MQTT-3.1.2-9", "MQTT-3.1.2-19", "MQTT-3.1.2-21", "MQTT-3.1.3-1")]
    public void Fields_come_in_the_order_of_the_payload()
    {
        byte[] bytes = PacketVectors.Named("CONNECT: all fields").Bytes;
        Assert.True(ConnectPacket.TryRead(bytes.AsSpan(2), out ConnectPacket packet, out ProtocolViolation? violation));
        Assert.Null(violation);
        Assert.Equal("a"u8, packet.ClientId);
        Assert.True(packet.CleanSession);
        Assert.Equal(60, packet.KeepAlive);
        Assert.True(packet.HasWill);
        Assert.Equal("w/1"u8, packet.WillTopic);
        Assert.Equal("by"u8, packet.WillMessage);
        Assert.Equal(QualityOfService.ExactlyOnce, packet.WillQos);
        Assert.True(packet.WillRetain);
        Assert.True(packet.HasUserName);
        Assert.Equal("u"u8, packet.UserName);
        Assert.True(packet.HasPassword);
        Assert.Equal("p"u8, packet.Password);
    }

    [Fact]
    [Rule("MQTT-3.1.2-11", "MQTT-3.1.2-18", "MQTT-3.1.2-20")]
    public void A_flag_of_0_leaves_its_field_out()
    {
        byte[] bytes = PacketVectors.Named("CONNECT: stored session").Bytes;
        Assert.True(ConnectPacket.TryRead(bytes.AsSpan(2), out ConnectPacket packet, out _));
        Assert.False(packet.CleanSession || packet.HasWill || packet.WillRetain || packet.HasUserName || packet.HasPassword);
        Assert.Equal(QualityOfService.AtMostOnce, packet.WillQos);
        Assert.True(packet.WillTopic.IsEmpty && packet.WillMessage.IsEmpty && packet.UserName.IsEmpty && packet.Password.IsEmpty);
    }

    [Fact]
    [Rule("MQTT-3.1.2-11", "MQTT-3.1.2-13", "MQTT-3.1.2-14", "MQTT-3.1.2-15")]
    public void Will_that_breaks_a_rule_is_not_written()
    {
        Refusal.Of(ProtocolViolation.WillFieldsWithoutWill, () => new ConnectPacket { CleanSession = true, WillTopic = "w"u8 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.WillFieldsWithoutWill, () => new ConnectPacket { CleanSession = true, WillMessage = "w"u8 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.WillQosWithoutWill,
            () => new ConnectPacket { CleanSession = true, WillQos = QualityOfService.AtLeastOnce }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.WillRetainWithoutWill, () => new ConnectPacket { CleanSession = true, WillRetain = true }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.ReservedWillQos,
            () => new ConnectPacket { CleanSession = true, HasWill = true, WillTopic = "w"u8, WillQos = (QualityOfService)3 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.EmptyTopic, () => new ConnectPacket { CleanSession = true, HasWill = true }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.WildcardInTopicName,
            () => new ConnectPacket { CleanSession = true, HasWill = true, WillTopic = "w/#"u8 }.Write(new byte[99]));
    }

    [Fact]
    [Rule("MQTT-3.1.2-18", "MQTT-3.1.2-20", "MQTT-3.1.2-22", "MQTT-3.1.3-7")]
    public void Identity_that_breaks_a_rule_is_not_written()
    {
        Refusal.Of(ProtocolViolation.EmptyClientIdWithSession, () => new ConnectPacket().Write(new byte[99]));
        Refusal.Of(ProtocolViolation.UserNameWithoutFlag, () => new ConnectPacket { CleanSession = true, UserName = "u"u8 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.PasswordWithoutFlag,
            () => new ConnectPacket { CleanSession = true, HasUserName = true, Password = "p"u8 }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.PasswordWithoutUserName, () => new ConnectPacket { CleanSession = true, HasPassword = true }.Write(new byte[99]));
    }

    [Fact]
    [Rule("MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-3.1.3-4", "MQTT-3.1.3-10", "MQTT-3.1.3-11")]
    public void Text_that_breaks_a_rule_is_not_written()
    {
        Refusal.Of(ProtocolViolation.IllFormedUtf8, () => new ConnectPacket { CleanSession = true, ClientId = [0xFF] }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.NullCharacter, () => new ConnectPacket { CleanSession = true, ClientId = [0] }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.IllFormedUtf8, () => new ConnectPacket { CleanSession = true, HasWill = true, WillTopic = [0xFF] }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.IllFormedUtf8, () => new ConnectPacket { CleanSession = true, HasUserName = true, UserName = [0xFF] }.Write(new byte[99]));
        Refusal.Of(ProtocolViolation.NullCharacter, () => new ConnectPacket { CleanSession = true, HasUserName = true, UserName = [0] }.Write(new byte[99]));
    }

    [Fact]
    public void Fields_of_more_than_65535_bytes_are_not_written()
    {
        byte[] large = new byte[65_536];
        byte[] text = [.. Enumerable.Repeat((byte)'a', 65_536)];
        byte[] destination = new byte[200_000];
        Refusal.Of("65535", () => new ConnectPacket { ClientId = text }.Write(destination));
        Refusal.Of("65535", () => new ConnectPacket { CleanSession = true, HasWill = true, WillTopic = "w"u8, WillMessage = large }.Write(destination));
        Refusal.Of("65535", () => new ConnectPacket { CleanSession = true, HasUserName = true, UserName = text }.Write(destination));
        Refusal.Of("65535", () => new ConnectPacket { CleanSession = true, HasUserName = true, HasPassword = true, Password = large }.Write(destination));
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused()
    {
        var packet = new ConnectPacket { ClientId = "abc"u8 };
        byte[] exact = new byte[packet.Length];
        Assert.Equal(exact.Length, packet.Write(exact));
        Refusal.Of("too short", () => new ConnectPacket { ClientId = "abc"u8 }.Write(new byte[exact.Length - 1]));

        var output = new ArrayBufferWriter<byte>();
        output.Write(packet);
        Assert.Equal(exact, output.WrittenSpan);
    }
}
