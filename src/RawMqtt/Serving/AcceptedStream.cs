// SPDX-License-Identifier: MIT

using System.Net.Sockets;

namespace RawMqtt.Serving;

/// <summary>Represents an accepted connection as a stream, made for brokers with many idle or short connections.</summary>
/// <remarks>
/// A read returns 0 when the connection breaks, because an exception costs ten times as much as the rest of a short connection.
/// Writes share their system objects, so that an idle connection holds only those of its read.
/// </remarks>
internal sealed class AcceptedStream(Socket socket, TlsRecords? records) : NetworkStream(socket, ownsSocket: true)
{
    private readonly SocketReceive receive = new() { Records = records };

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.CanBeCanceled ? base.ReadAsync(buffer, cancellationToken) : receive.ReceiveAsync(Socket, buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.CanBeCanceled ? base.WriteAsync(buffer, cancellationToken) : SocketSend.SendAsync(Socket, buffer);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) receive.Dispose();
    }
}
