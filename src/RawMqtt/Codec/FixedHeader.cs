// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Runtime.CompilerServices;

namespace RawMqtt.Codec;

/// <summary>The fixed header, 2.2: the first two to five bytes of every control packet.</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1    type   |  flags    2.2.1, 2.2.2
/// byte 2    Remaining Length   2.2.3: 7 bits a byte, low ones first, bit 7 says that another byte follows,
/// to 5                         at most 4 bytes: 0 to 268 435 455
/// </code></remarks>
public readonly struct FixedHeader
{
    /// <summary>The largest Remaining Length that four bytes can hold, 2.2.3.</summary>
    public const int MaxRemainingLength = 268_435_455;

    // Remaining Length, header length and first byte in one word, which travels in a register.
    private readonly ulong word;

    private FixedHeader(byte typeAndFlags, int length, int remainingLength) => word = (ulong)remainingLength << 16 | (uint)length << 8 | typeAndFlags;

    /// <summary>Gets the type of the packet, 2.2.1: bits 7 to 4 of the first byte.</summary>
    public PacketType Type => (PacketType)(unchecked((byte)word) >> 4);

    /// <summary>Gets the flags, 2.2.2: bits 3 to 0 of the first byte.</summary>
    public int Flags => unchecked((int)word) & 0b0000_1111;

    /// <summary>Gets the length of this header in bytes: 2 to 5; 0 if no header was read.</summary>
    public int Length => unchecked((byte)(word >> 8));

    /// <summary>Gets the number of bytes that follow the header: 0 to 268 435 455.</summary>
    public int RemainingLength => (int)(word >> 16);

    /// <summary>Gets the length of the whole packet in bytes; 0 if no header was read.</summary>
    public int PacketLength => Length + RemainingLength;

    /// <summary>Reads the header at the start of <paramref name="input"/> and checks it: the type, its flags and who may send it, and the length.</summary>
    /// <param name="input">The bytes received; the rest of the packet may be missing.</param>
    /// <param name="sender">The end that sent them.</param>
    /// <param name="header">The header, when the result is <see cref="OperationStatus.Done"/>.</param>
    /// <param name="violation">The rule that is broken, when the result is <see cref="OperationStatus.InvalidData"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OperationStatus TryRead(ReadOnlySpan<byte> input, MqttRole sender, out FixedHeader header, out ProtocolViolation? violation)
    {
        if (input.Length >= 2 && IsAllowed(input[0], sender))
        {
            violation = null;
            if (input[1] < 0x80)
            {
                header = new FixedHeader(input[0], 2, input[1]);
                return OperationStatus.Done;
            }

            if (input.Length >= 3 && input[2] < 0x80)
            {
                header = new FixedHeader(input[0], 3, input[1] & 0x7F | input[2] << 7);
                return OperationStatus.Done;
            }
        }

        (OperationStatus status, header, violation) = ReadRare(input, sender); // by value, so that the caller's header stays in registers
        return status;
    }

    /// <summary>Returns the length in bytes of a packet with a body of <paramref name="remainingLength"/> bytes: 2 to 268 435 460.</summary>
    /// <exception cref="ArgumentException">The body is longer than a header allows.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int PacketLengthFor(long remainingLength) =>
        remainingLength < 0x80 ? 2 + (int)remainingLength : LongPacketLengthFor(remainingLength);

    /// <summary>Writes a header and returns its length; <paramref name="destination"/> must hold it. The flags are those of table 2.2 [MQTT-2.2.2-1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Write(Span<byte> destination, PacketType type, int flags, int remainingLength)
    {
        destination[0] = (byte)((int)type << 4 | flags);
        if (remainingLength >= 0x80) return WriteLong(destination, remainingLength);
        destination[1] = (byte)remainingLength;
        return 2;
    }

    private static int LongPacketLengthFor(long remainingLength)
    {
        if (remainingLength > MaxRemainingLength)
            throw new ArgumentException("The packet is too long: 268435455 bytes is the most behind its fixed header (2.2.3).");
        return (int)remainingLength + (remainingLength < 0x4000 ? 3 : remainingLength < 0x20_0000 ? 4 : 5);
    }

    private static int WriteLong(Span<byte> destination, int remainingLength)
    {
        int length = 1;
        int rest = remainingLength;
        do
        {
            destination[length++] = unchecked((byte)(rest > 0x7F ? rest | 0x80 : rest));
            rest >>= 7;
        }
        while (rest > 0);
        return length;
    }

    private static (OperationStatus Status, FixedHeader Header, ProtocolViolation? Violation) ReadRare(ReadOnlySpan<byte> input, MqttRole sender)
    {
        if (input.IsEmpty) return (OperationStatus.NeedMoreData, default, null);
        if (!IsAllowed(input[0], sender)) return (OperationStatus.InvalidData, default, FaultOf(input[0], sender));

        int remainingLength = 0;
        for (int i = 1; i <= 4; i++)
        {
            if (i >= input.Length) return (OperationStatus.NeedMoreData, default, null);
            remainingLength |= (input[i] & 0x7F) << (7 * (i - 1));
            if (input[i] < 0x80) return (OperationStatus.Done, new FixedHeader(input[0], i + 1, remainingLength), null);
        }

        return (OperationStatus.InvalidData, default, ProtocolViolation.MalformedRemainingLength); // 2.2.3
    }

    private static bool IsAllowed(byte typeAndFlags, MqttRole sender) =>
        (Senders[typeAndFlags] & (sender == MqttRole.Client ? FromClient : FromServer)) != 0;

    private const byte FromClient = 1;
    private const byte FromServer = 2;

    /// <summary>Who may send which first byte: type and flags in one look.</summary>
    private static ReadOnlySpan<byte> Senders =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // forbidden
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // CONNECT
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // CONNACK
        3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 3, 3, 3, 3, 0, 0, // PUBLISH: DUP | QoS | RETAIN; no QoS 3 [MQTT-3.3.1-4], no DUP at QoS 0 [MQTT-3.3.1-2]
        3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // PUBACK
        3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // PUBREC
        0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // PUBREL [MQTT-3.6.1-1]
        3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // PUBCOMP
        0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // SUBSCRIBE [MQTT-3.8.1-1]
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // SUBACK
        0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // UNSUBSCRIBE [MQTT-3.10.1-1]
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // UNSUBACK
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // PINGREQ
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // PINGRESP
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // DISCONNECT [MQTT-3.14.1-1]
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // forbidden
    ];

    private static ProtocolViolation FaultOf(byte typeAndFlags, MqttRole sender)
    {
        var type = (PacketType)(typeAndFlags >> 4);
        if (type is 0 or (PacketType)15) return ProtocolViolation.ReservedPacketType; // 2.2.1

        int allowedFlags = type is PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe ? 0b0010 : 0b0000;
        bool allowedToOther = (Senders[(int)type << 4 | allowedFlags] & (sender == MqttRole.Client ? FromClient : FromServer)) == 0;
        if (allowedToOther) return ProtocolViolation.WrongDirection; // 2.2.1

        return type switch
        {
            PacketType.Publish => (typeAndFlags & 0b0110) == 0b0110 ? ProtocolViolation.ReservedQos : ProtocolViolation.DuplicateAtQos0,
            PacketType.PubRel => ProtocolViolation.ReservedPubRelFlags,
            PacketType.Subscribe => ProtocolViolation.ReservedSubscribeFlags,
            PacketType.Unsubscribe => ProtocolViolation.ReservedUnsubscribeFlags,
            PacketType.Disconnect => ProtocolViolation.ReservedDisconnectFlags,
            _ => ProtocolViolation.ReservedFlags, // [MQTT-2.2.2-2]
        };
    }
}
