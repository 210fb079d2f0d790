// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>The end of a network connection that takes packets out of what arrives, and stops at the first violation.</summary>
public sealed class Receiver(MqttRole sender, int maximumPacketLength = int.MaxValue)
{
    private readonly List<byte> waiting = [];

    public List<ReceivedPacket> Packets { get; } = [];

    public ProtocolViolation? Violation { get; private set; }

    /// <summary>The bytes that belong to no whole packet so far.</summary>
    public int Waiting => waiting.Count;

    public static Receiver Of(MqttRole sender, ReadOnlySpan<byte> bytes)
    {
        var stream = new Receiver(sender);
        stream.Receive(bytes);
        return stream;
    }

    public void Receive(ReadOnlySpan<byte> arrived)
    {
        if (Violation is not null) return;
        waiting.AddRange(arrived);

        using var guarded = new GuardedBytes(waiting.ToArray());
        var reader = new PacketReader(guarded.Span, sender, maximumPacketLength);
        int taken = 0;
        while (Violation is null)
        {
            OperationStatus status = reader.Read();
            if (status == OperationStatus.NeedMoreData) break;
            if (status == OperationStatus.InvalidData)
            {
                Violation = reader.Violation ?? throw new InvalidOperationException("Broken, and no rule says why.");
                break;
            }

            ReceivedPacket? packet = ReceivedPacket.Read(reader.Header, reader.Body, out ProtocolViolation? violation);
            Violation = violation;
            if (packet is null) break;
            Packets.Add(packet);
            taken = reader.Consumed;
        }

        waiting.RemoveRange(0, taken);
    }
}
