// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RawMqtt.Codec;

/// <summary>Reads the fields of a body in order. After the first violation all further reads return empty values, so that the code of a packet is a list of its
/// fields.</summary>
internal ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> rest = body;
    private ProtocolViolation? violation;

    public readonly bool AtEnd => rest.IsEmpty;

    public readonly bool IsBroken => violation is not null;

    /// <summary>The bytes that no field has read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    /// <summary>Ends the reading: returns whether no rule was broken and no byte is left.</summary>
    public readonly bool TryFinish([NotNullWhen(false)] out ProtocolViolation? broken)
    {
        broken = violation ?? (rest.IsEmpty ? null : ProtocolViolation.TrailingBytes);
        return broken is null;
    }

    public void Require(bool condition, ProtocolViolation otherwise)
    {
        if (!condition) Break(otherwise);
    }

    public byte ReadByte()
    {
        if (rest.IsEmpty)
        {
            Break(ProtocolViolation.CutField);
            return 0;
        }

        byte value = rest[0];
        rest = rest[1..];
        return value;
    }

    /// <summary>Reads two bytes, the high one first, 1.5.2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort ReadUInt16()
    {
        if (rest.Length < 2)
        {
            Break(ProtocolViolation.CutField);
            return 0;
        }

        ushort value = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[2..];
        return value;
    }

    /// <summary>Reads a packet identifier, 2.3.1: 1 to 65535.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort ReadPacketId()
    {
        ushort packetId = rest.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(rest) : (ushort)0;
        if (packetId == 0) Break(ProtocolViolation.MissingPacketId); // [MQTT-2.3.1-1]
        else rest = rest[2..];
        return packetId;
    }

    /// <summary>Reads two bytes of length and as many bytes, 3.1.3.3 and 3.1.3.5.</summary>
    /// <param name="missing">The rule that is broken if no byte is left.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadBinary(ProtocolViolation? missing = null)
    {
        if (rest.Length >= 2)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (length <= rest.Length - 2)
            {
                ReadOnlySpan<byte> value = rest.Slice(2, length);
                rest = rest[(2 + length)..];
                return value;
            }
        }

        Break(rest.IsEmpty && missing is not null ? missing : ProtocolViolation.CutString); // 1.5.3
        return default;
    }

    /// <summary>Reads a UTF-8 string, 1.5.3, and returns the bytes behind its two bytes of length.</summary>
    public ReadOnlySpan<byte> ReadString(ProtocolViolation? missing = null)
    {
        ReadOnlySpan<byte> value = ReadBinary(missing);
        if (!Utf8Text.IsValid(value, out ProtocolViolation? broken)) Break(broken);
        return value;
    }

    /// <summary>Reads a topic name, 4.7: a string of at least one character without wildcards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadTopicName(ProtocolViolation? missing = null)
    {
        ReadOnlySpan<byte> value = ReadBinary(missing);
        if (!TopicName.IsValid(value, out ProtocolViolation? broken)) Break(broken);
        return value;
    }

    /// <summary>Reads the topic name of a PUBLISH, for which 3.3.2.1 has its own rule against wildcards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadTopicOfPublish()
    {
        ReadOnlySpan<byte> value = ReadBinary(ProtocolViolation.MissingTopicName); // [MQTT-3.3.2-1]
        if (!TopicName.IsValidInPublish(value, out ProtocolViolation? broken)) Break(broken);
        return value;
    }

    /// <summary>Reads a topic filter, 3.8.3 and 4.7.</summary>
    public ReadOnlySpan<byte> ReadTopicFilter()
    {
        ReadOnlySpan<byte> value = ReadBinary();
        if (!TopicFilter.IsValid(value, out ProtocolViolation? broken)) Break(broken);
        return value;
    }

    public ReadOnlySpan<byte> ReadRest()
    {
        ReadOnlySpan<byte> value = rest;
        rest = default;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Break(ProtocolViolation rule)
    {
        violation ??= rule;
        rest = default;
    }
}
