// SPDX-License-Identifier: MIT

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RawMqtt.WebSockets;

/// <summary>Octet i of the payload XOR octet i mod 4 of the key, to mask and to unmask alike. RFC 6455 5.3.</summary>
/// <remarks>
/// The last vector is loaded before the first one is stored, and stored last: there is no loop over a tail, and
/// source and destination may overlap as long as the destination does not begin behind the source.
/// </remarks>
internal static class Masking
{
    /// <summary>Masks or unmasks in place; returns the key for the octet that follows.</summary>
    public static uint Apply(Span<byte> data, uint key) => Move(data, data, key);

    /// <summary>Masks or unmasks from one place to another that is not behind it; returns the key for the octet that follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Move(ReadOnlySpan<byte> source, Span<byte> destination, uint key)
    {
        int length = source.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length);
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        if (length >= 64)
            MoveWide(ref from, ref to, (nuint)length, key);
        else if (length >= 16)
            MoveBy16(ref from, ref to, (nuint)length, key);
        else
            MoveShort(ref from, ref to, (nuint)length, key);
        return KeyAt(key, length);
    }

    /// <summary>The key as it applies from octet <paramref name="offset"/> of the payload on.</summary>
    public static uint KeyAt(uint key, int offset) => BitConverter.IsLittleEndian
        ? BitOperations.RotateRight(key, (offset & 3) * 8)
        : BitOperations.RotateLeft(key, (offset & 3) * 8);

    private static void MoveWide(ref byte from, ref byte to, nuint length, uint key)
    {
        if (Vector512.IsHardwareAccelerated && length >= 256)
        {
            MoveBy64(ref from, ref to, length, key);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            nuint last = length - 32;
            Vector256<byte> end = Vector256.LoadUnsafe(ref from, last) ^ Vector256.Create(KeyAt(key, (int)last)).AsByte();
            Vector256<byte> keys = Vector256.Create(key).AsByte();
            for (nuint i = 0; i < last; i += 32)
                (Vector256.LoadUnsafe(ref from, i) ^ keys).StoreUnsafe(ref to, i);
            end.StoreUnsafe(ref to, last);
        }
        else
        {
            MoveBy16(ref from, ref to, length, key);
        }
    }

    /// <summary>A 64-byte store across two cache lines costs double: the second store and those behind it begin on a line.</summary>
    private static void MoveBy64(ref byte from, ref byte to, nuint length, uint key)
    {
        nuint second = 64 - ((nuint)Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref to) & 63); // if the array moves meanwhile, that costs time alone
        nuint last = length - 64;
        Vector512<byte> keys = Vector512.Create(KeyAt(key, (int)second)).AsByte();
        Vector512<byte> end = Vector512.LoadUnsafe(ref from, last) ^ Vector512.Create(KeyAt(key, (int)last)).AsByte();
        Vector512<byte> begin = Vector512.LoadUnsafe(ref from) ^ Vector512.Create(key).AsByte();
        Vector512<byte> next = Vector512.LoadUnsafe(ref from, second) ^ keys;
        begin.StoreUnsafe(ref to);
        next.StoreUnsafe(ref to, second);
        for (nuint i = second + 64; i < last; i += 64)
            (Vector512.LoadUnsafe(ref from, i) ^ keys).StoreUnsafe(ref to, i);
        end.StoreUnsafe(ref to, last);
    }

    private static void MoveBy16(ref byte from, ref byte to, nuint length, uint key)
    {
        nuint last = length - 16;
        Vector128<byte> end = Vector128.LoadUnsafe(ref from, last) ^ Vector128.Create(KeyAt(key, (int)last)).AsByte();
        Vector128<byte> keys = Vector128.Create(key).AsByte();
        for (nuint i = 0; i < last; i += 16)
            (Vector128.LoadUnsafe(ref from, i) ^ keys).StoreUnsafe(ref to, i);
        end.StoreUnsafe(ref to, last);
    }

    private static void MoveShort(ref byte from, ref byte to, nuint length, uint key)
    {
        if (length >= 8)
        {
            nuint last = length - 8;
            ulong begin = Unsafe.ReadUnaligned<ulong>(ref from) ^ Twice(key);
            ulong end = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, last)) ^ Twice(KeyAt(key, (int)last));
            Unsafe.WriteUnaligned(ref to, begin);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, last), end);
        }
        else if (length >= 4)
        {
            nuint last = length - 4;
            uint begin = Unsafe.ReadUnaligned<uint>(ref from) ^ key;
            uint end = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref from, last)) ^ KeyAt(key, (int)last);
            Unsafe.WriteUnaligned(ref to, begin);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, last), end);
        }
        else
        {
            for (nuint i = 0; i < length; i++)
                Unsafe.Add(ref to, i) = (byte)(Unsafe.Add(ref from, i) ^ FirstOctet(KeyAt(key, (int)i)));
        }
    }

    private static ulong Twice(uint key) => key | ((ulong)key << 32);

    private static byte FirstOctet(uint key) => (byte)(BitConverter.IsLittleEndian ? key : key >> 24);
}
