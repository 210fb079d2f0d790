// SPDX-License-Identifier: MIT

using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>What holds for all packets and all bytes. A failing case prints its seed; <c>[Property(Replay = "...")]</c> plays it again.</summary>
[Properties(Arbitrary = [typeof(GeneratedPackets)], MaxTest = NormalRun)]
public class CodecProperties
{
    public const int NormalRun = 500;

    [Property]
    [Rule("MQTT-2.2.2-1", "MQTT-3.1.2-18", "MQTT-3.1.2-19", "MQTT-3.1.2-20", "MQTT-3.1.2-21", "MQTT-3.1.3-1")]
    public void What_is_written_reads_back_equal(GeneratedPacket generated)
    {
        var receiver = Receiver.Of(generated.Sender, generated.Packet.Rewritten);
        Assert.Null(receiver.Violation);
        Assert.Equal(generated.Packet, Assert.Single(receiver.Packets));
    }

    [Property]
    public void A_stream_split_anywhere_holds_the_same_packets(GeneratedPacket[] packets, PositiveInt[] pieces)
    {
        MqttRole sender = packets.Length > 0 ? packets[0].Sender : MqttRole.Client;
        ReadOnlySpan<byte> rest = Joined(packets);
        var receiver = new Receiver(sender);
        foreach (PositiveInt piece in pieces)
        {
            int length = Math.Min(piece.Get, rest.Length);
            receiver.Receive(rest[..length]);
            rest = rest[length..];
        }

        receiver.Receive(rest);
        Assert.Null(receiver.Violation);
        Assert.Equal(packets.Select(packet => packet.Packet), receiver.Packets);
        Assert.Equal(0, receiver.Waiting);
    }

    [Property]
    public void Random_bytes_keep_every_promise(byte[] bytes) => CheckGuarded(bytes);

    [Property]
    public void Likely_bytes_keep_every_promise(LikelyBytes likely) => CheckGuarded(likely.Bytes);

    [Property]
    public void Mutated_packets_keep_every_promise(MutatedBytes mutated) => CheckGuarded(mutated.Bytes);

    /// <summary>The properties would hold of nothing if nearly all of it were refused at its first byte.</summary>
    [Fact]
    public void Likely_and_mutated_bytes_are_valid_often_and_broken_often()
    {
        (int Valid, int Broken) likely = Count(GeneratedPackets.Likely().Generator.Sample(1000, size: 50), stream => Receiver.Of(stream.Sender, stream.Bytes));
        (int Valid, int Broken) mutated = Count(GeneratedPackets.Mutated().Generator.Sample(1000, size: 50),
            stream => Receiver.Of(stream.Packets.FirstOrDefault()?.Sender ?? default, stream.Bytes));
        Assert.True(likely is { Valid: > 100, Broken: > 100 }, $"likely: {likely}");
        Assert.True(mutated is { Valid: > 100, Broken: > 100 }, $"mutated: {mutated}");
    }

    private static (int Valid, int Broken) Count<T>(IEnumerable<T> streams, Func<T, Receiver> receive)
    {
        Receiver[] receivers = [.. streams.Select(receive)];
        return (receivers.Count(receiver => receiver.Packets.Count > 0), receivers.Count(receiver => receiver.Violation is not null));
    }

    private static void CheckGuarded(byte[] bytes)
    {
        using var guarded = new GuardedBytes(bytes);
        StreamInvariants.Check(guarded.Span, MqttRole.Client);
        StreamInvariants.Check(guarded.Span, MqttRole.Server);
    }

    private static byte[] Joined(GeneratedPacket[] packets) => [.. packets.SelectMany(packet => packet.Packet.Rewritten)];
}
