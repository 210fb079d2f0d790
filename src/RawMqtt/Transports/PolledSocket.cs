// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace RawMqtt.Transports;

/// <summary>A socket that a <see cref="Poller"/> watches. Reads and writes are direct calls of the system that do not block.</summary>
/// <remarks>One read and one write at a time. A read of no bytes waits for what comes.</remarks>
internal sealed class PolledSocket
{
    private readonly Socket socket;
    private readonly Poller poller;
    private readonly Readiness readable = new();
    private Readiness? writable;
    private int isClosed;
    private int isSending; // what the socket did not take at once
    private bool isOver;
    private SocketError fault;
    private volatile bool hasEnded;
    private bool isUncertain; // events may be older than the last read

    private PolledSocket(Socket socket, Poller poller, Readiness? writable, out bool isAdded)
    {
        this.socket = socket;
        this.poller = poller;
        this.writable = writable;
        socket.Blocking = false;
        isAdded = poller.TryAdd(this, socket.Handle);
    }

    /// <summary>Gets or sets what the poller knows the socket by.</summary>
    public long Token { get; set; }

    /// <summary>Gets or sets whether what waits may be resumed on the poller's thread, since nothing that follows blocks.</summary>
    public bool IsQuick { get; set; }

    /// <summary>Gets whether a read returns 0 when the connection breaks. An exception costs ten times as much as the rest of a short connection.</summary>
    public bool EndsQuietly { get; init; }

    /// <summary>Has a poller watch a connected socket; null if the system refuses.</summary>
    public static PolledSocket? TryWatch(Socket socket, Poller poller, bool endsQuietly)
    {
        var polled = new PolledSocket(socket, poller, null, out bool isAdded) { EndsQuietly = endsQuietly };
        return isAdded ? polled : null;
    }

    /// <summary>Begins to connect a new socket, and has the poller watch it.</summary>
    /// <param name="socket">The socket. Once <paramref name="connected"/> is ready, its Connect tells how that ended.</param>
    /// <param name="to">The other end.</param>
    /// <param name="poller">What waits for the socket.</param>
    /// <param name="connected">What to wait for.</param>
    /// <exception cref="SocketException">The system refuses to watch it.</exception>
    public static PolledSocket BeginConnecting(Socket socket, IPEndPoint to, Poller poller, Readiness connected)
    {
        socket.Blocking = false;
        Poller.BeginConnecting(socket.Handle, to.Serialize()); // before it is watched: a socket without a connection counts as ended
        var polled = new PolledSocket(socket, poller, connected, out bool isAdded);
        return isAdded ? polled : throw new SocketException();
    }

    /// <summary>Ends a wait of a <see cref="Readiness"/>, for a token that is cancelled.</summary>
    public static void Wake(object? waiting) => ((Readiness)waiting!).Note(isInline: false);

    /// <summary>Notes events of the socket, on a thread of the poller.</summary>
    /// <param name="mayRead">Something may have come.</param>
    /// <param name="mayWrite">There may be room to write.</param>
    /// <param name="hasEnded">The peer has ended its side, or the connection broke.</param>
    /// <param name="mayBlock">The thread may run what blocks.</param>
    public void Note(bool mayRead, bool mayWrite, bool hasEnded, bool mayBlock)
    {
        if (hasEnded) this.hasEnded = true;
        if (mayWrite) Volatile.Read(ref writable)?.Note(IsQuick);
        if (mayRead) readable.Note(IsQuick || mayBlock);
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        if (isOver) return fault == SocketError.Success || EndsQuietly ? new ValueTask<int>(0) : ValueTask.FromException<int>(FaultOf(fault));
        if (buffer.IsEmpty) return isUncertain || cancellationToken.CanBeCanceled ? ReceiveAsync(buffer, cancellationToken) : readable.WaitAsync();
        bool isReceived = TryReceive(buffer.Span, out int count);
        return isReceived && !isOver ? new ValueTask<int>(count) : ReceiveAsync(buffer, cancellationToken);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (Volatile.Read(ref isSending) != 0) return ValueTask.FromException(Busy()); // nothing goes between its bytes
        int sent = socket.Send(buffer.Span, SocketFlags.None, out SocketError error);
        if (error == SocketError.Success && sent == buffer.Length) return default;
        return error is SocketError.Success or SocketError.WouldBlock ? SendAsync(buffer[sent..], cancellationToken) : ValueTask.FromException(FaultOf(error));
    }

    /// <summary>Ends what waits. The socket is closed by its owner, before; of two that close it, each comes here.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref isClosed, 1) == 0) poller.Remove(Token);
        if (fault == SocketError.Success) fault = SocketError.OperationAborted;
        isOver = true;
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
        if (error != SocketError.Success) fault = error;
        if (error != SocketError.Success || count == 0) isOver = true; // never back to false: Close may run meanwhile
        if (isOver) return true;
        bool isFull = count == buffer.Length;
        isUncertain = isFull || !poller.IsCurrent;
        if (isFull || hasEnded) readable.Note(isInline: false); // no further event tells of the rest, or of the end
        return true;
    }

    private int Receive(Span<byte> buffer, SocketFlags flags, out SocketError error)
    {
        try
        {
            return socket.Receive(buffer, flags, out error);
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted; // disposed since the reader was woken
            return 0;
        }
    }

    private bool HasMore()
    {
        readable.Begin();
        Span<byte> first = stackalloc byte[1];
        Receive(first, SocketFlags.Peek, out SocketError error);
        if (error == SocketError.WouldBlock) return false;
        if (error != SocketError.Success) (fault, isOver) = (error, true); // the system says it once
        readable.Note(isInline: false);
        return true;
    }

    /// <summary>Waits, for no bytes until something can be read indeed: an idle connection must not hold the buffer for it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty && isUncertain && poller.IsCurrent) await Poller.GiveWay(); // a client that sends without end must not keep the thread
        int count = 0;
        while (!isOver)
        {
            using (cancellationToken.UnsafeRegister(Wake, readable)) await readable.WaitAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (!isOver && (buffer.IsEmpty ? HasMore() : TryReceive(buffer.Span, out count))) break;
        }

        return isOver ? End() : count;
    }

    /// <summary>Sends what the socket did not take at once.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref isSending, 1) != 0) throw Busy(); // the end of TLS does not wait for what is stuck
        if (writable is null) Volatile.Write(ref writable, new Readiness());
        while (true)
        {
            writable.Begin();
            int sent = socket.Send(rest.Span, SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock)) throw FaultOf(error);
            rest = rest[sent..];
            if (rest.IsEmpty) break;
            if (error != SocketError.WouldBlock) continue;
            using (cancellationToken.UnsafeRegister(Wake, writable)) await writable.WaitAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        Volatile.Write(ref isSending, 0);
    }

    private int End() => fault == SocketError.Success || EndsQuietly ? 0 : throw FaultOf(fault);

    private static IOException Busy() => new("Another write waits, or was cut short.");

    private static IOException FaultOf(SocketError error)
    {
        var cause = new SocketException((int)error);
        return new IOException(cause.Message, cause);
    }
}
