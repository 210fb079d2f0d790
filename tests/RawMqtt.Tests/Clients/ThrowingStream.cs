// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;

namespace RawMqtt.Tests.Clients;

/// <summary>What an application might write around a serial port: it is closed when the token is cancelled, and that fails.</summary>
internal sealed class ThrowingStream(Stream inner, ConcurrentQueue<string> thrown) : StubbornStream(inner)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.Register(() =>
        {
            thrown.Enqueue("x");
            throw new IOException("the port is gone");
        });
        return base.ReadAsync(buffer, CancellationToken.None);
    }
}
