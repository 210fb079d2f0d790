// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Net;
using System.Net.Sockets;
using RawMqtt.WebSockets;

namespace RawMqtt.EchoPeers;

/// <summary>Echoes every message with its type, at any path and with any subprotocol.</summary>
internal static class EchoServer
{
    private static readonly ServerHandshakeOptions Anything = new() { Paths = null, Subprotocols = null, AllowedOrigins = ["*"], HealthPath = null };

    /// <summary>Serves for ever; port 0 takes a free one.</summary>
    public static async Task RunAsync(int port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen(512);
        Console.WriteLine($"listening ws://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}");
        while (true)
        {
            Socket socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            _ = ServeAsync(socket);
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            (byte[] early, bool accepted) = await HandshakeAsync(stream, deadline.Token);
            if (accepted)
                await EchoConnection.RunAsync(stream, new WebSocketConnection(WebSocketRole.Server, null), early);
            else
                await EchoConnection.EndAsync(stream);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // the peer left, or never came
        }
    }

    private static async Task<(byte[] Early, bool Accepted)> HandshakeAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var handshake = new ServerHandshake(Anything);
        var answer = new ArrayBufferWriter<byte>();
        byte[] buffer = new byte[16 * 1024];
        int received = 0;
        OperationStatus status;
        int consumed;
        while ((status = handshake.TryRead(buffer.AsSpan(0, received), out consumed, answer)) == OperationStatus.NeedMoreData)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(received), cancellationToken);
            if (read == 0) throw new EndOfStreamException();
            received += read;
        }

        await stream.WriteAsync(answer.WrittenMemory, cancellationToken);
        return (buffer.AsSpan(consumed, received - consumed).ToArray(), status == OperationStatus.Done);
    }
}
