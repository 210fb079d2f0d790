// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Sessions;

/// <summary>Says in words what a sender or receiver wrote.</summary>
internal static class SentPackets
{
    public static List<string> Describe(ReadOnlySpan<byte> bytes)
    {
        var described = new List<string>();
        var reader = new PacketReader(bytes, MqttRole.Client);
        while (reader.Read() == OperationStatus.Done) described.Add(Describe(reader.Header, reader.Body));
        Assert.Equal(bytes.Length, reader.Consumed);
        return described;
    }

    private static string Describe(FixedHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Type is PacketType.Connect or PacketType.PingReq or PacketType.Disconnect) return header.Type.ToString().ToUpperInvariant();
        if (header.Type != PacketType.Publish) return $"{header.Type.ToString().ToUpperInvariant()} {body[0] << 8 | body[1]}";
        Assert.True(PublishPacket.TryRead(header, body, out PublishPacket packet, out _));
        return $"PUBLISH {packet.PacketId} qos{(int)packet.Qos}{(packet.Duplicate ? " dup" : "")} {Encoding.UTF8.GetString(packet.Topic)}";
    }
}
