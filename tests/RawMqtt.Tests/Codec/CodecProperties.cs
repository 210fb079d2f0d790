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
    public void Random_bytes_keep_every_promise(byte[] bytes)
    {
        StreamInvariants.Check(bytes, MqttRole.Client);
        StreamInvariants.Check(bytes, MqttRole.Server);
    }

    [Property]
    public void Mutated_packets_keep_every_promise(GeneratedPacket[] packets, PositiveInt[] places, byte[] values)
    {
        List<byte> bytes = [.. Joined(packets)];
        for (int i = 0; i < Math.Min(places.Length, values.Length) && bytes.Count > 0; i++)
        {
            int place = places[i].Get * 7919 % bytes.Count;
            switch (values[i] & 3)
            {
                case 0: bytes.RemoveAt(place); break;
                case 1: bytes.Insert(place, values[i]); break;
                case 2: bytes[place] ^= (byte)(1 << (values[i] >> 5)); break;
                default: bytes[place] = values[i]; break;
            }
        }

        using var guarded = new GuardedBytes(bytes.ToArray());
        StreamInvariants.Check(guarded.Span, MqttRole.Client);
        StreamInvariants.Check(guarded.Span, MqttRole.Server);
    }

    private static byte[] Joined(GeneratedPacket[] packets) => [.. packets.SelectMany(packet => packet.Packet.Rewritten)];
}
