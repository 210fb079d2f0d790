// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Net.Sockets;
using RawMqtt.WebSockets;

namespace RawMqtt.EchoPeers;

/// <summary>Runs a connection over a socket and sends every message back with its type, whole.</summary>
internal static class EchoConnection
{
    /// <summary>A suite that says nothing for longer has forgotten the case.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Echoes until the connection ends, in whatever way; the messages are kept instead when that is asked for.</summary>
    public static async Task<List<byte[]>> RunAsync(NetworkStream stream, WebSocketConnection connection, byte[] early, bool echo = true)
    {
        List<byte[]> messages = [];
        try
        {
            await ConverseAsync(stream, connection, early, echo ? null : messages);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            connection.TransportEnded();
        }

        if (connection.IsClient && connection.ClosedCleanly)
            await DrainAsync(stream);       // the server ends first, RFC 6455 7.1.1
        else
            await EndAsync(stream);
        return messages;
    }

    /// <summary>Ends the sending, and reads for a while what still comes, so that no reset overtakes what was sent.</summary>
    public static async Task EndAsync(NetworkStream stream)
    {
        try
        {
            stream.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            return;
        }

        await DrainAsync(stream);
    }

    private static async Task ConverseAsync(NetworkStream stream, WebSocketConnection connection, byte[] early, List<byte[]>? kept)
    {
        var output = new ArrayBufferWriter<byte>();
        var message = new ArrayBufferWriter<byte>();
        byte[] buffer = new byte[64 * 1024];
        early.CopyTo(buffer, 0);
        int received = early.Length;
        while (true)
        {
            Take(connection, buffer.AsSpan(0, received), message, output, kept);
            if (output.WrittenCount > 0)
                await stream.WriteAsync(output.WrittenMemory);
            output.ResetWrittenCount();
            if (output.Capacity > 1 << 20)
                output = new ArrayBufferWriter<byte>();
            if (connection.State == WebSocketState.Closed) return;
            received = await stream.ReadAsync(buffer).AsTask().WaitAsync(connection.IsClient ? Patience : Timeout.InfiniteTimeSpan);
            if (received == 0) throw new EndOfStreamException();
        }
    }

    private static async Task DrainAsync(NetworkStream stream)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        byte[] scratch = new byte[64 * 1024];
        try
        {
            while (await stream.ReadAsync(scratch, deadline.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // long enough
        }
    }

    private static void Take(WebSocketConnection connection, Span<byte> input, ArrayBufferWriter<byte> message, ArrayBufferWriter<byte> output, List<byte[]>? kept)
    {
        while (connection.TryReceive(ref input, output, out WebSocketEvent happened))
        {
            if (happened.Kind is not (WebSocketEventKind.Text or WebSocketEventKind.Binary)) continue;
            message.Write(happened.Payload);
            if (!happened.EndOfMessage) continue;
            if (kept is not null)
                kept.Add(message.WrittenSpan.ToArray());
            else
                connection.Send(happened.Kind == WebSocketEventKind.Text ? Opcode.Text : Opcode.Binary, message.WrittenSpan, output);
            message.ResetWrittenCount();
        }
    }
}
