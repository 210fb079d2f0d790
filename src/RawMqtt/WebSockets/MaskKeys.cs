// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;

namespace RawMqtt.WebSockets;

/// <summary>Masking keys for a client's frames, RFC 6455 5.3: drawn 4 KB at a time, because a call to the generator costs 1000 ns, and each used
/// once.</summary>
/// <remarks>Belongs to one sender at a time. The 4 KB exist from the first key on.</remarks>
internal sealed class MaskKeys(RandomFill fill)
{
    private const int PoolSize = 4096;

    private byte[] pool = [];
    private int next;

    /// <summary>A key that was not given out before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Next()                                                  // [WS-5.3-2] [WS-5.3-4]
    {
        byte[] bytes = pool;
        int at = next;
        if (at >= bytes.Length) return Refill();
        next = at + sizeof(uint);
        return Unsafe.ReadUnaligned<uint>(ref bytes[at]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint Refill()
    {
        byte[] drawn = pool.Length == 0 ? new byte[PoolSize] : pool;
        fill(drawn);                                                   // [WS-5.3-3] [WS-10.3-1]
        pool = drawn;                                                  // after a failure there are no keys, not keys of zeros
        next = sizeof(uint);
        return Unsafe.ReadUnaligned<uint>(ref pool[0]);
    }
}
