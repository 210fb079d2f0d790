// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;
using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>The receiving half of a <see cref="WebSocketStream"/>: reads into its reader's buffer, where the connection un-frames, and sends what the
/// connection answers.</summary>
/// <remarks>Belongs to the holder of the <see cref="ReadSide"/>: the reader, and after the last read the closer.</remarks>
internal sealed class FrameReceiver(Stream inner, WebSocketConnection connection, ReadOnlyMemory<byte> early, FrameSender sender, ReadSide side)
{
    private const int NotReceived = -1;
    private const int MaxEmpty = 4; // reads in a row

    private bool wasAnswered;
    private bool wasTransportEnded;

    /// <summary>How long sending the answer to a Close or a broken rule may take.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The kind of the message that ended with the last read; null if it goes on, or the connection does not tell messages apart.</summary>
    public WebSocketEventKind? EndedMessage { get; private set; }

    /// <summary>Reads what the next messages carry, and releases the read side, which the caller has taken.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (sender.HasReplies) return ReadOnAsync(default, 0, buffer, cancellationToken); // an earlier read was cancelled before they were sent
        ValueTask<int> receiving;
        try
        {
            receiving = ReceiveAsync(buffer, cancellationToken);
        }
        catch
        {
            side.Release();
            throw;
        }

        if (buffer.IsEmpty) return WaitAsync(receiving);
        if (!receiving.IsCompletedSuccessfully) return ReadOnAsync(receiving, NotReceived, buffer, cancellationToken);
        int payload = Unframe(buffer.Span[..receiving.Result]);
        if (payload == 0 || sender.HasReplies) return ReadOnAsync(default, payload, buffer, cancellationToken);
        side.Release();
        return new ValueTask<int>(payload);
    }

    /// <summary>Discards data until the connection has ended, and answers.</summary>
    /// <exception cref="IOException">The peer sends on and on.</exception>
    public async ValueTask ReceiveCloseAsync(CancellationToken cancellationToken)
    {
        byte[] scratch = new byte[4096];
        long discarded = 0;
        while (!connection.HasEnded)
        {
            if (discarded > connection.MaxDiscarded) throw new IOException("The WebSocket peer does not stop sending after a Close.");
            cancellationToken.ThrowIfCancellationRequested();
            int received = await ReceiveAsync(scratch, cancellationToken).ConfigureAwait(false);
            discarded += received;
            Unframe(scratch.AsSpan(0, received));
            if (sender.HasReplies) await sender.SendRepliesAsync(cancellationToken).ConfigureAwait(false);
        }

        await AnswerAsync().ConfigureAwait(false);
    }

    /// <summary>Sends the Close that the peer's Close or a broken rule calls for, if that was not tried before; the end that closes first then ends its
    /// sending.</summary>
    public async ValueTask AnswerAsync()
    {
        if (wasAnswered || !connection.CallsForClose) return;
        wasAnswered = true;
        using var deadline = new CancellationTokenSource(CloseTimeout);
        try
        {
            await sender.SendCloseAsync(deadline.Token).ConfigureAwait(false);
            if (connection.EndsTransportFirst) await TransportEnd.ShutDownSendingAsync(inner).ConfigureAwait(false); // [WS-5.5.1-9]
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            // the next read fails too, and tells the caller
        }
    }

    /// <summary>Ends the sending and reads to the end of the transport; a client lets its server end first. Bounded in time and bytes.</summary>
    public async ValueTask EndTransportAsync()
    {
        if (wasTransportEnded) return;
        wasTransportEnded = true;
        bool isFirst = connection.EndsTransportFirst;
        if (isFirst) await TransportEnd.ShutDownSendingAsync(inner).ConfigureAwait(false);
        await TransportEnd.DrainAsync(inner).ConfigureAwait(false); // [WS-5.5.1-10] [WS-7.1.1-1]
        if (!isFirst) await TransportEnd.ShutDownSendingAsync(inner).ConfigureAwait(false);
    }

    private ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (connection.HasEnded) return new ValueTask<int>(0);
        if (early.IsEmpty) return inner.ReadAsync(buffer, cancellationToken);
        int length = Math.Min(early.Length, buffer.Length);
        early[..length].CopyTo(buffer);
        early = early[length..];
        return new ValueTask<int>(length);
    }

    /// <summary>Leaves the payloads at the start of the bytes, and returns their length. What stands behind the end of a message is kept for the next
    /// read.</summary>
    private int Unframe(Span<byte> received)
    {
        int read = 0;
        int written = 0;
        EndedMessage = null;
        if (received.IsEmpty) connection.EndOfTransport();
        while (EndedMessage is null && connection.TryReceive(received, ref read, ref written, sender, out WebSocketEvent happened))
        {
            if (happened.IsEndOfMessage) EndedMessage = happened.Kind;
        }

        if (read < received.Length) early = (byte[])[.. received[read..], .. early.Span];
        return written;
    }

    /// <summary>Waits for what comes, with a state machine that holds no more than that: it is what an idle connection keeps.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> receiving)
    {
        try
        {
            await receiving.ConfigureAwait(false);
            return 0;
        }
        finally
        {
            side.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadOnAsync(ValueTask<int> receiving, int payload, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int empty = 0;
        try
        {
            while (true)
            {
                if (payload == NotReceived)
                {
                    int received = await receiving.ConfigureAwait(false);
                    if (buffer.IsEmpty) return 0;
                    payload = Unframe(buffer.Span[..received]);
                }

                // The data read go to the reader even if the peer can no longer be answered, or the read is cancelled here.
                if (sender.HasReplies) await sender.SendRepliesAsync(cancellationToken).ConfigureAwait(false); // [WS-5.5.2-2]
                if (payload > 0 || EndedMessage is not null) return payload; // what it leads to may be sent before the Close that came behind it is answered
                await AnswerAsync().ConfigureAwait(false); // [WS-5.5.1-7] [WS-7.2.1-1]
                if (connection.Violation is WebSocketViolation violation)
                {
                    await EndTransportAsync().ConfigureAwait(false);
                    throw new WebSocketViolationException(violation); // [WS-7.1.7-1]
                }

                if (connection.HasEnded) return 0;
                if (++empty % MaxEmpty == 0) await Task.Yield(); // frames that carry nothing must not keep the thread from other connections
                receiving = ReceiveAsync(buffer, cancellationToken);
                payload = NotReceived;
            }
        }
        finally
        {
            side.Release();
        }
    }
}
