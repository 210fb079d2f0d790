using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>The sending half of a <see cref="WebSocketStream"/>: data from its writer, pongs and Close from its reader, one frame after the other.</summary>
/// <remarks>
/// A gate lets one sender at a time to the stream. The reader must not stand behind a blocked writer for the sake of a
/// pong, since the peer may be waiting for this end to read: it hands its pongs to whoever holds the gate. Only a reader
/// that has more pongs while the ones before are still unsent waits, so that a flood of pings costs no memory.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A SemaphoreSlim without a wait handle holds nothing.")]
internal sealed class FrameSender
{
    private const int LargestCopy = 64 * 1024;

    private readonly Stream _inner;
    private readonly MaskKeys? _keys;               // used by the holder of the gate
    private readonly MaskKeys? _pongKeys;           // used by the reader
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ArrayBufferWriter<byte>? _pongs;        // the reader's
    private ArrayBufferWriter<byte>? _handedOver;   // left to the holder of the gate
    private ArrayBufferWriter<byte>? _spare;        // sent, and empty again
    private bool _isBroken;

    public FrameSender(Stream inner, WebSocketRole role)
    {
        _inner = inner;
        if (role == WebSocketRole.Client)
        {
            _keys = new MaskKeys(RandomNumberGenerator.Fill);
            _pongKeys = new MaskKeys(RandomNumberGenerator.Fill);
        }
    }

    /// <summary>Set once a Close is on its way: no data frame follows it.</summary>
    public bool CloseSent { get; private set; }

    public bool HasPongs => _pongs is { WrittenCount: > 0 };

    /// <summary>Sends one binary frame.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (!_gate.Wait(0, CancellationToken.None))
            return SendWhenFreeAsync(payload, cancellationToken);
        if (payload.Length > LargestCopy)
            return SendLargeHeldAsync(payload, cancellationToken);

        byte[] frame = ArrayPool<byte>.Shared.Rent(FrameHeader.MaxSize + payload.Length);
        return SendHeld(frame, Frame.Write(frame, Opcode.Binary, payload.Span, _keys), frame, cancellationToken);
    }

    /// <summary>Sends one binary frame of a payload that stands behind <see cref="FrameHeader.MaxSize"/> free bytes, without copying it.</summary>
    public ValueTask SendAroundAsync(Memory<byte> roomAndPayload, CancellationToken cancellationToken)
    {
        if (!_gate.Wait(0, CancellationToken.None))
            return SendAroundWhenFreeAsync(roomAndPayload, cancellationToken);
        int start = Frame.WriteAround(roomAndPayload.Span, Opcode.Binary, _keys);
        return SendHeld(roomAndPayload[start..], roomAndPayload.Length - start, null, cancellationToken);
    }

    /// <summary>For the reader: adds the pong that answers a ping.</summary>
    public void AddPong(ReadOnlySpan<byte> ping) => 
        Frame.Write(_pongs ??= Interlocked.Exchange(ref _spare, null) ?? new ArrayBufferWriter<byte>(), Opcode.Pong, ping, _pongKeys);

    /// <summary>For the reader: sends the pongs added, or leaves them to the sender that is under way.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendPongsAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _handedOver, _pongs, null) is null)
        {
            _pongs = null;
            await SendHandedOverAsync().ConfigureAwait(false);
            return;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await WriteHandedOverAsync().ConfigureAwait(false);
            await WriteAsync(_pongs!.WrittenMemory, cancellationToken).ConfigureAwait(false);
            _pongs.ResetWrittenCount();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Sends a Close unless one was sent.</summary>
    public async ValueTask SendCloseAsync(CloseCode code, string reason, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (CloseSent || _isBroken)
                return;
            CloseSent = true;                                                           // [WS-5.5.1-5]
            await WriteHandedOverAsync().ConfigureAwait(false);
            byte[] body = new byte[FrameHeader.MaxControlPayload];
            byte[] frame = new byte[FrameHeader.MaxControlPayload + 6];
            int size = Frame.Write(frame, Opcode.Close, body.AsSpan(0, CloseBody.Write(body, code, reason)), _keys);
            await WriteAsync(frame.AsMemory(0, size), cancellationToken).ConfigureAwait(false);
            await _inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    // The gate is held, and is released here or by FinishAsync. What is sent was masked and copied before. [WS-6.1-7] [WS-10.3-2]
    private ValueTask SendHeld(ReadOnlyMemory<byte> frame, int size, byte[]? rented, CancellationToken cancellationToken)
    {
        ValueTask write;
        try
        {
            DemandOpen();
            write = _inner.WriteAsync(frame[..size], cancellationToken);
        }
        catch (Exception e)
        {
            write = ValueTask.FromException(e);
        }

        if (!write.IsCompletedSuccessfully)
            return FinishAsync(write, rented);
        write.GetAwaiter().GetResult();
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        _gate.Release();
        return Volatile.Read(ref _handedOver) is null ? default : SendHandedOverAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask write, byte[]? rented)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch
        {
            _isBroken |= !CloseSent;    // part of a frame may be out
            throw;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
            _gate.Release();
        }

        await SendHandedOverAsync().ConfigureAwait(false);
    }

    private async ValueTask SendWhenFreeAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        await SendLargeHeldAsync(payload, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SendAroundWhenFreeAsync(Memory<byte> roomAndPayload, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        int start = Frame.WriteAround(roomAndPayload.Span, Opcode.Binary, _keys);
        await SendHeld(roomAndPayload[start..], roomAndPayload.Length - start, null, cancellationToken).ConfigureAwait(false);
    }

    // One frame and one key all the same, but written 64 KB at a time: a large message costs no large buffer.
    private async ValueTask SendLargeHeldAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FrameHeader.MaxSize + Math.Min(payload.Length, LargestCopy));
        try
        {
            DemandOpen();
            var header = new FrameHeader(true, Opcode.Binary, payload.Length, _keys?.Next());
            int size = header.Write(buffer);
            uint key = header.MaskKey;
            do
            {
                ReadOnlyMemory<byte> part = payload[..Math.Min(payload.Length, LargestCopy)];
                key = Masking.Move(part.Span, buffer.AsSpan(size), key);
                await WriteAsync(buffer.AsMemory(0, size + part.Length), cancellationToken).ConfigureAwait(false);
                payload = payload[part.Length..];
                size = 0;
            }
            while (!payload.IsEmpty);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _gate.Release();
        }

        await SendHandedOverAsync().ConfigureAwait(false);
    }

    // Whoever finds the gate free sends; whoever holds it comes here after releasing it. So nothing stays behind.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendHandedOverAsync()
    {
        while (Volatile.Read(ref _handedOver) is not null && _gate.Wait(0, CancellationToken.None))
        {
            try
            {
                await WriteHandedOverAsync().ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteHandedOverAsync()
    {
        ArrayBufferWriter<byte>? pongs = Volatile.Read(ref _handedOver);
        if (pongs is null)
            return;
        await WriteAsync(pongs.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
        pongs.ResetWrittenCount();
        Volatile.Write(ref _spare, pongs);
        Volatile.Write(ref _handedOver, null);
        await _inner.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _inner.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _isBroken = true;
            throw;
        }
    }

    private void DemandOpen()
    {
        if (CloseSent)
            throw new IOException("The WebSocket is closing: no data frame follows a Close. RFC 6455 5.5.1");      // [WS-5.5.1-5] [WS-6.1-2]
        if (_isBroken)
            throw new IOException("The WebSocket is broken: an earlier write failed.");
    }
}
