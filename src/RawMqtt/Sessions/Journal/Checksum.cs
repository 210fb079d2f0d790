// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Numerics;

namespace RawMqtt.Sessions.Journal;

/// <summary>CRC-32C, as RFC 3720 defines it.</summary>
internal static class Checksum
{
    /// <summary>Returns the checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(uint.MaxValue, bytes);

    /// <summary>Carries an unfinished checksum on over more bytes.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte one in bytes) crc = BitOperations.Crc32C(crc, one);
        return crc;
    }
}
