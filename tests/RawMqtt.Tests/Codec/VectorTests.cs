// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Codec;

/// <summary>Each packet of the table: whole, cut at every index, byte by byte, and with another packet behind it. The rules it proves stand in its
/// row.</summary>
public class VectorTests
{
    private static readonly byte[] Next = [0x40, 0x02, 0x00, 0x07]; // a PUBACK: flows both ways

    public static TheoryData<string> Names => new(PacketVectors.All.Select(vector => vector.Name));

    /// <summary>Byte by byte takes the square of the length; Cut_at_every_index reads the long ones.</summary>
    public static TheoryData<string> ShortNames => new(PacketVectors.All.Where(vector => vector.Bytes.Length <= 1000).Select(vector => vector.Name));

    public static TheoryData<string> ValidNames => new(PacketVectors.Valid.Select(vector => vector.Name));

    [Fact]
    public void Names_are_unique_and_every_packet_is_there()
    {
        Assert.Equal(PacketVectors.All.Count(), PacketVectors.All.Select(vector => vector.Name).Distinct().Count());
        Assert.Equal(Enum.GetValues<PacketType>(), PacketVectors.Valid.Select(vector => (PacketType)(vector.Bytes[0] >> 4)).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Whole(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        var stream = Receiver.Of(vector.Sender, vector.Bytes);

        Assert.Equal(vector.Rule, stream.Violation?.Rule);
        Assert.Equal(vector.Rule is null ? 1 : 0, stream.Packets.Count);
        Assert.Equal(vector.Rule is null ? 0 : vector.Bytes.Length, stream.Waiting);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void With_the_next_packet_behind(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        var stream = Receiver.Of(vector.Sender, [.. vector.Bytes, .. Next]);

        Assert.Equal(vector.Rule, stream.Violation?.Rule);
        Assert.Equal(vector.Rule is null ? 2 : 0, stream.Packets.Count);
        Assert.Equal(vector.Rule is null ? 0 : vector.Bytes.Length + Next.Length, stream.Waiting);
        if (vector.Rule is null) Assert.Equal("PUBACK id=7", stream.Packets[1].Text);
    }

    /// <summary>Every index of the first and the last thousand. A beginning is incomplete and uses up nothing, or is broken already by the rule that breaks the
    /// whole; what is needed is known as soon as the length is.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Cut_at_every_index(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        int headerLength = HeaderLengthOf(vector);
        using var guarded = new GuardedBytes(vector.Bytes);
        for (int i = 0; i < vector.Bytes.Length; i += i < 1000 || i >= vector.Bytes.Length - 1000 ? 1 : Math.Min(997, vector.Bytes.Length - 1000 - i))
        {
            guarded.Replace(vector.Bytes.AsSpan(0, i));
            var reader = new PacketReader(guarded.Span, vector.Sender);
            OperationStatus status = reader.Read();

            Assert.Equal(0, reader.Consumed);
            Assert.True(reader.Body.IsEmpty);
            if (status == OperationStatus.InvalidData)
            {
                Assert.Equal(vector.Rule, reader.Violation!.Rule);
            }
            else
            {
                Assert.Equal(OperationStatus.NeedMoreData, status);
                Assert.Null(reader.Violation);
                Assert.Equal(i < headerLength ? 0 : vector.Bytes.Length, reader.Header.PacketLength);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ShortNames))]
    public void Byte_by_byte(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        var stream = new Receiver(vector.Sender);
        foreach (byte b in vector.Bytes) stream.Receive([b]);

        Assert.Equal(vector.Rule, stream.Violation?.Rule);
        Assert.Equal(Receiver.Of(vector.Sender, vector.Bytes).Packets, stream.Packets);
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Written_again_it_is_the_same(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        ReceivedPacket packet = Assert.Single(Receiver.Of(vector.Sender, vector.Bytes).Packets);

        if (vector.HasShortestLength) Assert.Equal(vector.Bytes, packet.Rewritten);
        else Assert.Equal(packet, Assert.Single(Receiver.Of(vector.Sender, packet.Rewritten).Packets));
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void From_the_other_end_it_is_the_same_or_refused(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        MqttRole otherEnd = vector.Sender == MqttRole.Client ? MqttRole.Server : MqttRole.Client;
        var stream = Receiver.Of(otherEnd, vector.Bytes);

        bool flowsBothWays = (PacketType)(vector.Bytes[0] >> 4) is PacketType.Publish or PacketType.PubAck or PacketType.PubRec
            or PacketType.PubRel or PacketType.PubComp;
        if (flowsBothWays) Assert.Equal(Receiver.Of(vector.Sender, vector.Bytes).Packets, stream.Packets);
        else Assert.Equal(ProtocolViolation.WrongDirection, stream.Violation);
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Above_the_limit_it_is_refused_by_its_header_alone(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        var reader = new PacketReader(vector.Bytes.AsSpan(0, HeaderLengthOf(vector)), vector.Sender, vector.Bytes.Length - 1);

        Assert.Equal(OperationStatus.InvalidData, reader.Read());
        Assert.Equal(ProtocolViolation.PacketTooLarge, reader.Violation);
        Assert.Equal(0, reader.Consumed);
    }

    private static int HeaderLengthOf(PacketVector vector) => 1 + vector.Bytes.Skip(1).TakeWhile(b => b >= 0x80).Count() + 1;
}
