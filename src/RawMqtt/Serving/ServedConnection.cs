// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>A network connection that a broker serves: reads for <see cref="BrokerCore"/>, and flushes what that left to be sent.</summary>
/// <remarks>An idle one waits with a read of no bytes and holds no buffer.</remarks>
internal sealed class ServedConnection(BrokerShell shell, Socket? socket, string listener)
{
    private const int BufferSize = 64 * 1024;
    private const int PieceLength = 256 * 1024; // each of these is to be sent in time, however slow the client's line

    private Stream? stream;
    private int filled;                     // bytes that were read and the core has not used

    public BrokerConnection Connection { get; set; } = null!;

    /// <summary>The listener's address; empty for a pipe without one.</summary>
    public string Listener { get; } = listener;

    public IPEndPoint? RemoteAddress { get; } = socket?.RemoteEndPoint as IPEndPoint;

    /// <summary>The client's address as a trusted proxy says.</summary>
    public IPEndPoint? ForwardedAddress { get; set; }

    /// <summary>The address that it counts for.</summary>
    public IPAddress? CountedAddress { get; set; }

    /// <summary>Whether a WebSocket frame or message has begun and is not complete.</summary>
    public bool IsWithinFrame => stream is WebSocketStream { IsWithinFrame: true };

    /// <summary>Known when the broker had to look at it.</summary>
    public string? UserName { get; set; }

    /// <summary>Under the lock of the shell: one flush at a time.</summary>
    public bool IsFlushing { get; set; }

    /// <summary>Under the lock of the shell: what the next <see cref="FlushAsync"/> begins with.</summary>
    public OutgoingBuffer? ToFlush { get; set; }

    /// <summary>Under the lock of the shell: when a connection that has ended is dropped at the latest.</summary>
    public TimeSpan? DropAt { get; set; }

    /// <summary>Under the lock of the shell: what a connection that is held back waits for.</summary>
    public TaskCompletionSource? Resumed { get; set; }

    /// <summary>Under the lock of the shell: cancelled when nobody waits for the answer of a hook any more; null while none is asked.</summary>
    public CancellationTokenSource? Asking { get; set; }

    /// <summary>Under the lock of the shell: when that hook was asked.</summary>
    public TimeSpan AskedAt { get; set; }

    /// <summary>Serves the connection until it ends.</summary>
    /// <param name="open">Makes a pipe for MQTT of it; null when the client was refused.</param>
    /// <remarks>One method, hence one state machine that an idle connection keeps.</remarks>
    public async Task ServeAsync(Func<Task<Stream?>> open)
    {
        byte[]? buffer = null;
        try
        {
            Task<Stream?> opening = open();
            open = null!; // an idle connection holds nothing that it can do without
            stream = await opening.ConfigureAwait(false);
            if (stream is not null) shell.Opened(this, stream);
            while (stream is not null)
            {
                if (filled == 0)
                {
                    if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                    await stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
                    buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                }
                else if (filled == buffer!.Length)
                {
                    Grow(ref buffer, filled);
                }

                int count = await stream.ReadAsync(buffer.AsMemory(filled)).ConfigureAwait(false);
                if (count == 0) break;
                filled += count;
                filled -= Receive(buffer, filled, out bool isPaused);
                while (isPaused)
                {
                    await shell.PausedAsync(this, buffer.AsMemory(0, filled)).ConfigureAwait(false);
                    filled -= Receive(buffer, filled, out isPaused);
                }
            }
        }
        catch (Exception e) when (TransportEnd.IsEnd(e) || e is AuthenticationException)
        {
            // the peer is gone, or was never one of ours
        }
        catch (Exception e) // a fault of ours costs this connection, and no other
        {
            shell.Failed(this, e);
        }

        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        shell.Closed(this);
        Drop();
    }

    /// <summary>Sends what was gathered, and what gathers meanwhile; carries out the end of the connection behind it. One runs at a time.</summary>
    public async Task FlushAsync()
    {
        bool isOver;
        try
        {
            OutgoingBuffer? output = ToFlush;
            isOver = output is null;
            while (output is not null)
            {
                for (int sent = 0; sent < output.Length; sent += PieceLength)
                {
                    if (sent > 0) shell.Progressed(this);
                    await stream!.WriteAsync(output.Written.Slice(sent, Math.Min(PieceLength, output.Length - sent))).ConfigureAwait(false);
                }

                output = shell.Flushed(this, output, out isOver);
            }
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            shell.FlushFailed(this);
            Drop();
            return;
        }

        if (!isOver) return;
        if (socket is { Connected: false }) Drop(); // nobody is there to say goodbye to
        else if (stream is not null) await FinishAsync().ConfigureAwait(false);
        else EndOpening();
    }

    /// <summary>Ends the pipe at once, and with it the read that waits.</summary>
    public void Drop()
    {
        if (stream is WebSocketStream webSocket) webSocket.Abort();
        else stream?.Dispose();
        socket?.Dispose();
    }

    /// <summary>The number of bytes used; the rest moves to the start.</summary>
    private int Receive(byte[] buffer, int filled, out bool isPaused)
    {
        int used = shell.Received(this, buffer.AsSpan(0, filled), out isPaused);
        if (used > 0 && used < filled) buffer.AsSpan(used, filled - used).CopyTo(buffer);
        return used;
    }

    /// <summary>All is sent: this end says goodbye, and the peer is read until it does too, so that no reset overtakes what was sent.</summary>
    private async Task FinishAsync()
    {
        if (stream is WebSocketStream webSocket) await webSocket.CloseAsync(CloseCodeOf(Connection), Connection.Violation?.ToString() ?? "").ConfigureAwait(false);
        else if (socket is not null) await TransportEnd.ShutDownSendingAsync(stream!).ConfigureAwait(false);
        else await stream!.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>It never became a pipe for MQTT. The handshake under way reads its end; closing the socket beneath it would send a reset.</summary>
    private void EndOpening()
    {
        try
        {
            socket?.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            Drop();
        }
    }

    private static CloseCode CloseCodeOf(BrokerConnection connection) => connection.End switch
    {
        _ when connection.Violation == ProtocolViolation.PacketTooLarge => CloseCode.MessageTooBig,
        MqttConnectionEnd.ProtocolViolation => CloseCode.ProtocolError,
        MqttConnectionEnd.BrokerStops => CloseCode.GoingAway,
        MqttConnectionEnd.NoConnect or MqttConnectionEnd.TooSlow or MqttConnectionEnd.TakenOver or MqttConnectionEnd.TooMany => CloseCode.PolicyViolation,
        _ => CloseCode.NormalClosure,
    };

    /// <summary>A packet is longer than the buffer; the core refuses those above the limit by their header.</summary>
    private static void Grow(ref byte[] buffer, int filled)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(2 * filled);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
