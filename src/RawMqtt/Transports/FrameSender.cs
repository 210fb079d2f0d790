// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>The sending half of a <see cref="WebSocketStream"/>: messages from its writers, replies and the Close from its reader, one frame after the
/// other.</summary>
/// <remarks>
/// A gate lets one sender at a time to the stream. The reader must not wait behind a blocked writer to send a reply,
/// since the peer may be waiting for this end to read: it hands its replies to the holder of the gate. A reader waits only
/// if it has more replies while the ones before are still unsent, so that a flood of pings costs no memory.
/// A write that failed or was cancelled may have left a part of a frame behind: nothing is sent after it.
/// As a buffer writer it belongs to the reader, and takes the replies that the connection owes.
/// </remarks>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A SemaphoreSlim without a wait handle holds nothing.")]
internal sealed class FrameSender(Stream inner, WebSocketConnection connection) : IBufferWriter<byte>
{
    private const int LargestCopy = 64 * 1024;

    private readonly SemaphoreSlim gate = new(1, 1);
    private ArrayBufferWriter<byte>? replies;       // the reader's
    private ArrayBufferWriter<byte>? handedOver;    // left to the holder of the gate
    private ArrayBufferWriter<byte>? spare;         // sent, and empty again
    private bool isBroken;
    private int repliesWritten;

    /// <summary>A number that changes with each write of replies, while one is under way; 0 while none is. Other threads see a moment ago.</summary>
    public int RepliesUnderWay { get; private set; }

    /// <summary>For the reader: replies were added and not sent yet.</summary>
    public bool HasReplies => replies is { WrittenCount: > 0 };

    /// <summary>Sends a message in one frame. What is sent is masked and copied first. [WS-6.1-7] [WS-10.3-2]</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, bool isText, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (!gate.Wait(0, CancellationToken.None)) return SendWhenFreeAsync(payload, isText, cancellationToken);
        if (payload.Length > LargestCopy || !connection.CanSend || isBroken) return SendHeldAsync(payload, isText, cancellationToken);

        byte[] frame = ArrayPool<byte>.Shared.Rent(FrameHeader.MaxSize + payload.Length);
        ValueTask write;
        try
        {
            int size = connection.WriteMessage(frame, payload.Span, isText);
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

    /// <summary>
    /// For the reader: sends the replies, or leaves them to the sender that is under way. A failure surfaces in the next write and the next read.
    /// Cancellation ends only the wait: the replies stay, and a frame that was begun is finished.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendRepliesAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (Interlocked.CompareExchange(ref handedOver, replies, null) is not null)
                await WaitAsync(SendHandedOverWhenFreeAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            replies = null;
            await WaitAsync(SendHandedOverAsync(CancellationToken.None), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            // the next read fails too, and tells the caller
        }
    }

    /// <summary>Sends the Close that is due, unless one was sent.</summary>
    /// <exception cref="IOException">An earlier write failed, so that nothing more can be sent to the peer.</exception>
    public async ValueTask SendCloseAsync(CancellationToken cancellationToken)
    {
        byte[] frame = new byte[WebSocketConnection.MaxCloseSize];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!connection.CanSend) return;
            await WriteHandedOverAsync(cancellationToken).ConfigureAwait(false);
            int size = connection.WriteClose(frame);
            await WriteAsync(frame.AsMemory(0, size), cancellationToken).ConfigureAwait(false);
            await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Flushes the stream below, which need not support a flush and a write side by side.</summary>
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

    void IBufferWriter<byte>.Advance(int count) => replies!.Advance(count);

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => Replies().GetMemory(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Replies().GetSpan(sizeHint);

    private ArrayBufferWriter<byte> Replies() => replies ??= Interlocked.Exchange(ref spare, null) ?? new ArrayBufferWriter<byte>();

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
    private async ValueTask SendWhenFreeAsync(ReadOnlyMemory<byte> payload, bool isText, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        await SendHeldAsync(payload, isText, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The gate is held. One frame and one key, but written 64 KB at a time: a large message costs no large buffer.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendHeldAsync(ReadOnlyMemory<byte> payload, bool isText, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FrameHeader.MaxSize + Math.Min(payload.Length, LargestCopy));
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            // [WS-5.5.1-5] [WS-6.1-2]
            if (!connection.CanSend) throw new IOException("The WebSocket is closing: no data frame follows a Close. RFC 6455 5.5.1");
            int size = connection.WriteHeader(buffer, payload.Length, isText, out uint key);
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

    /// <summary>Each holder of the gate ends here and sends what was handed over meanwhile, so that nothing stays behind.</summary>
    private ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        gate.Release();
        if (Volatile.Read(ref handedOver) is null) return default;
        if (!cancellationToken.IsCancellationRequested) return SendHandedOverAsync(cancellationToken);
        _ = SendHandedOverAsync(CancellationToken.None).AsTask(); // the replies are not what was cancelled, and its caller waits no longer
        return default;
    }

    /// <summary>Does not fail: the replies are not its caller's, and the next write fails too.</summary>
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
        RepliesUnderWay = repliesWritten = (repliesWritten + 1) & int.MaxValue;
        await WriteAsync(frames.WrittenMemory, cancellationToken).ConfigureAwait(false);
        RepliesUnderWay = 0;
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
