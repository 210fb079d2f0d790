// SPDX-License-Identifier: MIT

using System.Buffers;
using BenchmarkDotNet.Attributes;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Formatter.V3;
using MQTTnet.Packets;
using RawMqtt.Codec;

namespace RawMqtt.Benchmarks.Codec;

/// <summary>Each packet type, found in the bytes, read and written, again and again.</summary>
[MemoryDiagnoser]
public class EachPacket
{
    internal const int Times = 1000;

    private readonly byte[] destination = new byte[256];
    private readonly MqttV3PacketFormatter mqttNet = new(new MqttBufferWriter(4096, 65_535), MqttProtocolVersion.V311);
    private byte[] bytes = [];
    private byte[] subscriptions = [];
    private byte[] filters = [];
    private MqttRole sender;
    private MqttPacket mqttNetPacket = new MqttPingReqPacket();

    [ParamsAllValues]
    public PacketType Packet { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var payload = new ArrayBufferWriter<byte>();
        SubscriptionList.Write(payload, new Subscription { Filter = "sensors/+/window"u8, Qos = QualityOfService.AtLeastOnce });
        subscriptions = payload.WrittenSpan.ToArray();
        payload.Clear();
        FilterList.Write(payload, "sensors/+/window"u8);
        filters = payload.WrittenSpan.ToArray();

        bytes = destination[..Write()].ToArray();
        sender = Packet is PacketType.ConnAck or PacketType.SubAck or PacketType.UnsubAck or PacketType.PingResp ? MqttRole.Server : MqttRole.Client;
        mqttNetPacket = mqttNet.Decode(new ReceivedMqttPacket(bytes[0], new ArraySegment<byte>(bytes, 2, bytes.Length - 2), bytes.Length));
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int Decode()
    {
        int sum = 0;
        for (int i = 0; i < Times; i++)
        {
            var reader = new PacketReader(bytes, sender);
            if (reader.Read() != OperationStatus.Done) throw new InvalidOperationException();
            sum += Read(reader.Header, reader.Body);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int Encode()
    {
        int sum = 0;
        for (int i = 0; i < Times; i++) sum += Write();
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int DecodeMqttNet()
    {
        int sum = 0;
        for (int i = 0; i < Times; i++)
        {
            MqttPacket packet = mqttNet.Decode(new ReceivedMqttPacket(bytes[0], new ArraySegment<byte>(bytes, 2, bytes.Length - 2), bytes.Length));
            if (packet is MqttPublishPacket) sum++;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int EncodeMqttNet()
    {
        int sum = 0;
        for (int i = 0; i < Times; i++) sum += mqttNet.Encode(mqttNetPacket).Length;
        return sum;
    }

    private static int Read(FixedHeader header, ReadOnlySpan<byte> body) => header.Type switch
    {
        PacketType.Connect => Connect(body),
        PacketType.ConnAck => ConnAck(body),
        PacketType.Publish => Publish(header, body),
        PacketType.PubAck => PubAck(body),
        PacketType.PubRec => PubRec(body),
        PacketType.PubRel => PubRel(body),
        PacketType.PubComp => PubComp(body),
        PacketType.Subscribe => Subscribe(body),
        PacketType.SubAck => SubAck(body),
        PacketType.Unsubscribe => Unsubscribe(body),
        PacketType.UnsubAck => UnsubAck(body),
        PacketType.PingReq => PingReq(body),
        PacketType.PingResp => PingResp(body),
        _ => Disconnect(body),
    };

    private static int Connect(ReadOnlySpan<byte> body) => ConnectPacket.TryRead(body, out ConnectPacket packet, out _) ? packet.ClientId.Length : -1;

    private static int ConnAck(ReadOnlySpan<byte> body) => ConnAckPacket.TryRead(body, out ConnAckPacket packet, out _) ? (int)packet.ReturnCode : -1;

    private static int Publish(FixedHeader header, ReadOnlySpan<byte> body) =>
        PublishPacket.TryRead(header, body, out PublishPacket packet, out _) ? packet.Topic.Length : -1;

    private static int PubAck(ReadOnlySpan<byte> body) => PubAckPacket.TryRead(body, out PubAckPacket packet, out _) ? packet.PacketId : -1;

    private static int PubRec(ReadOnlySpan<byte> body) => PubRecPacket.TryRead(body, out PubRecPacket packet, out _) ? packet.PacketId : -1;

    private static int PubRel(ReadOnlySpan<byte> body) => PubRelPacket.TryRead(body, out PubRelPacket packet, out _) ? packet.PacketId : -1;

    private static int PubComp(ReadOnlySpan<byte> body) => PubCompPacket.TryRead(body, out PubCompPacket packet, out _) ? packet.PacketId : -1;

    private static int Subscribe(ReadOnlySpan<byte> body) => SubscribePacket.TryRead(body, out SubscribePacket packet, out _) ? packet.PacketId : -1;

    private static int SubAck(ReadOnlySpan<byte> body) => SubAckPacket.TryRead(body, out SubAckPacket packet, out _) ? packet.ReturnCodes.Length : -1;

    private static int Unsubscribe(ReadOnlySpan<byte> body) => UnsubscribePacket.TryRead(body, out UnsubscribePacket packet, out _) ? packet.PacketId : -1;

    private static int UnsubAck(ReadOnlySpan<byte> body) => UnsubAckPacket.TryRead(body, out UnsubAckPacket packet, out _) ? packet.PacketId : -1;

    private static int PingReq(ReadOnlySpan<byte> body) => PingReqPacket.TryRead(body, out _, out _) ? 1 : -1;

    private static int PingResp(ReadOnlySpan<byte> body) => PingRespPacket.TryRead(body, out _, out _) ? 1 : -1;

    private static int Disconnect(ReadOnlySpan<byte> body) => DisconnectPacket.TryRead(body, out _, out _) ? 1 : -1;

    private int Write() => Packet switch
    {
        PacketType.Connect => new ConnectPacket
        {
            ClientId = "sensor-0042"u8,
            CleanSession = true,
            KeepAlive = 60,
            HasUserName = true,
            UserName = "room4"u8,
            HasPassword = true,
            Password = "secret"u8
        }.Write(destination),
        PacketType.ConnAck => new ConnAckPacket { SessionPresent = true }.Write(destination),
        PacketType.Publish =>
            new PublishPacket { Topic = Samples.Topic, Payload = Samples.Payload, Qos = QualityOfService.AtLeastOnce, PacketId = 311 }.Write(destination),
        PacketType.PubAck => new PubAckPacket { PacketId = 311 }.Write(destination),
        PacketType.PubRec => new PubRecPacket { PacketId = 311 }.Write(destination),
        PacketType.PubRel => new PubRelPacket { PacketId = 311 }.Write(destination),
        PacketType.PubComp => new PubCompPacket { PacketId = 311 }.Write(destination),
        PacketType.Subscribe => new SubscribePacket { PacketId = 311, Subscriptions = SubscriptionList.Read(subscriptions) }.Write(destination),
        PacketType.SubAck => new SubAckPacket { PacketId = 311, ReturnCodes = [1] }.Write(destination),
        PacketType.Unsubscribe => new UnsubscribePacket { PacketId = 311, Filters = FilterList.Read(filters) }.Write(destination),
        PacketType.UnsubAck => new UnsubAckPacket { PacketId = 311 }.Write(destination),
        PacketType.PingReq => default(PingReqPacket).Write(destination),
        PacketType.PingResp => default(PingRespPacket).Write(destination),
        _ => default(DisconnectPacket).Write(destination),
    };
}
