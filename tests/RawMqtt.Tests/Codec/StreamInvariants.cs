// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>What holds for any bytes at all, from either end: checked by the properties and by the fuzzer.</summary>
public static class StreamInvariants
{
    /// <summary>Reads packets until the bytes end or break, and throws when a promise of the codec does not hold.</summary>
    /// <returns>The number of whole and valid packets.</returns>
    public static int Check(ReadOnlySpan<byte> bytes, MqttRole sender)
    {
        var reader = new PacketReader(bytes, sender);
        for (int count = 0; ; count++)
        {
            int start = reader.Consumed;
            OperationStatus status = reader.Read();
            if (status != OperationStatus.Done)
            {
                CheckUnfinished(status, reader, start, bytes.Length);
                return count;
            }

            Require(reader.Consumed == start + reader.Header.PacketLength, "The packet was not consumed as its header says.");
            ReceivedPacket? packet = ReceivedPacket.Read(reader.Header, reader.Body, out ProtocolViolation? violation);
            Require(packet is null == violation is not null, "A packet is either whole or broken.");
            if (packet is null) return count;
            CheckWrittenAgain(bytes[start..reader.Consumed], packet, sender);
            CheckCut(bytes[start..reader.Consumed], sender);
        }
    }

    private static void CheckUnfinished(OperationStatus status, PacketReader reader, int start, int length)
    {
        Require(reader.Consumed == start, "A failed read consumed something.");
        Require(status == OperationStatus.InvalidData == reader.Violation is not null, "Broken without a rule, or a rule without being broken.");
        if (status == OperationStatus.NeedMoreData && reader.Header.PacketLength > 0)
        {
            Require(start + reader.Header.PacketLength > length, "All the bytes are there, and more are asked for.");
        }
    }

    /// <summary>What reads writes back to the same bytes, but for a length that took more bytes than it needs.</summary>
    private static void CheckWrittenAgain(ReadOnlySpan<byte> original, ReceivedPacket packet, MqttRole sender)
    {
        if (original.Length == packet.Rewritten.Length)
        {
            Require(original.SequenceEqual(packet.Rewritten), "Written again, the packet differs.");
            return;
        }

        Require(original.Length - packet.Rewritten.Length is >= 1 and <= 3, "Written again, the packet differs by more than an overlong length.");
        var reader = new PacketReader(packet.Rewritten, sender);
        Require(reader.Read() == OperationStatus.Done, "Written again, the packet is broken.");
        Require(packet.Equals(ReceivedPacket.Read(reader.Header, reader.Body, out _)), "Written again, the packet reads differently.");
    }

    /// <summary>The beginnings of a whole packet are incomplete.</summary>
    private static void CheckCut(ReadOnlySpan<byte> packet, MqttRole sender)
    {
        for (int cut = 0; cut < packet.Length; cut += 1 + cut / 8)
        {
            var reader = new PacketReader(packet[..cut], sender);
            Require(reader.Read() == OperationStatus.NeedMoreData, "A beginning of a whole packet is not incomplete.");
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }
}
