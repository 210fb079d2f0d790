// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using BenchmarkDotNet.Attributes;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Formatter.V3;
using MQTTnet.Packets;
using RawMqtt.Codec;

namespace RawMqtt.Benchmarks.Codec;

/// <summary>64 KiB of mixed small packets as one read brings them; times are per packet.</summary>
[MemoryDiagnoser]
public class DecodeMixed
{
    private readonly byte[] stream = Samples.MixedStream;
    private readonly MqttV3PacketFormatter mqttNet = new(new MqttBufferWriter(4096, 65_535), MqttProtocolVersion.V311);

    /// <summary>All packets, all rules.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Samples.MixedCount)]
    public int RawMqtt()
    {
        int sum = 0;
        var reader = new PacketReader(stream, MqttRole.Client);
        while (reader.Read() == OperationStatus.Done)
        {
            sum += reader.Header.Type switch
            {
                PacketType.Publish => Publish(reader.Header, reader.Body),
                PacketType.PubAck => PubAck(reader.Body),
                PacketType.PubRec => PubRec(reader.Body),
                PacketType.PubRel => PubRel(reader.Body),
                PacketType.PubComp => PubComp(reader.Body),
                PacketType.PingReq => PingReq(reader.Body),
                _ => throw new InvalidOperationException(),
            };
        }

        if (reader.Consumed != stream.Length) throw new InvalidOperationException();
        return sum;
    }

    private static int Publish(FixedHeader header, ReadOnlySpan<byte> body) =>
        PublishPacket.TryRead(header, body, out PublishPacket packet, out _) ? packet.Topic.Length + packet.PacketId + packet.Payload.Length
            : throw new InvalidOperationException();

    private static int PubAck(ReadOnlySpan<byte> body) => PubAckPacket.TryRead(body, out PubAckPacket packet, out _) ? packet.PacketId
        : throw new InvalidOperationException();

    private static int PubRec(ReadOnlySpan<byte> body) => PubRecPacket.TryRead(body, out PubRecPacket packet, out _) ? packet.PacketId
        : throw new InvalidOperationException();

    private static int PubRel(ReadOnlySpan<byte> body) => PubRelPacket.TryRead(body, out PubRelPacket packet, out _) ? packet.PacketId
        : throw new InvalidOperationException();

    private static int PubComp(ReadOnlySpan<byte> body) => PubCompPacket.TryRead(body, out PubCompPacket packet, out _) ? packet.PacketId
        : throw new InvalidOperationException();

    private static int PingReq(ReadOnlySpan<byte> body) => PingReqPacket.TryRead(body, out _, out _) ? 1 : throw new InvalidOperationException();

    /// <summary>The floor: header, lengths, identifier and payload by spans, and no rule checked but the bounds.</summary>
    [Benchmark(OperationsPerInvoke = Samples.MixedCount)]
    public int FloorWithoutRules() => Walk(stream, validate: false);

    /// <summary>The same, and each topic checked by <see cref="Utf8.IsValid"/>.</summary>
    [Benchmark(OperationsPerInvoke = Samples.MixedCount)]
    public int FloorWithUtf8() => Walk(stream, validate: true);

    /// <summary>MQTTnet's formatter, given the fixed header and the body of each packet.</summary>
    [Benchmark(OperationsPerInvoke = Samples.MixedCount)]
    public int MqttNet()
    {
        int sum = 0;
        for (int i = 0; i < stream.Length;)
        {
            int length = stream[i + 1];
            MqttPacket packet = mqttNet.Decode(new ReceivedMqttPacket(stream[i], new ArraySegment<byte>(stream, i + 2, length), 2 + length));
            sum += packet is MqttPublishPacket publish ? publish.PacketIdentifier : 1;
            i += 2 + length;
        }

        return sum;
    }

    /// <summary>The least that can be asked of a packet: that each of its bytes is looked at.</summary>
    [Benchmark(OperationsPerInvoke = Samples.MixedCount)]
    public int LoopOverBytes()
    {
        int sum = 0;
        foreach (byte b in stream) sum += b;
        return sum;
    }

    private static int Walk(ReadOnlySpan<byte> rest, bool validate)
    {
        int sum = 0;
        while (rest.Length >= 2)
        {
            int length = rest[1];
            ReadOnlySpan<byte> body = rest.Slice(2, length);
            int type = rest[0] >> 4;
            if (type == 3)
            {
                int topicLength = BinaryPrimitives.ReadUInt16BigEndian(body);
                ReadOnlySpan<byte> topic = body.Slice(2, topicLength);
                if (validate && !Utf8.IsValid(topic)) return 0;
                body = body[(2 + topicLength)..];
                int packetId = 0;
                if ((rest[0] & 0b0110) != 0)
                {
                    packetId = BinaryPrimitives.ReadUInt16BigEndian(body);
                    body = body[2..];
                }

                sum += topic.Length + packetId + body.Length;
            }
            else if (length == 2)
            {
                sum += BinaryPrimitives.ReadUInt16BigEndian(body);
            }

            rest = rest[(2 + length)..];
        }

        return sum;
    }
}
