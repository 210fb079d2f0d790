// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>A WebSocket as a pipe of bytes: what is written leaves in binary frames, what binary messages carry is read, however it was framed. RFC
/// 6455.</summary>
/// <remarks>
/// One read and any number of writes may be under way at a time; each write is one frame, and frames never mix. Flushing,
/// closing, aborting and disposing may come at any time and from any thread. Pings are answered and the closing handshake
/// is done while reading, so there always has to be a reader. A read of no bytes waits for something to arrive and holds no buffer.
/// A write that is cancelled before its turn harms nothing; one cancelled within its frame breaks the connection.
/// </remarks>
public sealed class WebSocketStream : Stream
{
    private readonly Stream inner;
    private readonly WebSocketConnection connection;
    private readonly ReadSide readSide = new();
    private readonly FrameSender sender;
    private readonly FrameReceiver receiver;

    /// <summary>Creates a stream of frames over one on which the opening handshake was done.</summary>
    /// <param name="inner">Carries the bytes; owned from here on.</param>
    /// <param name="role">This end.</param>
    public WebSocketStream(Stream inner, WebSocketRole role)
        : this(inner, role, default)
    {
    }

    /// <param name="inner">Carries the bytes; owned from here on.</param>
    /// <param name="role">This end.</param>
    /// <param name="early">Bytes that came behind the opening handshake.</param>
    /// <param name="acceptsText">Text and binary messages, told apart: see <see cref="EndedMessage"/>. False: bytes in binary messages.</param>
    internal WebSocketStream(Stream inner, WebSocketRole role, ReadOnlyMemory<byte> early, bool acceptsText = false)
    {
        ArgumentNullException.ThrowIfNull(inner);
        this.inner = inner;
        connection = new WebSocketConnection(role, Entropy.Fill, int.MaxValue, acceptsText);
        sender = new FrameSender(inner, connection);
        receiver = new FrameReceiver(inner, connection, early, sender, readSide);
        Role = role;
    }

    /// <summary>Gets the role of this end.</summary>
    public WebSocketRole Role { get; }

    /// <summary>Gets the subprotocol that the opening handshake agreed on; null for none.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>On a server, the request that opened the connection; null when nobody needs it any more.</summary>
    internal AcceptedHandshake? Request { get; set; }

    /// <summary>The peer has begun a message and not ended it, as far as was read. Other threads than the reader's see a moment ago.</summary>
    internal bool IsWithinMessage => connection.IsWithinMessage;

    /// <summary>A number that changes with each write of pongs, while one is under way; 0 while none is.</summary>
    internal int RepliesUnderWay => sender.RepliesUnderWay;

    /// <summary>The kind of the message that ended with the last read, on a stream that tells messages apart; null if it goes on.</summary>
    internal WebSocketEventKind? EndedMessage => receiver.EndedMessage;

    /// <summary>Gets or sets how long closing may take before the transport is dropped: 5 seconds unless set, at most 49 days, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not such a time.</exception>
    public TimeSpan CloseTimeout
    {
        get => receiver.CloseTimeout;
        set
        {
            if (value != Timeout.InfiniteTimeSpan && (value < TimeSpan.Zero || value > TimeSpan.FromDays(49)))
                throw new ArgumentOutOfRangeException(nameof(value), value, "Closing takes 0 to 49 days, or has no limit.");
            receiver.CloseTimeout = value;
        }
    }

    /// <summary>Gets the code of the peer's Close; 1005 if it named none, 1006 if the connection ended without a Close, null before the end.</summary>
    public CloseCode? CloseCode => connection.CloseCode;

    /// <summary>Gets the reason in the peer's Close, for logs and not for end users.</summary>
    public string CloseReason => connection.CloseReason;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Opens a WebSocket over a connected stream as its client, RFC 6455 4.1. When this throws, the stream still belongs to the caller.</summary>
    /// <exception cref="WebSocketHandshakeException">The server refused, or did not answer as the RFC demands.</exception>
    public static Task<WebSocketStream> ConnectAsync(Stream inner, ClientHandshake request, CancellationToken cancellationToken = default) =>
        OpeningHandshake.ConnectAsync(inner, request, acceptsText: false, cancellationToken);

    /// <summary>
    /// Opens a WebSocket over an accepted stream as its server, RFC 6455 4.2. null: the client was refused, with an HTTP
    /// answer that was sent, and the stream still belongs to the caller, to be closed.
    /// </summary>
    internal static Task<WebSocketStream?> AcceptAsync(Stream inner, ServerHandshakeOptions options, CancellationToken cancellationToken) =>
        OpeningHandshake.AcceptAsync(inner, options, acceptsText: false, cancellationToken);

    /// <summary>Reads what the next binary frames carry; 0 when the peer closed or the transport ended, see <see cref="CloseCode"/>.</summary>
    /// <exception cref="WebSocketViolationException">The peer broke a rule; it was told so and the connection is over.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (readSide.TryTake()) return receiver.ReadAsync(buffer, cancellationToken);
        return readSide.IsClosing ? ReadEndAsync(cancellationToken) : throw new InvalidOperationException("Another read is under way.");
    }

    /// <summary>Sends the bytes in one binary frame; no bytes send nothing.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? default : sender.SendAsync(buffer, isText: false, cancellationToken);

    /// <summary>Flushes the stream below, between two frames.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => sender.FlushAsync(cancellationToken);

    /// <summary>Closes with code 1000 and no reason, or with 1002 if the peer's sending ended within a frame: see
    /// <see cref="CloseAsync(CloseCode, string, CancellationToken)"/>.</summary>
    /// <param name="cancellationToken">Drops the transport at once; when closing was begun before, ends the waiting for it.</param>
    public Task CloseAsync(CancellationToken cancellationToken = default)
    {
        connection.Close();
        return FinishClosingAsync(cancellationToken);
    }

    /// <summary>
    /// Does the closing handshake, RFC 6455 7.1.2: sends a Close, waits for the peer's Close and for the end of the transport. If the peer
    /// does not play its part within <see cref="CloseTimeout"/>, or this is cancelled, the transport is dropped. Reads that begin
    /// after this return 0; a read that is under way ends.
    /// </summary>
    /// <param name="code">1000 to 1003, 1007 to 1014 or 3000 to 4999; 1005 sends none.</param>
    /// <param name="reason">For the peer's log; no more than 123 bytes of it are sent.</param>
    /// <param name="cancellationToken">Drops the transport at once; when closing was begun before, ends the waiting for it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is never sent, RFC 6455 7.4.</exception>
    public Task CloseAsync(CloseCode code, string reason = "", CancellationToken cancellationToken = default)
    {
        connection.Close(code, reason);
        return FinishClosingAsync(cancellationToken);
    }

    /// <summary>Drops the transport without a word, as a lost connection would.</summary>
    public void Abort() => inner.Dispose();

    /// <summary>Closes as <see cref="CloseAsync(CancellationToken)"/> does if that was not done, then drops the transport.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            await inner.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => FlushAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Drops the transport without a Close, as <see cref="Abort"/> does; <see cref="DisposeAsync"/> closes first.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Abort();
        base.Dispose(disposing);
    }

    /// <summary>Sends a message whole, on a stream that tells messages apart.</summary>
    internal ValueTask WriteMessageAsync(ReadOnlyMemory<byte> message, bool isText, CancellationToken cancellationToken) =>
        sender.SendAsync(message, isText, cancellationToken);

    private async Task FinishClosingAsync(CancellationToken cancellationToken)
    {
        if (!readSide.TryBeginClosing())
        {
            await readSide.Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(CloseTimeout);
        try
        {
            // the last read may have left a Close or a broken rule behind its data
            if (readSide.LastReadEnded.IsCompleted) await receiver.AnswerAsync().ConfigureAwait(false);
            await sender.SendCloseAsync(deadline.Token).ConfigureAwait(false);
            await readSide.LastReadEnded.WaitAsync(deadline.Token).ConfigureAwait(false);
            await receiver.ReceiveCloseAsync(deadline.Token).ConfigureAwait(false); // [WS-7.1.2-2]
            await receiver.EndTransportAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            Abort(); // out of time, or the peer is gone
        }
        finally
        {
            connection.EndOfTransport();
            readSide.EndClosing();
        }
    }

    private async ValueTask<int> ReadEndAsync(CancellationToken cancellationToken)
    {
        await readSide.Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }
}
