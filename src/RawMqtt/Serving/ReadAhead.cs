// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Brokers;

namespace RawMqtt.Serving;

/// <summary>Holds the read that was begun while a connection was held back. It comes before all other reads.</summary>
/// <remarks>
/// A read cannot be taken back when the hold ends before it, so it has a small buffer of its own. A read of no bytes, which needs no buffer, does
/// not serve here: the system may end it although nothing came, and the read that follows it would last longer than the hold.
/// </remarks>
internal sealed class ReadAhead
{
    /// <summary>Bytes that are read during one hold at most.</summary>
    public const int MaxBytes = 4 * UnfinishedPackets.SmallRest;

    private byte[]? buffer;
    private Task<int>? reading;
    private int taken;

    /// <summary>Gets whether a read is under way, or has brought what was not taken yet.</summary>
    public bool IsPending => reading is not null;

    /// <summary>Returns the read that is pending, or begins one.</summary>
    public Task<int> Begin(Stream stream)
    {
        if (reading is not null) return reading;
        buffer = ArrayPool<byte>.Shared.Rent(UnfinishedPackets.SmallRest);
        return reading = stream.ReadAsync(buffer.AsMemory(0, UnfinishedPackets.SmallRest)).AsTask();
    }

    /// <summary>Takes what the pending read brings, as far as there is room; 0 when the client has ended its side.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> into)
    {
        int count = await reading!.ConfigureAwait(false);
        if (into.IsEmpty) return 0;
        int length = Math.Min(count - taken, into.Length);
        buffer.AsSpan(taken, length).CopyTo(into.Span);
        taken += length;
        if (count == 0 || taken < count) return length;
        ArrayPool<byte>.Shared.Return(buffer!);
        (buffer, reading, taken) = (null, null, 0);
        return length;
    }
}
