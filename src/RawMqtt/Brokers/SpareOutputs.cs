// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Keeps outgoing buffers for the next connection that sends, up to a bounded number of bytes: few are in use at the same time.</summary>
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
