// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Codec;

/// <summary>Reading and writing packets allocates nothing, valid or broken.</summary>
public class AllocationTests
{
    private static readonly byte[][] ValidPackets = PacketVectors.Valid.Select(vector => vector.Bytes).ToArray();
    private static readonly MqttRole[] ValidSenders = PacketVectors.Valid.Select(vector => vector.Sender).ToArray();
    private static readonly byte[][] BrokenPackets = PacketVectors.Broken.Select(vector => vector.Bytes).ToArray();
    private static readonly MqttRole[] BrokenSenders = PacketVectors.Broken.Select(vector => vector.Sender).ToArray();
    private static readonly byte[] Destination = new byte[2_200_000];
    private static readonly ArrayBufferWriter<byte> Output = new(2_200_000);

    [Fact]
    public void Valid_packets_read_and_written_again_allocate_nothing()
    {
        Assert.Equal(ValidPackets.Length, ReadAndWriteAll(ValidPackets, ValidSenders));
        Assert.Equal(0, AllocatedBy(() => ReadAndWriteAll(ValidPackets, ValidSenders)));
    }

    [Fact]
    public void Broken_packets_allocate_nothing()
    {
        Assert.Equal(0, ReadAndWriteAll(BrokenPackets, BrokenSenders));
        Assert.Equal(0, AllocatedBy(() => ReadAndWriteAll(BrokenPackets, BrokenSenders)));
    }

    [Fact]
    public void Topics_checked_and_matched_allocate_nothing() => Assert.Equal(0, AllocatedBy(() =>
    {
        TopicName.IsValid("日本/tokyo"u8, out _);
        TopicFilter.IsValid("a/+/日本/#"u8, out _);
        TopicFilter.IsValid("a/+/日本#"u8, out _);
        TopicFilter.Matches("a/+/#"u8, "a/b/c/d"u8);
    }));

    [Fact]
    public void Lists_of_filters_allocate_nothing() => Assert.Equal(0, AllocatedBy(() =>
    {
        Output.ResetWrittenCount();
        SubscriptionList.Write(Output, new Subscription { Filter = "a/#"u8 });
        FilterList.Write(Output, "a/#"u8);
    }));

    private static long AllocatedBy(Action work)
    {
        for (int i = 0; i < 3; i++) work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <returns>How many were valid.</returns>
    private static int ReadAndWriteAll(byte[][] packets, MqttRole[] senders)
    {
        int valid = 0;
        for (int i = 0; i < packets.Length; i++)
        {
            var reader = new PacketReader(packets[i], senders[i]);
            if (reader.Read() == OperationStatus.Done && ReadAndWrite(reader.Header, reader.Body) > 0) valid++;
        }

        return valid;
    }

    private static int ReadAndWrite(FixedHeader header, ReadOnlySpan<byte> body) => header.Type switch
    {
        PacketType.Connect => ConnectPacket.TryRead(body, out ConnectPacket packet, out _) ? Written(packet) : 0,
        PacketType.ConnAck => ConnAckPacket.TryRead(body, out ConnAckPacket packet, out _) ? Written(packet) : 0,
        PacketType.Publish => PublishPacket.TryRead(header, body, out PublishPacket packet, out _) ? Written(packet) : 0,
        PacketType.PubAck => PubAckPacket.TryRead(body, out PubAckPacket packet, out _) ? Written(packet) : 0,
        PacketType.PubRec => PubRecPacket.TryRead(body, out PubRecPacket packet, out _) ? Written(packet) : 0,
        PacketType.PubRel => PubRelPacket.TryRead(body, out PubRelPacket packet, out _) ? Written(packet) : 0,
        PacketType.PubComp => PubCompPacket.TryRead(body, out PubCompPacket packet, out _) ? Written(packet) : 0,
        PacketType.Subscribe => SubscribePacket.TryRead(body, out SubscribePacket packet, out _) ? Written(packet) + LengthOf(packet.Subscriptions) : 0,
        PacketType.SubAck => SubAckPacket.TryRead(body, out SubAckPacket packet, out _) ? Written(packet) : 0,
        PacketType.Unsubscribe => UnsubscribePacket.TryRead(body, out UnsubscribePacket packet, out _) ? Written(packet) + LengthOf(packet.Filters) : 0,
        PacketType.UnsubAck => UnsubAckPacket.TryRead(body, out UnsubAckPacket packet, out _) ? Written(packet) : 0,
        PacketType.PingReq => PingReqPacket.TryRead(body, out PingReqPacket packet, out _) ? Written(packet) : 0,
        PacketType.PingResp => PingRespPacket.TryRead(body, out PingRespPacket packet, out _) ? Written(packet) : 0,
        PacketType.Disconnect => DisconnectPacket.TryRead(body, out DisconnectPacket packet, out _) ? Written(packet) : 0,
        _ => 0,
    };

    private static int Written<TPacket>(TPacket packet)
        where TPacket : IControlPacket, allows ref struct
    {
        Output.ResetWrittenCount();
        Output.Write(packet);
        return packet.Write(Destination);
    }

    private static int LengthOf(SubscriptionList subscriptions)
    {
        int length = subscriptions.Count;
        foreach (Subscription subscription in subscriptions) length += subscription.Filter.Length;
        return length;
    }

    private static int LengthOf(FilterList filters)
    {
        int length = 0;
        foreach (ReadOnlySpan<byte> filter in filters) length += filter.Length;
        return length;
    }
}
