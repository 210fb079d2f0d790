// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace RawMqtt.Serving;

/// <summary>Sends to a socket. All connections share the objects that are not in use.</summary>
internal sealed class SocketSend() : SocketAsyncEventArgs(true), IValueTaskSource
{
    private const int MaxSpare = 64;

    private static readonly ConcurrentQueue<SocketSend> spare = new();

    private ManualResetValueTaskSourceCore<bool> source;

    public static ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> buffer)
    {
        if (!spare.TryDequeue(out SocketSend? sending)) sending = new SocketSend();
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
        if (spare.Count < MaxSpare) spare.Enqueue(this);
        else Dispose();
        return error == SocketError.Success ? null : new IOException("The connection is broken.", new SocketException((int)error));
    }
}
