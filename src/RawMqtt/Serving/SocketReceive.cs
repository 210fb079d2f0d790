// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace RawMqtt.Serving;

/// <summary>Receives from a socket, one read at a time.</summary>
internal sealed class SocketReceive() : SocketAsyncEventArgs(true), IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> source;
    private bool isOver;

    /// <summary>Gets the records of TLS that the bytes belong to; null if there is no TLS.</summary>
    public TlsRecords? Records { get; init; }

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
        if (isOver) return 0;
        Records?.Take(MemoryBuffer.Span[..BytesTransferred]);
        return BytesTransferred;
    }
}
