// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Benchmarks.Codec;

/// <summary>The packets that are measured.</summary>
internal static class Samples
{
    /// <summary>What <see cref="MixedStream"/> holds: 64 KiB of packets of 32 bytes on average.</summary>
    public const int MixedCount = 2048;

    public const string TopicText = "sensors/room4/window"; // 20 bytes
    public const string LongTopic = "company/site-2/building-7/floor-3/room-4/window"; // 47 bytes
    public const string TopicBeyondAscii = "датчики/окно"; // 23 bytes

    public static readonly byte[] Topic = Encoding.UTF8.GetBytes(TopicText);
    public static readonly byte[] Payload = "{\"open\":false,1}"u8.ToArray(); // 16 bytes

    /// <summary>What a busy client sends, in an order that no branch predictor knows: PUBLISH at each QoS with topics and payloads
    /// of several lengths, acknowledgements of both flows, and now and then a PINGREQ.</summary>
    public static byte[] MixedStream { get; } = MakeMixedStream();

    public static byte[] Written<TPacket>(TPacket packet)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        return bytes;
    }

    private static byte[] MakeMixedStream()
    {
        byte[][] topics = ["a/b"u8.ToArray(), "home/door"u8.ToArray(), "home/kitchen"u8.ToArray(), Topic, "plant/line-2/press/oil"u8.ToArray(),
            "company/site/building/floor/room"u8.ToArray()];
        var random = new Random(311);
        var stream = new ArrayBufferWriter<byte>();
        for (int i = 0; i < MixedCount; i++)
        {
            ushort packetId = (ushort)random.Next(1, 65_536);
            byte[] topic = topics[random.Next(topics.Length)];
            ReadOnlySpan<byte> payload = MixedPayload[..random.Next(8, 33)];
            switch (random.Next(20))
            {
                case < 11: stream.Write(new PublishPacket { Topic = topic, Payload = payload }); break;
                case < 14: stream.Write(new PublishPacket { Topic = topic, Payload = payload, Qos = QualityOfService.AtLeastOnce, PacketId = packetId }); break;
                case < 15:
                    stream.Write(
                    new PublishPacket { Topic = topic, Payload = payload, Qos = QualityOfService.ExactlyOnce, PacketId = packetId, Retain = true }); break;
                case < 16: stream.Write(new PubAckPacket { PacketId = packetId }); break;
                case < 17: stream.Write(new PubRecPacket { PacketId = packetId }); break;
                case < 18: stream.Write(new PubRelPacket { PacketId = packetId }); break;
                case < 19: stream.Write(new PubCompPacket { PacketId = packetId }); break;
                default: stream.Write(default(PingReqPacket)); break;
            }
        }

        return stream.WrittenSpan.ToArray();
    }

    private static ReadOnlySpan<byte> MixedPayload => "{\"temperature\":21.5,\"state\":true}"u8;
}
