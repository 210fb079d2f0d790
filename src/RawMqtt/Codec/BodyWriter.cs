// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RawMqtt.Codec;

/// <summary>Writes a fixed header and the fields of a body in order. Throws if a field would break a rule that the other end checks.</summary>
internal ref struct BodyWriter
{
    private readonly Span<byte> destination;
    private int position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BodyWriter(Span<byte> destination, PacketType type, int flags, long remainingLength)
    {
        int length = FixedHeader.PacketLengthFor(remainingLength);
        if (destination.Length < length) ThrowTooShort(length);
        this.destination = destination[..length];
        position = FixedHeader.Write(destination, type, flags, (int)remainingLength);
    }

    /// <summary>Ends the writing and returns the length of the packet. The fields must have filled it to the last byte.</summary>
    public readonly int Finish()
    {
        Debug.Assert(position == destination.Length, "the length was computed wrong");
        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Require(bool condition, ProtocolViolation otherwise)
    {
        if (!condition) Throw(otherwise);
    }

    public void WriteByte(int value) => destination[position++] = (byte)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteUInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination[position..], (ushort)value);
        position += 2;
    }

    public void WritePacketId(ushort packetId)
    {
        Require(packetId != 0, ProtocolViolation.MissingPacketId); // [MQTT-2.3.1-1]
        WriteUInt16(packetId);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        Debug.Assert(!destination.Overlaps(value), "the destination overlaps a span of the packet");
        ShortCopy.CopyTo(value, destination[position..]);
        position += value.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue) ThrowTooLong(value.Length);
        WriteUInt16(value.Length);
        WriteBytes(value);
    }

    public void WriteString(ReadOnlySpan<byte> value)
    {
        if (!Utf8Text.IsValid(value, out ProtocolViolation? violation)) Throw(violation);
        WriteBinary(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteTopicName(ReadOnlySpan<byte> name)
    {
        if (!TopicName.IsValid(name, out ProtocolViolation? violation)) Throw(violation);
        WriteBinary(name);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteTopicOfPublish(ReadOnlySpan<byte> name)
    {
        if (!TopicName.IsValidInPublish(name, out ProtocolViolation? violation)) Throw(violation);
        WriteBinary(name);
    }

    [DoesNotReturn]
    internal static void Throw(ProtocolViolation violation) => throw new ArgumentException($"The packet would break a rule: {violation}.");

    [DoesNotReturn]
    private static void ThrowTooLong(int length) => throw new ArgumentException($"A field of {length} bytes does not fit: 65535 is the most (1.5.3).");

    [DoesNotReturn]
    private static void ThrowTooShort(int length) => throw new ArgumentException($"The destination is too short: the packet takes {length} bytes.");
}
