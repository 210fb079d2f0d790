// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RawMqtt.Codec;

/// <summary>Copies short spans, such as topics and small payloads, in two loads and two stores that overlap. For these lengths a call to memmove costs more
/// than the copy.</summary>
internal static class ShortCopy
{
    /// <summary>Copies as <see cref="ReadOnlySpan{T}.CopyTo"/> does; source and destination must not overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyTo(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        nuint length = (uint)source.Length;
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(destination[..source.Length]);
        if (length is >= 16 and <= 32)
        {
            Vector128<byte> first = Vector128.LoadUnsafe(ref from);
            Vector128<byte> last = Vector128.LoadUnsafe(ref from, length - 16);
            first.StoreUnsafe(ref to);
            last.StoreUnsafe(ref to, length - 16);
        }
        else if (length is >= 8 and < 16)
        {
            ulong first = Unsafe.ReadUnaligned<ulong>(ref from);
            ulong last = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, length - 8));
            Unsafe.WriteUnaligned(ref to, first);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, length - 8), last);
        }
        else
        {
            source.CopyTo(destination);
        }
    }
}
