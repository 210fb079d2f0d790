// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class PacketReaderTests
{
    private static readonly byte[] Publish = [0x30, 0x05, 0x00, 0x01, (byte)'a', (byte)'h', (byte)'i'];

    [Fact]
    public void Walks_from_packet_to_packet()
    {
        var reader = new PacketReader([.. Publish, 0xC0, 0x00, .. Publish[..3]], MqttRole.Client);

        Assert.Equal(OperationStatus.Done, reader.Read());
        Assert.Equal((PacketType.Publish, 7), (reader.Header.Type, reader.Consumed));
        Assert.Equal(Publish.AsSpan(2), reader.Body);

        Assert.Equal(OperationStatus.Done, reader.Read());
        Assert.Equal((PacketType.PingReq, 9), (reader.Header.Type, reader.Consumed));
        Assert.True(reader.Body.IsEmpty);

        Assert.Equal(OperationStatus.NeedMoreData, reader.Read());
        Assert.Equal(OperationStatus.NeedMoreData, reader.Read());
        Assert.Equal((9, 7), (reader.Consumed, reader.Header.PacketLength));
        Assert.Null(reader.Violation);
    }

    [Fact]
    public void Nothing_at_all_is_incomplete()
    {
        var reader = new PacketReader([], MqttRole.Server);
        Assert.Equal(OperationStatus.NeedMoreData, reader.Read());
        Assert.Equal((0, 0), (reader.Consumed, reader.Header.PacketLength));
    }

    [Fact]
    public void A_violation_stays_where_it_is()
    {
        var reader = new PacketReader([.. Publish, 0xF0, 0x00], MqttRole.Client);
        Assert.Equal(OperationStatus.Done, reader.Read());
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(OperationStatus.InvalidData, reader.Read());
            Assert.Equal(ProtocolViolation.ReservedPacketType, reader.Violation);
            Assert.Equal(Publish.Length, reader.Consumed);
            Assert.True(reader.Body.IsEmpty);
        }
    }

    [Fact]
    public void What_is_not_whole_has_no_body()
    {
        var reader = new PacketReader([.. Publish, .. Publish[..^1]], MqttRole.Client);
        Assert.Equal(OperationStatus.Done, reader.Read());
        Assert.Equal(5, reader.Body.Length);
        Assert.Equal(OperationStatus.NeedMoreData, reader.Read());
        Assert.True(reader.Body.IsEmpty);

        reader = new PacketReader([.. Publish, 0x30, 0x06], MqttRole.Client, maximumPacketLength: Publish.Length);
        Assert.Equal(OperationStatus.Done, reader.Read());
        Assert.Equal(OperationStatus.InvalidData, reader.Read());
        Assert.True(reader.Body.IsEmpty);
    }

    [Fact]
    public void A_packet_of_exactly_the_limit_passes()
    {
        var reader = new PacketReader(Publish, MqttRole.Client, Publish.Length);
        Assert.Equal(OperationStatus.Done, reader.Read());
    }

    [Fact]
    [Rule("MQTT-4.8.0-2")]
    public void A_packet_above_the_limit_is_refused_before_its_body_comes()
    {
        var reader = new PacketReader([0x30, 0xFF, 0xFF, 0xFF, 0x7F], MqttRole.Client, 268_435_459);
        Assert.Equal(OperationStatus.InvalidData, reader.Read());
        Assert.Equal(ProtocolViolation.PacketTooLarge, reader.Violation);

        reader = new PacketReader([0x30, 0xFF, 0xFF, 0xFF, 0x7F], MqttRole.Client);
        Assert.Equal(OperationStatus.NeedMoreData, reader.Read());
        Assert.Equal(268_435_460, reader.Header.PacketLength);
    }
}
