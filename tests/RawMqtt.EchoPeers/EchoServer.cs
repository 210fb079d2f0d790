// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.EchoPeers;

/// <summary>Echoes every message with its type, at any path and with any subprotocol.</summary>
internal static class EchoServer
{
    private static readonly ServerHandshakeOptions Anything = new() { Paths = null, Subprotocols = null, AllowedOrigins = ["*"], AnswerGet = null };

    /// <summary>Serves until the process ends; port 0 takes a free one.</summary>
    public static async Task RunAsync(int port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
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
            WebSocketStream? accepted = await OpeningHandshake.AcceptAsync(stream, Anything, acceptsText: true, deadline.Token);
            if (accepted is not null) await EchoConnection.RunAsync(accepted);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // the peer left, or never came
        }
    }
}
