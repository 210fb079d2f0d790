// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace RawMqtt.WebSockets;

/// <summary>The head of a frame, RFC 6455 5.2: 2 to 14 bytes in front of the payload.</summary>
/// <remarks><code>
///          7     6 5 4   3 2 1 0
/// byte 1   FIN | RSV1-3 | opcode
/// byte 2   MASK | 0-125 the length itself, 126: 16 bits follow, 127: 64 bits follow
/// then     0, 2 or 8 bytes of length, network byte order
/// then     4 bytes of masking key, only with MASK
/// </code></remarks>
internal readonly struct FrameHeader(bool fin, Opcode opcode, long payloadLength, uint? maskKey)
{
    /// <summary>Bytes: 2, 8 of length, 4 of key.</summary>
    public const int MaxSize = 14;

    /// <summary>Bytes that a control frame carries at most, 5.5.</summary>
    public const int MaxControlPayload = 125;

    /// <summary>The last frame of its message.</summary>
    public bool Fin { get; } = fin;

    /// <summary>What the frame carries.</summary>
    public Opcode Opcode { get; } = opcode;

    /// <summary>Bytes, 0 to 2^63 - 1.</summary>
    public long PayloadLength { get; } = payloadLength;

    /// <summary>MASK: a client sent it.</summary>
    public bool IsMasked { get; } = maskKey is not null;

    /// <summary>The masking key as its four bytes stand on the wire; 0, which masks nothing, without MASK.</summary>
    public uint MaskKey { get; } = maskKey ?? 0;

    /// <summary>Close, ping or pong.</summary>
    public bool IsControl => IsControlOpcode(Opcode);

    /// <summary>Bytes that the header takes on the wire.</summary>
    public int Size => SizeFor(PayloadLength, IsMasked);

    /// <summary>Bytes of header in front of a payload of that length, which the length does not count. [WS-5.3-6]</summary>
    public static int SizeFor(long payloadLength, bool masked) =>
        2 + (payloadLength <= MaxControlPayload ? 0 : payloadLength <= ushort.MaxValue ? 2 : 8) + (masked ? 4 : 0);

    /// <summary>Reads a header that a peer sent to <paramref name="receiver"/>; a violation is seen at the first byte that shows it.</summary>
    public static OperationStatus TryRead(
        ReadOnlySpan<byte> source, WebSocketRole receiver, out FrameHeader header, out WebSocketViolation? violation)
    {
        header = default;
        violation = null;
        if (source.IsEmpty) return OperationStatus.NeedMoreData;

        violation = ViolationOf(source[0]);
        if (violation is not null) return OperationStatus.InvalidData;
        bool fin = (source[0] & 0b1000_0000) != 0;
        Opcode opcode = (Opcode)(source[0] & 0b0000_1111);
        if (source.Length < 2) return OperationStatus.NeedMoreData;

        bool masked = (source[1] & 0b1000_0000) != 0;
        int shortLength = source[1] & 0b0111_1111;
        if (!masked && receiver == WebSocketRole.Server) return Broken(WebSocketViolation.Unmasked, out violation); // [WS-5.1-2]
        if (masked && receiver == WebSocketRole.Client) return Broken(WebSocketViolation.Masked, out violation); // [WS-5.1-4]
        if (IsControlOpcode(opcode) && shortLength > MaxControlPayload)
            return Broken(WebSocketViolation.ControlTooLong, out violation);        // [WS-5.5-1]

        OperationStatus status = TryReadLength(source, shortLength, out long length, out violation);
        if (status != OperationStatus.Done) return status;

        int size = SizeFor(length, masked);
        if (source.Length < size) return OperationStatus.NeedMoreData;
        uint? key = masked ? Unsafe.ReadUnaligned<uint>(in source[size - 4]) : null;    // [WS-5.2-5]
        header = new FrameHeader(fin, opcode, length, key);
        return OperationStatus.Done;
    }

    /// <summary>The rule that the first byte of a frame breaks by itself.</summary>
    public static WebSocketViolation? ViolationOf(byte first)
    {
        Opcode opcode = (Opcode)(first & 0b0000_1111);
        if ((first & 0b0111_0000) != 0) return WebSocketViolation.ReservedBit; // [WS-5.2-2]
        if ((int)opcode is (> 2 and < 8) or > 10) return WebSocketViolation.ReservedOpcode; // [WS-5.2-3]
        if (IsControlOpcode(opcode) && (first & 0b1000_0000) == 0) return WebSocketViolation.FragmentedControl; // [WS-5.5-2] [WS-5.4-4]
        return null;
    }

    /// <summary>Writes the header and returns its size; the length takes its shortest form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Write(Span<byte> destination)
    {
        int mask = IsMasked ? 0b1000_0000 : 0;                                          // [WS-5.3-1]
        int at = 2;
        destination[0] = (byte)((Fin ? 0b1000_0000 : 0) | (int)Opcode);                 // [WS-5.2-1]
        if (PayloadLength <= MaxControlPayload)                                         // [WS-5.2-8]
        {
            destination[1] = (byte)(mask | (int)PayloadLength);
        }
        else if (PayloadLength <= ushort.MaxValue)
        {
            destination[1] = (byte)(mask | 126);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)PayloadLength);
            at = 4;
        }
        else
        {
            destination[1] = (byte)(mask | 127);
            BinaryPrimitives.WriteInt64BigEndian(destination[2..], PayloadLength);
            at = 10;
        }

        if (!IsMasked) return at;
        Unsafe.WriteUnaligned(ref destination.Slice(at, 4)[0], MaskKey);
        return at + 4;
    }

    /// <summary>Payload length: 7, 7 + 16 or 7 + 64 bits. [WS-5.2-6]</summary>
    private static OperationStatus TryReadLength(
        ReadOnlySpan<byte> source, int shortLength, out long length, out WebSocketViolation? violation)
    {
        length = shortLength;
        violation = null;
        if (shortLength <= MaxControlPayload) return OperationStatus.Done;

        if (shortLength == 126)
        {
            if (source.Length < 4) return OperationStatus.NeedMoreData;
            length = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
            return length > MaxControlPayload
                ? OperationStatus.Done
                : Broken(WebSocketViolation.LengthNotMinimal, out violation);           // [WS-5.2-8]
        }

        if (source.Length > 2 && (source[2] & 0b1000_0000) != 0) return Broken(WebSocketViolation.LengthTopBit, out violation); // [WS-5.2-7]
        if (source.Length < 10) return OperationStatus.NeedMoreData;
        length = BinaryPrimitives.ReadInt64BigEndian(source[2..]);
        return length > ushort.MaxValue
            ? OperationStatus.Done
            : Broken(WebSocketViolation.LengthNotMinimal, out violation);               // [WS-5.2-8]
    }

    private static bool IsControlOpcode(Opcode opcode) => (int)opcode >= 8;

    private static OperationStatus Broken(WebSocketViolation rule, out WebSocketViolation? violation)
    {
        violation = rule;
        return OperationStatus.InvalidData;
    }
}
