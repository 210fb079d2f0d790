// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RawMqtt.Serving;

/// <summary>Represents an accepted connection as a stream, made for brokers with many idle or short connections.</summary>
/// <remarks>
/// A read returns 0 when the connection breaks, because an exception costs ten times as much as the rest of a short connection. A read of no bytes
/// waits for what comes. With a <see cref="Poller"/>, reads and writes are direct calls of the system that do not block. Without one, and for callers that
/// may cancel, the framework waits.
/// </remarks>
internal sealed class AcceptedStream : NetworkStream
{
    private readonly SocketReceive? receive;
    private readonly TlsRecords? records;
    private readonly Poller? poller;
    private readonly long? added;
    private readonly Readiness readable = null!;
    private Readiness? writable;
    private int isDisposed;
    private int isSending; // what the socket did not take at once
    private bool isOver;
    private volatile bool hasEnded;
    private bool isUncertain; // events may be older than the last read

    /// <param name="socket">The accepted socket; owned from here on.</param>
    /// <param name="records">The records of TLS that the bytes belong to; null if there is no TLS.</param>
    /// <param name="poller">What waits for the socket; null for the framework.</param>
    public AcceptedStream(Socket socket, TlsRecords? records, Poller? poller)
        : base(socket, ownsSocket: true)
    {
        this.records = records;
        if (poller is not null)
        {
            readable = new Readiness();
            socket.Blocking = false;
            added = poller.TryAdd(this, socket.Handle);
        }

        if (added is not null) this.poller = poller;
        else receive = new SocketReceive { Records = records };
    }

    /// <summary>Gets or sets what the poller knows the stream by.</summary>
    public long Token { get; set; }

    /// <summary>Gets or sets whether what waits may be resumed on the poller's thread; false during long work, such as a TLS handshake.</summary>
    public bool IsQuick { get; set; }

    /// <summary>Notes events of the socket, on the poller's thread.</summary>
    public void Note(bool mayRead, bool mayWrite, bool hasEnded)
    {
        if (hasEnded) this.hasEnded = true;
        if (mayWrite) Volatile.Read(ref writable)?.Note(IsQuick);
        if (mayRead) readable.Note(IsQuick);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled) return base.ReadAsync(buffer, cancellationToken);
        if (receive is not null) return receive.ReceiveAsync(Socket, buffer);
        if (isOver) return new ValueTask<int>(0);
        if (buffer.IsEmpty) return isUncertain ? WaitAsync() : readable.WaitAsync();
        return TryReceive(buffer.Span, out int count) ? new ValueTask<int>(count) : ReceiveAsync(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled) return base.WriteAsync(buffer, cancellationToken);
        if (poller is null) return SocketSend.SendAsync(Socket, buffer);
        if (Volatile.Read(ref isSending) != 0) return ValueTask.FromException(new IOException("Another write waits.")); // nothing goes between its bytes
        int sent = Socket.Send(buffer.Span, SocketFlags.None, out SocketError error);
        if (error == SocketError.Success && sent == buffer.Length) return default;
        return error is SocketError.Success or SocketError.WouldBlock ? SendAsync(buffer[sent..]) : ValueTask.FromException(FaultOf(error));
    }

    protected override void Dispose(bool disposing)
    {
        isOver = true; // before the end of the socket wakes a reader
        base.Dispose(disposing);
        if (!disposing || Interlocked.Exchange(ref isDisposed, 1) != 0) return;
        receive?.Dispose();
        if (added is not { } token) return;
        poller!.Remove(token);
        readable.Note(isInline: false); // the caller may hold a lock
        Volatile.Read(ref writable)?.Note(isInline: false);
    }

    /// <summary>Receives what has come.</summary>
    /// <returns>False if nothing has; <paramref name="count"/> is 0 at the end of the connection.</returns>
    private bool TryReceive(Span<byte> buffer, out int count)
    {
        readable.Begin();
        count = Receive(buffer, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock) return false;
        if (error != SocketError.Success || count == 0) isOver = true; // never back to false: Dispose may run meanwhile
        if (isOver) return true;
        records?.Take(buffer[..count]);
        bool isFull = count == buffer.Length;
        isUncertain = isFull || !poller!.IsCurrent;
        if (isFull || hasEnded) readable.Note(isInline: false); // no further event tells of the rest, or of the end
        return true;
    }

    private int Receive(Span<byte> buffer, SocketFlags flags, out SocketError error)
    {
        try
        {
            return Socket.Receive(buffer, flags, out error);
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted; // disposed since the reader was woken
            return 0;
        }
    }

    /// <summary>Waits until something can be read indeed: an idle connection must not hold the buffer for it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync()
    {
        if (poller!.IsCurrent) await Poller.GiveWay(); // the last read was full: a client that sends without end must not keep the thread
        do await readable.WaitAsync().ConfigureAwait(false);
        while (!isOver && !HasMore());
        return 0;
    }

    private bool HasMore()
    {
        readable.Begin();
        Span<byte> first = stackalloc byte[1];
        Receive(first, SocketFlags.Peek, out SocketError error);
        if (error == SocketError.WouldBlock) return false;
        readable.Note(isInline: false);
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        int count;
        do
        {
            await readable.WaitAsync().ConfigureAwait(false);
            if (isOver) return 0;
        }
        while (!TryReceive(buffer.Span, out count));
        return count;
    }

    /// <summary>Sends what the socket did not take at once.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> rest)
    {
        if (Interlocked.Exchange(ref isSending, 1) != 0) throw new IOException("Another write waits."); // the end of TLS does not wait for what is stuck
        if (writable is null) Volatile.Write(ref writable, new Readiness());
        while (true)
        {
            writable.Begin();
            int sent = Socket.Send(rest.Span, SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock)) throw FaultOf(error);
            rest = rest[sent..];
            if (rest.IsEmpty) break;
            if (error == SocketError.WouldBlock) await writable.WaitAsync().ConfigureAwait(false);
        }

        Volatile.Write(ref isSending, 0);
    }

    private static IOException FaultOf(SocketError error) => new("The connection is broken.", new SocketException((int)error));
}
