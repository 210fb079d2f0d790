using System.Runtime.CompilerServices;
using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>A WebSocket as a pipe of bytes: what is written leaves in binary frames, what binary messages carry is read, however it was framed. RFC 6455.</summary>
/// <remarks>
/// One read and any number of writes may be under way at a time; each write is one frame. Pings are answered and the
/// closing handshake is done while reading. A read of no bytes waits for something to arrive and holds no buffer.
/// </remarks>
public sealed class WebSocketStream : Stream
{
    /// <summary>Free bytes that <see cref="WriteAroundAsync"/> needs in front of the payload.</summary>
    public const int HeaderRoom = FrameHeader.MaxSize;

    private const int NotReceived = -1;

    private readonly Stream _inner;
    private readonly FrameReader _reader;
    private readonly FrameSender _sender;
    private readonly ReadSide _readSide = new();
    private ReadOnlyMemory<byte> _early;
    private WebSocketViolation? _violation;
    private bool _mustAnswer;
    private bool _drained;
    private bool _ended;

    /// <summary>Frames over a stream on which the opening handshake was done.</summary>
    /// <param name="inner">Carries the bytes; owned from here on.</param>
    /// <param name="role">This end.</param>
    public WebSocketStream(Stream inner, WebSocketRole role)
        : this(inner, role, default)
    {
    }

    internal WebSocketStream(Stream inner, WebSocketRole role, ReadOnlyMemory<byte> early, long maxMessageSize = int.MaxValue)
    {
        _inner = inner;
        _early = early;
        _reader = new FrameReader(role, maxMessageSize, acceptsText: false);
        _sender = new FrameSender(inner, role);
        Role = role;
    }

    /// <summary>This end.</summary>
    public WebSocketRole Role { get; }

    /// <summary>The subprotocol agreed on in the opening handshake; null for none.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>On a server, the request that opened the connection.</summary>
    public AcceptedHandshake? Request { get; init; }

    /// <summary>How long closing may take before the transport is simply dropped.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The code of the peer's Close; 1005 when it named none, 1006 when the connection ended without one; null before that.</summary>
    public CloseCode? CloseCode { get; private set; }

    /// <summary>The reason in the peer's Close, for logs and not for end users.</summary>
    public string CloseReason { get; private set; } = "";

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
    public static Task<WebSocketStream> ConnectAsync(Stream inner, ClientHandshake request, CancellationToken cancellationToken) =>
        OpeningHandshake.ConnectAsync(inner, request, cancellationToken);

    /// <summary>
    /// Opens a WebSocket over an accepted stream as its server, RFC 6455 4.2. null: the client was refused, with an HTTP
    /// answer that was sent, and the stream still belongs to the caller, to be closed.
    /// </summary>
    public static Task<WebSocketStream?> AcceptAsync(Stream inner, ServerHandshakeOptions options, CancellationToken cancellationToken) =>
        OpeningHandshake.AcceptAsync(inner, options, cancellationToken);

    /// <summary>Reads what the next binary frames carry; 0 when the peer closed or the transport ended, see <see cref="CloseCode"/>.</summary>
    /// <exception cref="WebSocketViolationException">The peer broke a rule; it was told so and the connection is over.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_readSide.TryTake())
            return _readSide.IsClosing ? ReadEndAsync() : throw new InvalidOperationException("Another read is under way.");

        ValueTask<int> receiving;
        try
        {
            receiving = ReceiveAsync(buffer, cancellationToken);
        }
        catch
        {
            _readSide.Release();
            throw;
        }

        if (buffer.IsEmpty || !receiving.IsCompletedSuccessfully)
            return ReadOnAsync(receiving, NotReceived, buffer, cancellationToken);
        int payload = Unframe(buffer.Span[..receiving.Result]);
        if (payload == 0 || _sender.HasPongs)
            return ReadOnAsync(default, payload, buffer, cancellationToken);
        _readSide.Release();
        return new ValueTask<int>(payload);
    }

    /// <summary>Sends the bytes in one binary frame; no bytes send nothing.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? default : _sender.SendAsync(buffer, cancellationToken);

    /// <summary>
    /// Sends one binary frame without copying it. The first <see cref="HeaderRoom"/> bytes of the buffer are free for the
    /// frame's header, the payload follows them; a client masks it where it is, so its content is lost.
    /// </summary>
    public ValueTask WriteAroundAsync(Memory<byte> roomAndPayload, CancellationToken cancellationToken = default) =>
        _sender.SendAroundAsync(roomAndPayload, cancellationToken);

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    /// <summary>
    /// The closing handshake, RFC 6455 7.1.2: a Close, the peer's Close, the end of the transport, within <see cref="CloseTimeout"/>.
    /// Reads that begin after this give 0.
    /// </summary>
    public async Task CloseAsync(CloseCode code = WebSockets.CloseCode.NormalClosure, string reason = "", CancellationToken cancellationToken = default)
    {
        if (!_readSide.TryBeginClosing())
        {
            await _readSide.Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(CloseTimeout);
        try
        {
            if (_mustAnswer)
                await AnswerAsync().ConfigureAwait(false);
            await _sender.SendCloseAsync(code, reason, deadline.Token).ConfigureAwait(false);
            await _readSide.TakeForClosingAsync(deadline.Token).ConfigureAwait(false);
            await ReceiveCloseAsync(deadline.Token).ConfigureAwait(false);              // [WS-7.1.2-2]
            await EndTransportAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            // out of time, or the peer is gone: the transport is dropped as it is
        }
        finally
        {
            CloseCode ??= WebSockets.CloseCode.AbnormalClosure;
            _readSide.EndClosing();
        }
    }

    /// <summary>Drops the transport without a word, as a lost connection would.</summary>
    public void Abort() => _inner.Dispose();

    /// <summary>Closes with 1000 if that was not done, then drops the transport.</summary>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await _inner.DisposeAsync().ConfigureAwait(false);
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
    public override void Flush() => _inner.Flush();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Abort();
        base.Dispose(disposing);
    }

    private ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_ended || _violation is not null)
            return new ValueTask<int>(0);
        if (_early.IsEmpty)
            return _inner.ReadAsync(buffer, cancellationToken);
        int length = Math.Min(_early.Length, buffer.Length);
        _early[..length].CopyTo(buffer);
        _early = _early[length..];
        return new ValueTask<int>(length);
    }

    // Leaves the payloads at the start of the bytes, and says how long they are.
    private int Unframe(Span<byte> received)
    {
        int read = 0;
        int written = 0;
        if (received.IsEmpty && _violation is null)
        {
            _ended = true;
            CloseCode ??= WebSockets.CloseCode.AbnormalClosure;                         // [WS-7.1.5-3] [WS-7.2.1-2]
        }

        while (!_ended && _reader.TrySqueeze(received, ref read, ref written, out FramePiece piece))
        {
            _mustAnswer = piece.Violation is not null || piece.Opcode == Opcode.Close;
            _violation = piece.Violation;
            if (_violation is not null)
                break;
            if (piece.Opcode == Opcode.Ping)
                _sender.AddPong(piece.Payload);                                         // [WS-5.5.2-1]
            else if (piece.Opcode == Opcode.Close)
                TakeClose(piece.Payload);
        }

        return written;
    }

    private void TakeClose(ReadOnlySpan<byte> payload)
    {
        CloseBody.TryRead(payload, out CloseBody body, out _);
        CloseCode = body.Code;                                                          // [WS-7.1.5-1]
        CloseReason = body.ReasonText();                                                // [WS-7.1.6-1]
        _ended = true;
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
                    if (buffer.IsEmpty)
                        return 0;
                    payload = Unframe(buffer.Span[..received]);
                }

                if (_sender.HasPongs)
                    await SendPongsAsync().ConfigureAwait(false);                       // [WS-5.5.2-2]
                if (payload > 0)
                    return payload;     // what it leads to may be sent before the Close that came behind it is answered
                if (_mustAnswer)
                    await AnswerAsync().ConfigureAwait(false);                          // [WS-5.5.1-7] [WS-7.2.1-1]
                if (_ended)
                    return 0;
                if (_violation is not null)
                {
                    await EndTransportAsync().ConfigureAwait(false);
                    throw new WebSocketViolationException(_violation);                  // [WS-7.1.7-1]
                }

                receiving = ReceiveAsync(buffer, cancellationToken);
                payload = NotReceived;
            }
        }
        finally
        {
            _readSide.Release();
        }
    }

    private async ValueTask<int> ReadEndAsync()
    {
        await _readSide.Closed.ConfigureAwait(false);
        return 0;
    }

    // The data read go to the reader even if the peer can no longer be answered.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendPongsAsync()
    {
        try
        {
            await _sender.SendPongsAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            // reading will tell
        }
    }

    private async ValueTask AnswerAsync()
    {
        _mustAnswer = false;
        using var deadline = new CancellationTokenSource(CloseTimeout);
        try
        {
            if (_violation is null)
                await _sender.SendCloseAsync(CloseCode!.Value, "", deadline.Token).ConfigureAwait(false);                            // [WS-5.5.1-6]
            else
                await _sender.SendCloseAsync(_violation.CloseCode, _violation.Message, deadline.Token).ConfigureAwait(false);        // [WS-7.1.7-4]
            if (Role == WebSocketRole.Server || _violation is not null)                  // [WS-7.1.1-3] [WS-7.1.1-4] [WS-7.1.7-2]
                await TransportEnd.ShutDownSendingAsync(_inner).ConfigureAwait(false);                                               // [WS-5.5.1-9]
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            // reading will tell
        }
    }

    private async ValueTask ReceiveCloseAsync(CancellationToken cancellationToken)
    {
        byte[] scratch = new byte[4096];
        while (!_ended && _violation is null)
        {
            int received = await ReceiveAsync(scratch, cancellationToken).ConfigureAwait(false);
            Unframe(scratch.AsSpan(0, received));
            if (_sender.HasPongs)
                await SendPongsAsync().ConfigureAwait(false);
            if (_mustAnswer)
                await AnswerAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask EndTransportAsync()
    {
        if (_drained)
            return;
        _drained = true;
        bool isFirst = Role == WebSocketRole.Server || _violation is not null;          // [WS-7.1.1-2]
        if (isFirst)
            await TransportEnd.ShutDownSendingAsync(_inner).ConfigureAwait(false);
        await TransportEnd.DrainAsync(_inner).ConfigureAwait(false);                    // [WS-5.5.1-10] [WS-7.1.1-1]
        if (!isFirst)
            await TransportEnd.ShutDownSendingAsync(_inner).ConfigureAwait(false);
    }
}
