// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RawMqtt.Codec;

/// <summary>The usual text in a few instructions: U+0001 to U+007F only, which needs no further look at UTF-8 or U+0000.</summary>
internal static class PlainText
{
    /// <summary>Whether all of <paramref name="text"/>, and at least one byte, is plain; with <paramref name="wildcards"/> false, whether <c>#</c> and <c>+</c>
    /// are missing as well.</summary>
    /// <remarks>Up to 32 bytes are looked at together, as two halves that overlap: no loop, and no byte outside the text.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(ReadOnlySpan<byte> text, bool wildcards)
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
        nuint length = (uint)text.Length;
        if (length is > 16 and <= 32)
        {
            return ArePlain(Vector128.LoadUnsafe(ref start), wildcards) && ArePlain(Vector128.LoadUnsafe(ref start, length - 16), wildcards);
        }

        if (length is >= 8 and <= 16)
        {
            ulong first = Unsafe.ReadUnaligned<ulong>(ref start);
            ulong last = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, length - 8));
            return ArePlain(Vector128.Create(first, last).AsByte(), wildcards);
        }

        return length < 8 ? IsShort(text, wildcards) : IsLong(text, wildcards);
    }

    private static bool IsShort(ReadOnlySpan<byte> text, bool wildcards)
    {
        if (text.IsEmpty) return false;
        uint first, last;
        if (text.Length >= 4)
        {
            first = BinaryPrimitives.ReadUInt32LittleEndian(text);
            last = BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]);
        }
        else
        {
            first = text[0] | (uint)text[0] << 8 | (uint)text[^1] << 16 | (uint)text[^1] << 24;
            last = text[text.Length / 2] * 0x0101_0101u;
        }

        return ArePlain(Vector128.Create(first, last, first, last).AsByte(), wildcards);
    }

    private static bool IsLong(ReadOnlySpan<byte> text, bool wildcards)
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
        nuint last = (nuint)text.Length - 16;
        for (nuint i = 0; i < last; i += 16)
        {
            if (!ArePlain(Vector128.LoadUnsafe(ref start, i), wildcards)) return false;
        }

        return ArePlain(Vector128.LoadUnsafe(ref start, last), wildcards);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ArePlain(Vector128<byte> characters, bool wildcards)
    {
        // As signed numbers, 1 to 127 are what is left of ASCII without U+0000.
        Vector128<byte> plain = Vector128.GreaterThan(characters.AsSByte(), Vector128<sbyte>.Zero).AsByte();
        if (wildcards) return plain == Vector128<byte>.AllBitsSet;
        Vector128<byte> wildcard = Vector128.Equals(characters, Vector128.Create((byte)'#')) | Vector128.Equals(characters, Vector128.Create((byte)'+'));
        return Vector128.AndNot(plain, wildcard) == Vector128<byte>.AllBitsSet;
    }
}
