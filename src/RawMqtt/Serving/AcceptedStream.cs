// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Runtime.CompilerServices;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>Represents an accepted connection as a stream, made for brokers with many idle or short connections.</summary>
/// <remarks>
/// A read returns 0 when the connection breaks, because an exception costs ten times as much as the rest of a short connection. A read of no bytes
/// waits for what comes. Without a <see cref="Poller"/> the framework waits.
/// </remarks>
internal sealed class AcceptedStream : NetworkStream
{
    private readonly SocketReceive? receive;
    private readonly TlsRecords? records;
    private readonly PolledSocket? polled;

    /// <param name="socket">The accepted socket; owned from here on.</param>
    /// <param name="records">The records of TLS that the bytes belong to; null if there is no TLS.</param>
    /// <param name="poller">What waits for the socket; null for the framework.</param>
    public AcceptedStream(Socket socket, TlsRecords? records, Poller? poller)
        : base(socket, ownsSocket: true)
    {
        this.records = records;
        polled = poller is null ? null : PolledSocket.TryWatch(socket, poller, endsQuietly: true);
        if (polled is null) receive = new SocketReceive { Records = records };
    }

    /// <summary>Sets whether what waits may be resumed on the poller's thread; false during long work, such as a TLS handshake.</summary>
    public bool IsQuick
    {
        set
        {
            if (polled is not null) polled.IsQuick = value;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (polled is null) return cancellationToken.CanBeCanceled ? base.ReadAsync(buffer, cancellationToken) : receive!.ReceiveAsync(Socket, buffer);
        ValueTask<int> reading = polled.ReadAsync(buffer, cancellationToken);
        return records is null || buffer.IsEmpty ? reading : TakeRecordsAsync(reading, buffer, records);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (polled is not null) return polled.WriteAsync(buffer, cancellationToken);
        return cancellationToken.CanBeCanceled ? base.WriteAsync(buffer, cancellationToken) : SocketSend.SendAsync(Socket, buffer);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        receive?.Dispose();
        polled?.Close();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> TakeRecordsAsync(ValueTask<int> reading, Memory<byte> buffer, TlsRecords records)
    {
        int count = await reading.ConfigureAwait(false);
        records.Take(buffer.Span[..count]);
        return count;
    }
}
