// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>A valid packet made of random fields, as the writer wrote it.</summary>
public sealed record GeneratedPacket(MqttRole Sender, ReceivedPacket Packet)
{
    public override string ToString() => $"{Sender}: {Packet.Text} = {Convert.ToHexString(Packet.Rewritten)}";
}

/// <summary>Random valid packets for FsCheck.</summary>
public static class GeneratedPackets
{
    /// <summary>Characters that decide something, and lengths around the edges of what is read at once.</summary>
    private static readonly Gen<byte[]> Text =
        from length in Gen.Frequency((20, Gen.Choose(0, 12)), (5, Gen.Choose(13, 70)), (1, Gen.Choose(120, 140)))
        from characters in Gen.Frequency(
            (60, Gen.Elements("a", "b", "Z", "0", "/", "$", " ")),
            (5, Gen.Elements("\u0001", "\u007F", "é", "\u07FF", "\u0800", "日", "\uFEFF", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "\U0010FFFF")))
                .ArrayOf(length)
        select Encoding.UTF8.GetBytes(string.Concat(characters));

    private static readonly Gen<byte[]> NonEmptyText = Text.Where(text => text.Length > 0);

    private static readonly Gen<byte[]> Filter =
        from levels in Gen.Frequency((8, Text.Select(text => Encoding.UTF8.GetString(text))), (2, Gen.Constant("+"))).NonEmptyListOf()
        from ending in Gen.Elements("", "/#")
        let filter = Encoding.UTF8.GetBytes(string.Join('/', levels.Take(6)) + ending)
        where filter.Length > 0
        select filter;

    private static readonly Gen<byte[]> Binary =
        from length in Gen.Frequency((20, Gen.Choose(0, 20)), (3, Gen.Choose(100, 300)), (1, Gen.Choose(16_370, 16_400)))
        from seed in Gen.Choose(0, int.MaxValue)
        select RandomBytes(length, seed);

    private static readonly Gen<bool> Flag = Gen.Elements(true, false);

    private static readonly Gen<QualityOfService> Qos = Gen.Elements(Enum.GetValues<QualityOfService>());

    private static readonly Gen<ushort> PacketId = Gen.Frequency((1, Gen.Elements(1, 255, 256, 65_535)), (3, Gen.Choose(1, 65_535))).Select(id => (ushort)id);

    private static readonly Gen<MqttRole> Either = Gen.Elements(MqttRole.Client, MqttRole.Server);

    private static readonly Gen<GeneratedPacket> Connect =
        from id in Text
        from will in Gen.Zip(Flag, Gen.Zip(NonEmptyText, Gen.Zip(Binary, Gen.Zip(Qos, Flag))))
        from user in Gen.Zip(Flag, Text)
        from password in Gen.Zip(Flag, Binary)
        from clean in Flag
        from keepAlive in Gen.Choose(0, 65_535)
        select new GeneratedPacket(MqttRole.Client, ReceivedPacket.Of(new ConnectPacket
        {
            ClientId = id,
            CleanSession = clean || id.Length == 0,
            KeepAlive = (ushort)keepAlive,
            HasWill = will.Item1,
            WillTopic = will.Item1 ? will.Item2.Item1 : default,
            WillMessage = will.Item1 ? will.Item2.Item2.Item1 : default,
            WillQos = will.Item1 ? will.Item2.Item2.Item2.Item1 : default,
            WillRetain = will.Item1 && will.Item2.Item2.Item2.Item2,
            HasUserName = user.Item1,
            UserName = user.Item1 ? user.Item2 : default,
            HasPassword = user.Item1 && password.Item1,
            Password = user.Item1 && password.Item1 ? password.Item2 : default,
        }));

    private static readonly Gen<GeneratedPacket> ConnAck =
        from present in Flag
        from code in Gen.Elements(Enum.GetValues<ConnectReturnCode>())
        select new GeneratedPacket(MqttRole.Server, ReceivedPacket.Of(new ConnAckPacket { SessionPresent = present && code == 0, ReturnCode = code }));

    private static readonly Gen<GeneratedPacket> Publish =
        from sender in Either
        from topic in NonEmptyText
        from payload in Binary
        from qos in Qos
        from flags in Gen.Zip(Flag, Flag)
        from id in PacketId
        select new GeneratedPacket(sender, ReceivedPacket.Of(new PublishPacket
        {
            Topic = topic,
            Payload = payload,
            PacketId = qos > 0 ? id : (ushort)0,
            Qos = qos,
            Duplicate = qos > 0 && flags.Item1,
            Retain = flags.Item2,
        }));

    private static readonly Gen<GeneratedPacket> Acknowledgement =
        from sender in Either
        from id in PacketId
        from which in Gen.Choose(0, 3)
        select new GeneratedPacket(sender, which switch
        {
            0 => ReceivedPacket.Of(new PubAckPacket { PacketId = id }),
            1 => ReceivedPacket.Of(new PubRecPacket { PacketId = id }),
            2 => ReceivedPacket.Of(new PubRelPacket { PacketId = id }),
            _ => ReceivedPacket.Of(new PubCompPacket { PacketId = id }),
        });

    private static readonly Gen<GeneratedPacket> Subscribe =
        from id in PacketId
        from subscriptions in Gen.Zip(Filter, Qos).NonEmptyListOf()
        select new GeneratedPacket(MqttRole.Client,
            ReceivedPacket.Of(new SubscribePacket { PacketId = id, Subscriptions = SubscriptionList.Read(PayloadOf(subscriptions)) }));

    private static readonly Gen<GeneratedPacket> Unsubscribe =
        from id in PacketId
        from filters in Filter.NonEmptyListOf()
        select new GeneratedPacket(MqttRole.Client, ReceivedPacket.Of(new UnsubscribePacket { PacketId = id, Filters = FilterList.Read(PayloadOf(filters)) }));

    private static readonly Gen<GeneratedPacket> SubAck =
        from id in PacketId
        from codes in Gen.Elements<byte>(0, 1, 2, SubAckPacket.Failure).NonEmptyListOf()
        select new GeneratedPacket(MqttRole.Server, ReceivedPacket.Of(new SubAckPacket { PacketId = id, ReturnCodes = codes.ToArray() }));

    private static readonly Gen<GeneratedPacket> Simple =
        from id in PacketId
        from which in Gen.Choose(0, 3)
        select which switch
        {
            0 => new GeneratedPacket(MqttRole.Server, ReceivedPacket.Of(new UnsubAckPacket { PacketId = id })),
            1 => new GeneratedPacket(MqttRole.Client, ReceivedPacket.Of(default(PingReqPacket))),
            2 => new GeneratedPacket(MqttRole.Server, ReceivedPacket.Of(default(PingRespPacket))),
            _ => new GeneratedPacket(MqttRole.Client, ReceivedPacket.Of(default(DisconnectPacket))),
        };

    private static readonly Gen<GeneratedPacket> Any = Gen.Frequency((2, Connect), (1, ConnAck), (6, Publish), (2, Acknowledgement), (2, Subscribe),
        (1, Unsubscribe), (1, SubAck), (2, Simple));

    /// <summary>One packet.</summary>
    public static Arbitrary<GeneratedPacket> Packet() => Any.ToArbitrary();

    /// <summary>A few packets in a row, all from one end.</summary>
    public static Arbitrary<GeneratedPacket[]> Packets() => Arb.From(Row, WithoutOne);

    /// <summary>The same with one of them changed.</summary>
    public static Arbitrary<MutatedBytes> Mutated() => Arb.From(
        from packets in Row
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select new MutatedBytes(packets, seed),
        mutated => WithoutOne(mutated.Packets).Select(packets => mutated with { Packets = packets }));

    /// <summary>What looks like packets of one end.</summary>
    public static Arbitrary<LikelyBytes> Likely() =>
        (from sender in Either
         from packets in LikelyPacket(sender).NonEmptyListOf()
         select new LikelyBytes(sender, [.. packets.Take(8).SelectMany(bytes => bytes)])).ToArbitrary();

    private static readonly Gen<GeneratedPacket[]> Row =
        from sender in Either
        from packets in Any.ListOf()
        select packets.Where(packet => packet.Sender == sender).Take(8).ToArray();

    /// <summary>How a failing row becomes shorter.</summary>
    private static IEnumerable<GeneratedPacket[]> WithoutOne(GeneratedPacket[] packets) =>
        packets.Select((_, i) => packets.Where((_, j) => j != i).ToArray());

    private static readonly Gen<byte[]> Field = Gen.Frequency(
        (4, NonEmptyText.Select(Prefixed)),
        (3, PacketId.Select(id => new[] { (byte)(id >> 8), (byte)(id & 0xFF) })),
        (3, Gen.Choose(0, 3).Select(value => new[] { (byte)value })),
        (1, Filter.Select(Prefixed)),
        (1, Gen.Choose(0, 255).ArrayOf(3).Select(bytes => bytes.Select(value => (byte)value).ToArray())));

    private static Gen<byte[]> LikelyPacket(MqttRole sender) =>
        from first in Gen.Choose(0, 0xFF).Where(first => FixedHeader.TryRead([(byte)first, 0], sender, out _, out _) == OperationStatus.Done)
        from fields in Gen.Choose(0, 4).SelectMany(count => Field.ArrayOf(count))
        let body = fields.Prepend(first == 0x10 ? "\0\u0004MQTT\u0004"u8.ToArray() : []).SelectMany(bytes => bytes).ToArray()
        select (byte[])[(byte)first, .. MutatedBytes.RemainingLength(body.Length), .. body];

    private static byte[] Prefixed(byte[] text) => [(byte)(text.Length >> 8), (byte)(text.Length & 0xFF), .. text];

    private static byte[] RandomBytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] PayloadOf(IEnumerable<(byte[] Filter, QualityOfService Qos)> subscriptions)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach ((byte[] filter, QualityOfService qos) in subscriptions) SubscriptionList.Write(payload, new Subscription { Filter = filter, Qos = qos });
        return payload.WrittenSpan.ToArray();
    }

    private static byte[] PayloadOf(IEnumerable<byte[]> filters)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (byte[] filter in filters) FilterList.Write(payload, filter);
        return payload.WrittenSpan.ToArray();
    }
}
