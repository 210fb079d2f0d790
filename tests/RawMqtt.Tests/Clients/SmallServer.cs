// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Clients;

/// <summary>A server of a few lines on a loopback socket that says what the test tells it to: one answer function for each packet.</summary>
internal sealed class SmallServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim arrived = new(0);
    private readonly Task accepting;
    private readonly ConcurrentBag<Socket> sockets = [];

    public SmallServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => $"mqtt://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>Options of a client of this server that connects again at once.</summary>
    public MqttClientOptions ClientOptions => new()
    {
        Address = Address,
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>The packets that came: their types, over all connections.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    public int Connections { get; private set; }

    /// <summary>What the server sends back for a packet; false: it closes the connection. The default acknowledges everything and sends each message
    /// back.</summary>
    public Func<Received, OutgoingBuffer, bool> Answer { get; set; } = AcknowledgeAll;

    public static bool AcknowledgeAll(Received packet, OutgoingBuffer output)
    {
        switch (packet.Header.Type)
        {
            case PacketType.Connect: output.Write(new ConnAckPacket()); break;
            case PacketType.Subscribe:
                SubscribePacket.TryRead(packet.Body, out SubscribePacket subscribe, out _);
                output.Write(new SubAckPacket { PacketId = subscribe.PacketId, ReturnCodes = new byte[subscribe.Subscriptions.Count] });
                break;
            case PacketType.Unsubscribe:
                UnsubscribePacket.TryRead(packet.Body, out UnsubscribePacket unsubscribe, out _);
                output.Write(new UnsubAckPacket { PacketId = unsubscribe.PacketId });
                break;
            case PacketType.Publish:
                PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _);
                if (publish.Qos == QualityOfService.AtLeastOnce) output.Write(new PubAckPacket { PacketId = publish.PacketId });
                if (publish.Qos == QualityOfService.ExactlyOnce) output.Write(new PubRecPacket { PacketId = publish.PacketId });
                output.Write(new PublishPacket { Topic = publish.Topic, Payload = publish.Payload });
                break;
            case PacketType.PubRel:
                PubRelPacket.TryRead(packet.Body, out PubRelPacket pubRel, out _);
                output.Write(new PubCompPacket { PacketId = pubRel.PacketId });
                break;
            case PacketType.PingReq: output.Write(new PingRespPacket()); break;
            case PacketType.Disconnect: return false;
        }

        return true;
    }

    /// <summary>Waits until so many packets of a type have come.</summary>
    public async Task HasReceived(string type, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Received.Count(other => other == type) < count) await arrived.WaitAsync(deadline.Token);
    }

    /// <summary>Ends all connections with a reset.</summary>
    public void Cut()
    {
        foreach (Socket socket in sockets)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                continue;
            }

            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        stop.Dispose();
        arrived.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stop.Token);
                Connections++;
                sockets.Add(socket);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        byte[] buffer = new byte[1 << 20];
        int length = 0;
        try
        {
            while (true)
            {
                int read = await socket.ReceiveAsync(buffer.AsMemory(length), stop.Token);
                if (read == 0) break;
                length += read;
                var output = new OutgoingBuffer();
                int consumed = Take(buffer.AsSpan(0, length), output, out bool goOn);
                buffer.AsSpan(consumed, length - consumed).CopyTo(buffer);
                length -= consumed;
                if (output.Length > 0) await socket.SendAsync(output.Written, stop.Token);
                output.Clear();
                if (!goOn) break;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the connection is over
        }

        socket.Dispose();
    }

    private int Take(ReadOnlySpan<byte> bytes, OutgoingBuffer output, out bool goOn)
    {
        goOn = true;
        var reader = new PacketReader(bytes, MqttRole.Client);
        while (goOn && reader.Read() == OperationStatus.Done)
        {
            Received.Enqueue(reader.Header.Type.ToString());
            arrived.Release();
            goOn = Answer(new Received(reader.Header, reader.Body.ToArray()), output);
        }

        return reader.Consumed;
    }
}
