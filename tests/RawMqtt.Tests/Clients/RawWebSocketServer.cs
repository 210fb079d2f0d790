// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Clients;

/// <summary>Completes the WebSocket opening handshake of each client, and then writes the raw bytes that the test wants.</summary>
internal sealed class RawWebSocketServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    /// <param name="serve">Gets the bytes below the WebSocket; the connection ends when it returns.</param>
    public RawWebSocketServer(Func<NetworkStream, CancellationToken, Task> serve)
    {
        listener.Start();
        serving = AcceptAsync(serve);
    }

    public string Address => $"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mqtt";

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        stop.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(stop.Token);
                try
                {
                    NetworkStream below = client.GetStream();
                    Assert.NotNull(await WebSocketStream.AcceptAsync(below, new ServerHandshakeOptions(), stop.Token));
                    await serve(below, stop.Token);
                }
                catch (IOException)
                {
                    // the client left
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // the test is over
        }
    }
}
