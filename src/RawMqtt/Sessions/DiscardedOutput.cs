// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.Sessions;

/// <summary>Takes a session's answers while there is no connection, and discards them: the messages will come again.</summary>
internal sealed class DiscardedOutput : IBufferWriter<byte>
{
    public static readonly DiscardedOutput Instance = new();

    public void Advance(int count)
    {
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => new byte[Math.Max(sizeHint, 1)];

    public Span<byte> GetSpan(int sizeHint = 0) => new byte[Math.Max(sizeHint, 1)];
}
