// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Clients;

/// <summary>A server on loopback that acknowledges everything but the packets that the test names: for those it ends the connection, with a Close over
/// WebSocket, with a FIN over TCP, or with a reset.</summary>
/// <param name="scheme">ws or mqtt.</param>
/// <param name="isHated">Whether the server ends the connection for a packet.</param>
internal sealed class ClosingServer(string scheme, Func<Received, bool> isHated) : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private Task accepting = Task.CompletedTask;
    private int connections;

    /// <summary>The code of the Close over WebSocket; null: none is sent.</summary>
    public CloseCode? Code { get; init; }

    /// <summary>Whether the connection ends with a reset.</summary>
    public bool Resets { get; init; }

    /// <summary>Whether each connection but the first finds the session present.</summary>
    public bool KeepsSession { get; init; }

    public int Connections => connections;

    /// <summary>What was taken: type, and topic or filters.</summary>
    public ConcurrentQueue<string> Taken { get; } = new();

    /// <summary>Options of a client of this server that connects again at once.</summary>
    public MqttClientOptions ClientOptions => new()
    {
        Address = $"{scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}{(scheme == "ws" ? "/mqtt" : "")}",
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(2),
    };

    public ClosingServer Start()
    {
        listener.Start();
        accepting = AcceptAsync();
        return this;
    }

    /// <summary>The topic of a PUBLISH, the filters of a SUBSCRIBE.</summary>
    public static string Name(Received packet)
    {
        if (packet.Header.Type == PacketType.Publish && PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _))
            return Encoding.UTF8.GetString(publish.Topic);
        if (packet.Header.Type != PacketType.Subscribe || !SubscribePacket.TryRead(packet.Body, out SubscribePacket subscribe, out _)) return "";
        var names = new List<string>();
        foreach (Subscription subscription in subscribe.Subscriptions) names.Add(Encoding.UTF8.GetString(subscription.Filter));
        return string.Join(',', names);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stop.Token);
                Interlocked.Increment(ref connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket owned = socket;
        try
        {
            var below = new NetworkStream(socket);
            Stream stream = below;
            if (scheme == "ws") stream = (await WebSocketStream.AcceptAsync(stream, new ServerHandshakeOptions(), stop.Token))!;
            await AnswerAsync(stream);
            if (Resets) socket.LingerState = new LingerOption(true, 0);
            else if (stream is WebSocketStream webSocket && Code is CloseCode code) await webSocket.CloseAsync(code, "go").WaitAsync(stop.Token);
            if (Resets) return;
            if (Code is null) socket.Shutdown(SocketShutdown.Send);
            await below.CopyToAsync(Stream.Null, stop.Token); // or unread bytes would make it a reset
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // the connection is over
        }
    }

    /// <summary>Answers until a packet comes that the server ends the connection for.</summary>
    private async Task AnswerAsync(Stream stream)
    {
        byte[] buffer = new byte[1 << 20];
        int length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), stop.Token) is int read and > 0)
        {
            length += read;
            var output = new OutgoingBuffer();
            int consumed = Take(buffer.AsSpan(0, length), output, out bool goesOn);
            buffer.AsSpan(consumed, length - consumed).CopyTo(buffer);
            length -= consumed;
            if (output.Length > 0) await stream.WriteAsync(output.Written, stop.Token);
            output.Clear();
            if (!goesOn) return;
        }
    }

    private int Take(ReadOnlySpan<byte> bytes, OutgoingBuffer output, out bool goesOn)
    {
        goesOn = true;
        var reader = new PacketReader(bytes, MqttRole.Client);
        while (goesOn && reader.Read() == OperationStatus.Done)
        {
            var packet = new Received(reader.Header, reader.Body.ToArray());
            bool isResumed = packet.Header.Type == PacketType.Connect && KeepsSession && connections > 1;
            goesOn = !isHated(packet) && (isResumed ? ServerAnswers.Accept(output, sessionPresent: true) : SmallServer.AcknowledgeAll(packet, output));
            if (goesOn) Taken.Enqueue($"{packet.Header.Type} {Name(packet)}".TrimEnd());
        }

        return reader.Consumed;
    }
}
