// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Runtime.CompilerServices;

namespace RawMqtt.Codec;

/// <summary>Reads the packets of a byte stream one by one, 2.1. Each call of <see cref="Read"/> finds the next whole packet.</summary>
/// <remarks>
/// Done: <see cref="Header"/> and <see cref="Body"/> are the packet's, and <see cref="Consumed"/> lies behind it.
/// NeedMoreData: nothing consumed, no body; <c>Header.PacketLength</c> says how long the packet will be, 0 while that is unknown.
/// InvalidData: nothing consumed, no body; <see cref="Violation"/> says why, and the caller must close the connection [MQTT-4.8.0-1].
/// </remarks>
/// <param name="input">The bytes received so far.</param>
/// <param name="sender">The end that sent them.</param>
/// <param name="maximumPacketLength">Packets above this many bytes are refused by their header alone, before anything is buffered for them.</param>
public ref struct PacketReader(ReadOnlySpan<byte> input, MqttRole sender, int maximumPacketLength = int.MaxValue)
{
    private readonly int received = input.Length;
    private ReadOnlySpan<byte> rest = input;

    /// <summary>Gets the number of bytes of all packets read so far.</summary>
    public readonly int Consumed => received - rest.Length;

    /// <summary>Gets the fixed header of the current packet.</summary>
    public FixedHeader Header { get; private set; }

    /// <summary>Gets the bytes behind the fixed header of the current packet: <c>Header.RemainingLength</c> bytes.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Gets the rule that the bytes at <see cref="Consumed"/> break; null if they break none.</summary>
    public ProtocolViolation? Violation { get; private set; }

    /// <summary>Moves to the next packet. Nothing is consumed if the packet is incomplete or broken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OperationStatus Read()
    {
        OperationStatus status = FixedHeader.TryRead(rest, sender, out FixedHeader header, out ProtocolViolation? violation);
        Header = header;
        Body = default;
        if (status != OperationStatus.Done)
        {
            Violation = violation;
            return status;
        }

        if (header.PacketLength > maximumPacketLength)
        {
            Violation = ProtocolViolation.PacketTooLarge; // [MQTT-4.8.0-2]
            return OperationStatus.InvalidData;
        }

        if (header.PacketLength > rest.Length) return OperationStatus.NeedMoreData;
        Body = rest.Slice(header.Length, header.RemainingLength);
        rest = rest[header.PacketLength..];
        return OperationStatus.Done;
    }
}
