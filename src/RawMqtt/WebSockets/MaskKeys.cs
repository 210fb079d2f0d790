using System.Runtime.CompilerServices;

namespace RawMqtt.WebSockets;

/// <summary>Fills a span with bytes that nobody can predict: <c>RandomNumberGenerator.Fill</c>, or a known sequence in a test.</summary>
internal delegate void RandomFill(Span<byte> bytes);

/// <summary>Masking keys for a client's frames, RFC 6455 5.3: drawn 4 KB at a time, because a call to the generator costs 1000 ns, and each used once.</summary>
/// <remarks>Belongs to one sender at a time. The 4 KB exist from the first key on.</remarks>
internal sealed class MaskKeys(RandomFill fill)
{
    private const int PoolSize = 4096;

    private byte[] _pool = [];
    private int _next;

    /// <summary>A key that was not given out before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Next()                                                  // [WS-5.3-2] [WS-5.3-4]
    {
        byte[] pool = _pool;
        int at = _next;
        if (at >= pool.Length)
            return Refill();
        _next = at + sizeof(uint);
        return Unsafe.ReadUnaligned<uint>(ref pool[at]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint Refill()
    {
        if (_pool.Length == 0)
            _pool = new byte[PoolSize];
        fill(_pool);                                                    // [WS-5.3-3] [WS-10.3-1]
        _next = sizeof(uint);
        return Unsafe.ReadUnaligned<uint>(ref _pool[0]);
    }
}
