// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Simulation;

/// <summary>Packets in words, for the trace of a failing world.</summary>
internal static class PacketWords
{
    public static IEnumerable<string> Describe(ReadOnlySpan<byte> packets, MqttRole sender)
    {
        var words = new List<string>();
        var reader = new PacketReader(packets, sender);
        while (reader.Read() == OperationStatus.Done) words.Add(Describe(reader.Header, reader.Body));
        if (reader.Consumed < packets.Length) words.Add($"and {packets.Length - reader.Consumed} bytes of a packet");
        return words;
    }

    private static string Describe(FixedHeader header, ReadOnlySpan<byte> body)
    {
        string name = header.Type.ToString().ToUpperInvariant();
        if (header.Type == PacketType.Publish && PublishPacket.TryRead(header, body, out PublishPacket publish, out _))
        {
            return $"{name} qos{(int)publish.Qos} id{publish.PacketId}{(publish.Duplicate ? " dup" : "")} {Encoding.UTF8.GetString(publish.Topic)} "
                + $"{Encoding.UTF8.GetString(publish.Payload)}";
        }

        if (header.Type == PacketType.Connect && ConnectPacket.TryRead(body, out ConnectPacket connect, out _))
            return $"{name} {Encoding.UTF8.GetString(connect.ClientId)}{(connect.CleanSession ? " clean" : "")}";
        if (header.Type == PacketType.ConnAck) return $"{name}{(body[0] == 1 ? " session present" : "")} {body[1]}";
        return body.Length >= 2 ? $"{name} id{body[0] << 8 | body[1]}" : name;
    }
}
