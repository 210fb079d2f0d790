// SPDX-License-Identifier: MIT

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
/// A write that failed or was cancelled may have left a part of a frame behind: nothing is sent after it.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A SemaphoreSlim without a wait handle holds nothing.")]
internal sealed class FrameSender
{
    private const int LargestCopy = 64 * 1024;

    private readonly Stream inner;
    private readonly MaskKeys? keys;                // used by the holder of the gate
    private readonly MaskKeys? pongKeys;            // used by the reader
    private readonly SemaphoreSlim gate = new(1, 1);
    private ArrayBufferWriter<byte>? pongs;         // the reader's
    private ArrayBufferWriter<byte>? handedOver;    // left to the holder of the gate
    private ArrayBufferWriter<byte>? spare;         // sent, and empty again
    private bool closeSent;
    private bool isBroken;

    public FrameSender(Stream inner, WebSocketRole role)
    {
        this.inner = inner;
        if (role == WebSocketRole.Client)
        {
            keys = new MaskKeys(RandomNumberGenerator.Fill);
            pongKeys = new MaskKeys(RandomNumberGenerator.Fill);
        }
    }

    /// <summary>For the reader: pongs were added and not sent yet.</summary>
    public bool HasPongs => pongs is { WrittenCount: > 0 };

    /// <summary>Sends one binary frame. What is sent is masked and copied first. [WS-6.1-7] [WS-10.3-2]</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (!gate.Wait(0, CancellationToken.None)) return SendWhenFreeAsync(payload, cancellationToken);
        if (payload.Length > LargestCopy || closeSent || isBroken) return SendHeldAsync(payload, cancellationToken);

        byte[] frame = ArrayPool<byte>.Shared.Rent(FrameHeader.MaxSize + payload.Length);
        ValueTask write;
        try
        {
            int size = Frame.Write(frame, Opcode.Binary, payload.Span, keys);
            write = inner.WriteAsync(frame.AsMemory(0, size), cancellationToken);
        }
        catch (Exception e)
        {
            write = ValueTask.FromException(e);
        }

        if (!write.IsCompletedSuccessfully) return FinishAsync(write, frame, cancellationToken);
        write.GetAwaiter().GetResult();
        ArrayPool<byte>.Shared.Return(frame);
        return ReleaseAsync(cancellationToken);
    }

    /// <summary>For the reader: adds the pong that answers a ping.</summary>
    public void AddPong(ReadOnlySpan<byte> ping) =>
        Frame.Write(pongs ??= Interlocked.Exchange(ref spare, null) ?? new ArrayBufferWriter<byte>(), Opcode.Pong, ping, pongKeys);

    /// <summary>
    /// For the reader: sends the pongs added, or leaves them to the sender that is under way. A failure is for the next write and the next read to tell.
    /// Who is cancelled waits no longer; the pongs stay, and a frame that was begun goes on.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendPongsAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (Interlocked.CompareExchange(ref handedOver, pongs, null) is not null)
                await WaitAsync(SendHandedOverWhenFreeAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            pongs = null;
            await WaitAsync(SendHandedOverAsync(CancellationToken.None), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            // the next read tells
        }
    }

    /// <summary>Sends a Close unless one was sent.</summary>
    /// <exception cref="IOException">An earlier write failed, so that the peer can be told nothing any more.</exception>
    public async ValueTask SendCloseAsync(CloseCode code, string reason, CancellationToken cancellationToken)
    {
        byte[] body = new byte[FrameHeader.MaxControlPayload];
        int length = CloseBody.Write(body, code, reason);
        byte[] frame = new byte[FrameHeader.MaxSize + length];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (closeSent) return;
            await WriteHandedOverAsync(cancellationToken).ConfigureAwait(false);
            closeSent = true;                                                           // [WS-5.5.1-5]
            int size = Frame.Write(frame, Opcode.Close, body.AsSpan(0, length), keys);
            await WriteAsync(frame.AsMemory(0, size), cancellationToken).ConfigureAwait(false);
            await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Flushes the stream below, which need not bear a flush and a write side by side.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask write, byte[] frame, CancellationToken cancellationToken)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch
        {
            isBroken = true;
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendWhenFreeAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        await SendHeldAsync(payload, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The gate is held. One frame and one key, but written 64 KB at a time: a large message costs no large buffer.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendHeldAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FrameHeader.MaxSize + Math.Min(payload.Length, LargestCopy));
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (closeSent) throw new IOException("The WebSocket is closing: no data frame follows a Close. RFC 6455 5.5.1"); // [WS-5.5.1-5] [WS-6.1-2]
            var header = new FrameHeader(true, Opcode.Binary, payload.Length, keys?.Next());
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
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whoever finds the gate free sends what was handed over; whoever held it comes here. So nothing stays behind.</summary>
    private ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        gate.Release();
        if (Volatile.Read(ref handedOver) is null) return default;
        if (!cancellationToken.IsCancellationRequested) return SendHandedOverAsync(cancellationToken);
        _ = SendHandedOverAsync(CancellationToken.None).AsTask(); // the pongs are not what was cancelled, and its caller waits no longer
        return default;
    }

    /// <summary>Does not fail: the pongs are not its caller's, and the next write tells.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendHandedOverAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref handedOver) is not null && gate.Wait(0, CancellationToken.None))
        {
            try
            {
                await WriteHandedOverAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (TransportEnd.IsEnd(e))
            {
                return;
            }
            finally
            {
                gate.Release();
            }
        }
    }

    private async ValueTask SendHandedOverWhenFreeAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await WriteHandedOverAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    private static ValueTask WaitAsync(ValueTask sending, CancellationToken cancellationToken) =>
        sending.IsCompleted || !cancellationToken.CanBeCanceled ? sending : new ValueTask(sending.AsTask().WaitAsync(cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteHandedOverAsync(CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte>? frames = Volatile.Read(ref handedOver);
        if (frames is null) return;
        cancellationToken.ThrowIfCancellationRequested();
        await WriteAsync(frames.WrittenMemory, cancellationToken).ConfigureAwait(false);
        frames.ResetWrittenCount();
        Volatile.Write(ref spare, frames);
        Volatile.Write(ref handedOver, null);
        await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (isBroken) throw new IOException("The WebSocket is broken: an earlier write failed or was cancelled within a frame.");
        try
        {
            await inner.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            isBroken = true;
            throw;
        }
    }
}
