// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Brokers;

/// <summary>Reads the fields of a record. After the first field that does not fit, all are empty and <see cref="IsBroken"/> is true.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> fields)
{
    private ReadOnlySpan<byte> rest = fields;

    public bool IsBroken { get; private set; }

    /// <summary>Whether all fields are read.</summary>
    public readonly bool IsAtEnd => rest.IsEmpty;

    public byte ReadByte() => Take(1) is [byte value] ? value : (byte)0;

    public ushort ReadUInt16() => Take(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public uint ReadUInt32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public long ReadInt64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

    /// <summary>Reads a length of two bytes and as many bytes.</summary>
    public ReadOnlySpan<byte> ReadText() => Take(ReadUInt16());

    /// <summary>Reads a user; null for none.</summary>
    public byte[]? ReadUser()
    {
        ushort length = ReadUInt16();
        return length == ushort.MaxValue ? null : Take(length).ToArray();
    }

    public ReadOnlySpan<byte> ReadRest() => Take(rest.Length);

    public ReadOnlySpan<byte> Take(long length)
    {
        if (length > rest.Length)
        {
            IsBroken = true;
            rest = default;
            return default;
        }

        ReadOnlySpan<byte> taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }
}
