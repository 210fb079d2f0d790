using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RawMqtt.Codec;

/// <summary>Topic names, 4.7: what a message is published under. Levels are parted by <c>/</c> and may be empty.</summary>
public static class TopicName
{
    /// <summary>Whether <paramref name="name"/> may stand in a PUBLISH: 1 to 65535 bytes of UTF-8 without U+0000, <c>#</c> and <c>+</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsValid(ReadOnlySpan<byte> name, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        if (IsPlain(name))
        {
            violation = null;
            return true;
        }

        return IsValidRare(name, out violation);
    }

    private static bool IsValidRare(ReadOnlySpan<byte> name, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        if (name.IsEmpty) violation = ProtocolViolation.EmptyTopic;                                                 // [MQTT-4.7.3-1]
        else if (name.Length > Utf8Text.MaxLength) violation = ProtocolViolation.TopicTooLong;                      // [MQTT-4.7.3-3]
        else if (!Utf8Text.IsValid(name, out violation)) return false;                                             // [MQTT-4.7.3-2]
        else if (name.ContainsAny((byte)'#', (byte)'+')) violation = ProtocolViolation.WildcardInTopicName;         // [MQTT-3.3.2-2], [MQTT-4.7.1-1]
        return violation is null;
    }

    /// <summary>The usual case in a few instructions: 1 to 65535 bytes, all of them U+0001 to U+007F and no wildcard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(ReadOnlySpan<byte> name)
    {
        ref byte start = ref MemoryMarshal.GetReference(name);
        nuint length = (uint)name.Length;
        if (length is >= 8 and <= 16)
        {
            return ArePlain(Vector128.Create(Unsafe.ReadUnaligned<ulong>(ref start), Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, length - 8))).AsByte());
        }

        if (length is > 16 and <= 32)
        {
            return ArePlain(Vector128.LoadUnsafe(ref start)) && ArePlain(Vector128.LoadUnsafe(ref start, length - 16));
        }

        return length < 8 ? IsPlainShort(name) : IsPlainLong(name);
    }

    private static bool IsPlainShort(ReadOnlySpan<byte> name)
    {
        foreach (byte c in name)
        {
            if (c is 0 or >= 0x80 or (byte)'#' or (byte)'+') return false;
        }

        return !name.IsEmpty;
    }

    private static bool IsPlainLong(ReadOnlySpan<byte> name)
    {
        if (name.Length > Utf8Text.MaxLength) return false;
        ref byte start = ref MemoryMarshal.GetReference(name);
        nuint last = (nuint)name.Length - 16;
        for (nuint i = 0; i < last; i += 16)
        {
            if (!ArePlain(Vector128.LoadUnsafe(ref start, i))) return false;
        }

        return ArePlain(Vector128.LoadUnsafe(ref start, last));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ArePlain(Vector128<byte> characters)
    {
        // As signed numbers, 1 to 127 are what is left of ASCII without U+0000.
        Vector128<byte> plain = Vector128.GreaterThan(characters.AsSByte(), Vector128<sbyte>.Zero).AsByte();
        Vector128<byte> wildcard = Vector128.Equals(characters, Vector128.Create((byte)'#')) | Vector128.Equals(characters, Vector128.Create((byte)'+'));
        return Vector128.AndNot(plain, wildcard) == Vector128<byte>.AllBitsSet;
    }
}
