// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Runtime.CompilerServices;

namespace RawMqtt.Sessions;

/// <summary>The bytes that one connection is to send next: packets are appended, a flush takes them all at once.</summary>
/// <remarks>Holds pooled memory only while it holds bytes. One thread at a time.</remarks>
internal sealed class OutgoingBuffer : IBufferWriter<byte>
{
    private const int InitialCapacity = 4096;

    private byte[] bytes = [];
    private int length;
    private int lastStart;

    /// <summary>The number of bytes waiting.</summary>
    public int Length => length;

    /// <summary>The number of bytes that fit without growing.</summary>
    public int Capacity => bytes.Length;

    /// <summary>The first byte of what was appended last: of a packet, its type and flags. 0 if nothing waits.</summary>
    public byte FirstOfLast => length > 0 ? bytes[lastStart] : (byte)0;

    /// <summary>The bytes waiting; valid until the next append or <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, length);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(bytes.Length - length), nameof(count));
        lastStart = length;
        length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsMemory(length);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsSpan(length);
    }

    /// <summary>Forgets the bytes and gives the memory back.</summary>
    public void Clear()
    {
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
        length = 0;
    }

    /// <summary>Forgets the bytes and keeps the memory: for a connection that goes on sending.</summary>
    public void Reset() => length = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int sizeHint)
    {
        if (bytes.Length - length < Math.Max(sizeHint, 1)) Grow(sizeHint);
    }

    private void Grow(int sizeHint)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialCapacity, Math.Max(2 * bytes.Length, checked(length + sizeHint))));
        bytes.AsSpan(0, length).CopyTo(larger);
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
