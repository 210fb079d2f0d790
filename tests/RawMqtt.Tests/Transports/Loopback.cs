// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Tests.Transports;

/// <summary>Two connected sockets on 127.0.0.1.</summary>
internal sealed class Loopback : IDisposable
{
    private Loopback(Socket client, Socket server)
    {
        client.NoDelay = server.NoDelay = true;
        ClientSocket = client;
        ServerSocket = server;
        Client = new NetworkStream(client, ownsSocket: true);
        Server = new NetworkStream(server, ownsSocket: true);
    }

    public Socket ClientSocket { get; }

    public Socket ServerSocket { get; }

    public NetworkStream Client { get; }

    public NetworkStream Server { get; }

    public static async Task<Loopback> OpenAsync(int? bufferSize = null)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (bufferSize is int size)
            listener.ReceiveBufferSize = listener.SendBufferSize = size;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (bufferSize is int same)
            client.ReceiveBufferSize = client.SendBufferSize = same;
        await client.ConnectAsync(listener.LocalEndPoint!);
        return new Loopback(client, await listener.AcceptAsync());
    }

    /// <summary>Everything until the end of the stream; "reset" is told apart.</summary>
    public static async Task<(byte[] Bytes, bool WasReset)> ReadToEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all, cancellationToken);
            return (all.ToArray(), false);
        }
        catch (IOException)
        {
            return (all.ToArray(), true);
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
