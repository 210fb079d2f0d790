// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.Sessions;

/// <summary>Where a session's answers go when there is no connection: the messages will come again.</summary>
internal sealed class Nowhere : IBufferWriter<byte>
{
    public static readonly Nowhere Instance = new();

    public void Advance(int count)
    {
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => new byte[Math.Max(sizeHint, 1)];

    public Span<byte> GetSpan(int sizeHint = 0) => new byte[Math.Max(sizeHint, 1)];
}
