// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace RawMqtt.Serving;

/// <summary>The stream of an accepted connection, of which a broker has many that are idle or come and go.</summary>
/// <remarks>
/// A connection that breaks just ends: a read then gives 0, since an exception costs ten times as much as all the rest of a
/// short connection. Sending borrows what it needs of the system, so an idle connection holds only what receiving needs.
/// </remarks>
internal sealed class AcceptedStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private readonly Reception reception = new();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.CanBeCanceled ? base.ReadAsync(buffer, cancellationToken) : reception.ReceiveAsync(Socket, buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.CanBeCanceled ? base.WriteAsync(buffer, cancellationToken) : Sending.SendAsync(Socket, buffer);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) reception.Dispose();
    }

    /// <summary>The one read that is under way.</summary>
    private sealed class Reception() : SocketAsyncEventArgs(true), IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> source;
        private bool isOver;

        public ValueTask<int> ReceiveAsync(Socket socket, Memory<byte> buffer)
        {
            if (isOver) return new ValueTask<int>(0);
            SetBuffer(buffer);
            source.Reset();
            return socket.ReceiveAsync(this) ? new ValueTask<int>(this, source.Version) : new ValueTask<int>(Received());
        }

        public int GetResult(short token) => source.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            source.OnCompleted(continuation, state, token, flags);

        protected override void OnCompleted(SocketAsyncEventArgs e) => source.SetResult(Received());

        private int Received()
        {
            isOver = SocketError != SocketError.Success;
            return isOver ? 0 : BytesTransferred;
        }
    }

    /// <summary>A write that is under way; spare ones are shared by all connections.</summary>
    private sealed class Sending() : SocketAsyncEventArgs(true), IValueTaskSource
    {
        private const int MostSpare = 64;

        private static readonly ConcurrentQueue<Sending> spare = new();

        private ManualResetValueTaskSourceCore<bool> source;

        public static ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> buffer)
        {
            if (!spare.TryDequeue(out Sending? sending)) sending = new Sending();
            sending.SetBuffer(MemoryMarshal.AsMemory(buffer));
            sending.source.Reset();
            try
            {
                if (socket.SendAsync(sending)) return new ValueTask(sending, sending.source.Version);
            }
            catch
            {
                sending.Dispose();
                throw;
            }

            return sending.Finish() is { } fault ? ValueTask.FromException(fault) : default;
        }

        public void GetResult(short token)
        {
            source.GetResult(token);
            if (Finish() is { } fault) throw fault;
        }

        public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            source.OnCompleted(continuation, state, token, flags);

        protected override void OnCompleted(SocketAsyncEventArgs e) => source.SetResult(true);

        private IOException? Finish()
        {
            SocketError error = SocketError;
            SetBuffer(default);
            if (spare.Count < MostSpare) spare.Enqueue(this);
            else Dispose();
            return error == SocketError.Success ? null : new IOException("The connection is broken.", new SocketException((int)error));
        }
    }
}
