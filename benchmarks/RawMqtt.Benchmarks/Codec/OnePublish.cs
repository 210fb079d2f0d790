// SPDX-License-Identifier: MIT

using System.Text;
using BenchmarkDotNet.Attributes;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Formatter.V3;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using RawMqtt.Codec;

namespace RawMqtt.Benchmarks.Codec;

/// <summary>One PUBLISH, again and again: under topics that take one look, a loop, and a decoding of UTF-8.</summary>
[MemoryDiagnoser]
public class OnePublish
{
    internal const int Times = 1000;

    private readonly byte[] destination = new byte[1100];
    private byte[] topic = [];
    private byte[] payload = [];
    private byte[] bytes = [];
    private readonly MqttV3PacketFormatter mqttNet = new(new MqttBufferWriter(4096, 65_535), MqttProtocolVersion.V311);
    private MqttPublishPacket mqttNetPacket = new();

    [Params(16, 1024)]
    public int PayloadLength { get; set; }

    [Params(Samples.TopicText, Samples.LongTopic, Samples.TopicBeyondAscii)]
    public string Topic { get; set; } = Samples.TopicText;

    [Params(QualityOfService.AtMostOnce, QualityOfService.ExactlyOnce)]
    public QualityOfService Qos { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        payload = [.. Enumerable.Repeat((byte)'x', PayloadLength)];
        topic = Encoding.UTF8.GetBytes(Topic);
        bytes = Samples.Written(new PublishPacket { Topic = topic, Payload = payload, Qos = Qos, PacketId = 311 });
        mqttNetPacket = new MqttPublishPacket
        {
            Topic = Topic,
            PayloadSegment = payload,
            QualityOfServiceLevel = (MqttQualityOfServiceLevel)Qos,
            PacketIdentifier = Qos > 0 ? (ushort)311 : (ushort)0
        };
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int Decode()
    {
        int sum = 0;
        for (int i = 0; i < Times; i++)
        {
            var reader = new PacketReader(bytes, MqttRole.Client);
            reader.Read();
            if (!PublishPacket.TryRead(reader.Header, reader.Body, out PublishPacket packet, out _)) throw new InvalidOperationException();
            sum += packet.Topic.Length + packet.Payload.Length;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int Encode()
    {
        int sum = 0;
        for (int i = 0; i < Times; i++)
        {
            var packet = new PublishPacket { Topic = topic, Payload = payload, Qos = Qos, PacketId = 311 };
            sum += packet.Write(destination);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int DecodeMqttNet()
    {
        int sum = 0;
        for (int i = 0; i < Times; i++)
        {
            int header = bytes[1] < 0x80 ? 2 : 3;
            var packet = (MqttPublishPacket)mqttNet.Decode(
                new ReceivedMqttPacket(bytes[0], new ArraySegment<byte>(bytes, header, bytes.Length - header), bytes.Length));
            sum += packet.PacketIdentifier;
        }

        return sum;
    }

    /// <summary>MQTTnet writes the header and leaves the payload a segment of its own.</summary>
    [Benchmark(OperationsPerInvoke = Times)]
    public int EncodeMqttNet()
    {
        int sum = 0;
        for (int i = 0; i < Times; i++) sum += mqttNet.Encode(mqttNetPacket).Length;
        return sum;
    }
}
