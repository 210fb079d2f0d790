// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Benchmarks.Codec;

/// <summary>The benchmarks of this folder in turns: <c>dotnet run -c Release --project benchmarks/RawMqtt.Benchmarks -- side-by-side codec</c>.</summary>
internal static class CodecSideBySide
{
    public static void Run()
    {
        var mixed = new DecodeMixed();
        SideBySide.Run("64 KiB of mixed small packets, a packet",
        [
            new("RawMqtt, all rules", mixed.RawMqtt, Samples.MixedCount),
            new("floor: spans, no rules", mixed.FloorWithoutRules, Samples.MixedCount),
            new("floor: spans, Utf8.IsValid on topics", mixed.FloorWithUtf8, Samples.MixedCount),
            new("loop over the bytes, one by one", mixed.LoopOverBytes, Samples.MixedCount),
            new("MQTTnet", mixed.MqttNet, Samples.MixedCount),
        ]);

        foreach (OnePublish publish in (OnePublish[])
        [
            new() { PayloadLength = 16 },
            new() { PayloadLength = 1024 },
            new() { PayloadLength = 16, Topic = Samples.LongTopic },
            new() { PayloadLength = 16, Topic = Samples.TopicBeyondAscii },
            new() { PayloadLength = 16, Qos = QualityOfService.ExactlyOnce },
        ])
        {
            publish.Setup();
            SideBySide.Run($"PUBLISH of {publish.PayloadLength} bytes under {publish.Topic}, QoS {(int)publish.Qos}",
            [
                new("decode", publish.Decode, OnePublish.Times),
                new("decode, MQTTnet", publish.DecodeMqttNet, OnePublish.Times),
                new("encode", publish.Encode, OnePublish.Times),
                new("encode, MQTTnet (payload left apart)", publish.EncodeMqttNet, OnePublish.Times),
            ]);
        }

        foreach (PacketType type in Enum.GetValues<PacketType>())
        {
            var packet = new EachPacket { Packet = type };
            packet.Setup();
            bool isList = type is PacketType.Subscribe or PacketType.Unsubscribe; // whose filters SubscriptionList.Read and FilterList.Read check
            SideBySide.Run($"{type}",
            [
                new("decode", packet.Decode, EachPacket.Times),
                new("decode, MQTTnet", packet.DecodeMqttNet, EachPacket.Times),
                new(isList ? "check + encode" : "encode", packet.Encode, EachPacket.Times),
                new("encode, MQTTnet", packet.EncodeMqttNet, EachPacket.Times),
            ]);
        }
    }
}
