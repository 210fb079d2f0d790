// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;
using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>The receiving half of a <see cref="WebSocketStream"/>: what comes is un-framed in its reader's buffer; pings, the peer's Close and broken rules are answered on the way.</summary>
/// <remarks>Belongs to whoever holds the <see cref="ReadSide"/>: the reader, and in the end whoever closes.</remarks>
internal sealed class FrameReceiver(Stream inner, WebSocketRole role, ReadOnlyMemory<byte> early, long maxMessageSize, FrameSender sender, ReadSide side)
{
    private const int NotReceived = -1;

    private readonly FrameReader reader = new(role, maxMessageSize, acceptsText: false);
    private WebSocketViolation? violation;
    private bool mustAnswer;
    private bool ended;
    private bool transportEnded;

    /// <summary>How long telling the peer may take.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>See <see cref="WebSocketStream.CloseCode"/>.</summary>
    public CloseCode? CloseCode { get; private set; }

    /// <summary>See <see cref="WebSocketStream.CloseReason"/>.</summary>
    public string CloseReason { get; private set; } = "";

    /// <summary>The last read ended within a frame.</summary>
    public bool IsWithinFrame => reader.IsWithinFrame;

    /// <summary>Reads what the next binary frames carry, and releases the read side, which the caller has taken.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (sender.HasPongs) return ReadOnAsync(default, 0, buffer, cancellationToken); // an earlier read was cancelled before they were sent
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

        if (buffer.IsEmpty || !receiving.IsCompletedSuccessfully) return ReadOnAsync(receiving, NotReceived, buffer, cancellationToken);
        int payload = Unframe(buffer.Span[..receiving.Result]);
        if (payload == 0 || sender.HasPongs) return ReadOnAsync(default, payload, buffer, cancellationToken);
        side.Release();
        return new ValueTask<int>(payload);
    }

    /// <summary>Discards data until the peer's Close, a broken rule or the end of the transport.</summary>
    public async ValueTask ReceiveCloseAsync(CancellationToken cancellationToken)
    {
        byte[] scratch = new byte[4096];
        while (!ended && violation is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int received = await ReceiveAsync(scratch, cancellationToken).ConfigureAwait(false);
            Unframe(scratch.AsSpan(0, received));
            if (sender.HasPongs) await sender.SendPongsAsync(cancellationToken).ConfigureAwait(false);
        }

        await AnswerAsync().ConfigureAwait(false);
    }

    /// <summary>Sends the Close that the peer's Close or a broken rule calls for, if that was not done; a server, or who fails the connection, then ends its sending.</summary>
    public async ValueTask AnswerAsync()
    {
        if (!mustAnswer) return;
        mustAnswer = false;
        using var deadline = new CancellationTokenSource(CloseTimeout);
        try
        {
            if (violation is null) await sender.SendCloseAsync(CloseCode!.Value, "", deadline.Token).ConfigureAwait(false); // [WS-5.5.1-6]
            else await sender.SendCloseAsync(violation.CloseCode, violation.Message, deadline.Token).ConfigureAwait(false); // [WS-7.1.7-4]
            if (EndsFirst) await TransportEnd.ShutDownSendingAsync(inner).ConfigureAwait(false); // [WS-5.5.1-9]
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            // reading will tell
        }
    }

    /// <summary>Ends the sending and reads to the end of the transport; a client lets its server end first. Bounded in time and bytes.</summary>
    public async ValueTask EndTransportAsync()
    {
        if (transportEnded) return;
        transportEnded = true;
        if (EndsFirst) await TransportEnd.ShutDownSendingAsync(inner).ConfigureAwait(false);
        await TransportEnd.DrainAsync(inner).ConfigureAwait(false); // [WS-5.5.1-10] [WS-7.1.1-1]
        if (!EndsFirst) await TransportEnd.ShutDownSendingAsync(inner).ConfigureAwait(false);
    }

    /// <summary>The connection ends; if without the peer's Close, abnormally. [WS-7.1.5-3] [WS-7.2.1-2]</summary>
    public void Abandon() => CloseCode ??= WebSockets.CloseCode.AbnormalClosure;

    /// <summary>A server ends the transport, and whoever fails the connection. [WS-7.1.1-2] [WS-7.1.1-3] [WS-7.1.1-4] [WS-7.1.7-2]</summary>
    private bool EndsFirst => role == WebSocketRole.Server || violation is not null;

    private ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (ended || violation is not null) return new ValueTask<int>(0);
        if (early.IsEmpty) return inner.ReadAsync(buffer, cancellationToken);
        int length = Math.Min(early.Length, buffer.Length);
        early[..length].CopyTo(buffer);
        early = early[length..];
        return new ValueTask<int>(length);
    }

    /// <summary>Leaves the payloads at the start of the bytes, and says how long they are.</summary>
    private int Unframe(Span<byte> received)
    {
        int read = 0;
        int written = 0;
        if (received.IsEmpty && violation is null)
        {
            ended = true;
            Abandon();
        }

        while (!ended && violation is null && reader.TrySqueeze(received, ref read, ref written, out FramePiece piece))
        {
            violation = piece.Violation;
            mustAnswer = violation is not null || piece.Opcode == Opcode.Close;
            if (violation is not null) Abandon();
            else if (piece.Opcode == Opcode.Ping) sender.AddPong(piece.Payload); // [WS-5.5.2-1]
            else if (piece.Opcode == Opcode.Close) TakeClose(piece.Payload);
        }

        return written;
    }

    private void TakeClose(ReadOnlySpan<byte> payload)
    {
        CloseBody.TryRead(payload, out CloseBody body, out _);
        CloseCode = body.Code; // [WS-7.1.5-1]
        CloseReason = body.ReasonText(); // [WS-7.1.6-1]
        ended = true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadOnAsync(ValueTask<int> receiving, int payload, Memory<byte> buffer, CancellationToken cancellationToken)
    {
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
                if (sender.HasPongs) await sender.SendPongsAsync(cancellationToken).ConfigureAwait(false); // [WS-5.5.2-2]
                if (payload > 0) return payload; // what it leads to may be sent before the Close that came behind it is answered
                await AnswerAsync().ConfigureAwait(false); // [WS-5.5.1-7] [WS-7.2.1-1]
                if (ended) return 0;
                if (violation is not null)
                {
                    await EndTransportAsync().ConfigureAwait(false);
                    throw new WebSocketViolationException(violation); // [WS-7.1.7-1]
                }

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
