// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Buffers between two connections that send: few are ever in use at once, and a bounded number of bytes waits here.</summary>
internal sealed class SpareOutputs
{
    private const int MaxLength = 256 * 1024;
    private const long MaxBytes = 16 << 20;

    private readonly Stack<OutgoingBuffer> spare = new();
    private long bytes;

    public OutgoingBuffer Rent()
    {
        if (!spare.TryPop(out OutgoingBuffer? buffer)) return new OutgoingBuffer();
        bytes -= buffer.Capacity;
        return buffer;
    }

    public void Return(OutgoingBuffer buffer)
    {
        if (buffer.Capacity > MaxLength || bytes + buffer.Capacity > MaxBytes)
        {
            buffer.Clear();
            return;
        }

        buffer.Reset();
        bytes += buffer.Capacity;
        spare.Push(buffer);
    }
}
