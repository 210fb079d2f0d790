// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>One network connection: who writes to it, and how it ends on streams and servers that do not play along.</summary>
public class ClientConnectionTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData("abort")]
    [InlineData("dispose")]
    [InlineData("disconnect")]
    [InlineData("keep alive")]
    public async Task A_stream_that_does_not_heed_its_token_is_closed_under_its_reader(string how)
    {
        await using var server = new SmallServer
        {
            Answer = (packet, output) => packet.Header.Type != PacketType.Connect
            || SmallServer.AcknowledgeAll(packet, output)
        };
        var client = new MqttClient(new MqttClientOptions
        {
            KeepAlive = TimeSpan.FromSeconds(how == "keep alive" ? 1 : 0),
            PingTimeout = TimeSpan.FromMilliseconds(100),
            ReconnectDelay = TimeSpan.Zero,
            ConnectStream = (_, cancellationToken) => StubbornStream.ConnectAsync(server, cancellationToken),
        });
        Task ended = client.When(change => change.To is MqttClientState.Disconnected or MqttClientState.Closed);
        await client.OpenAsync(Soon);
        if (how == "abort") client.Abort();
        if (how == "dispose") await client.DisposeAsync().AsTask().WaitAsync(Soon);
        if (how == "disconnect") await client.DisconnectAsync(cancellationToken: Soon).WaitAsync(Soon);
        await ended.WaitAsync(Soon);
        Assert.NotEqual(MqttClientState.Connected, client.State);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Writing_goes_on_without_the_callers_SynchronizationContext()
    {
        await using var server = new SmallServer();
        StubbornStream? stream = null;
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions
            {
                ConnectStream = async (_, cancellationToken) =>
            stream = (StubbornStream)await StubbornStream.ConnectAsync(server, cancellationToken)
            }, Soon);
        var held = new TaskCompletionSource();
        stream!.Held = held.Task;
        var window = new BusyWindow();
        Task publishing = Task.CompletedTask;
        var caller = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(window);
            publishing = client.PublishAsync("a", "x", cancellationToken: Soon).AsTask();
        });
        caller.Start();
        caller.Join();
        held.SetResult();
        await client.PingAsync(Soon);
        await publishing;
        Assert.Equal(0, window.Posted);
    }

    [Fact]
    public async Task Disconnect_waits_for_the_send_buffer_as_long_as_it_was_told()
    {
        var time = new ManualTime();
        using var server = new SlowServer();
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, TimeProvider = time, MaxQueuedBytes = 64 << 20 }, Soon);
        // more than sockets take
        Task[] publishes = [.. Enumerable.Range(0, 16).Select(_ => client.PublishAsync("a", new byte[1 << 20], cancellationToken: Soon).AsTask())];
        Task<MqttDrainResult> disconnecting = client.DisconnectAsync(TimeSpan.FromSeconds(20), Soon);
        time.Advance(TimeSpan.FromSeconds(15));
        Task<(int, bool)> reading = server.ReadToEndAsync(Soon);
        Assert.True((await disconnecting.WaitAsync(Soon)).IsComplete);
        Assert.Equal((16, true), await reading);
        await Task.WhenAll(publishes);
    }

    [Fact]
    public async Task Disconnect_over_TCP_loses_nothing_though_the_server_is_sending()
    {
        var disconnectSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = new SlowServer();
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
        {
            Address = server.Address,
            PacketTap = (direction, bytes) =>
            {
                if (bytes[0] >> 4 == (int)PacketType.Disconnect) disconnectSent.TrySetResult();
            },
        }, Soon);
        for (int i = 0; i < 300; i++) await client.PublishAsync("a", new byte[1000], cancellationToken: Soon);
        Task<MqttDrainResult> disconnecting = client.DisconnectAsync(cancellationToken: Soon);
        await disconnectSent.Task.WaitAsync(Soon);
        await server.SendAsync(messages: 200); // a reset because of these would destroy what the server has not read
        Assert.Equal((300, true), await server.ReadToEndAsync(Soon));
        Assert.True((await disconnecting.WaitAsync(Soon)).IsComplete);
    }

    [Fact]
    public async Task Abort_sends_no_close_frame()
    {
        var firstBytes = new ConcurrentQueue<byte>();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] }, Soon);
        await using MqttClient client = await MqttClient.ConnectAsync(TappedOptions(broker.Addresses[0], firstBytes), Soon);
        Task lost = client.When(change => change.To == MqttClientState.Reconnecting);
        client.Abort();
        await lost.WaitAsync(Soon);
        Assert.DoesNotContain((byte)0x88, firstBytes);
    }

    [Fact]
    public async Task A_frozen_server_is_sent_no_close_frame()
    {
        var time = new ManualTime();
        var firstBytes = new ConcurrentQueue<byte>();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] }, Soon);
        await using var proxy = new FaultProxy(new Uri(broker.Addresses[0]).Port, _ => new Fault(800, FaultEnd.HalfOpen));
        await using MqttClient client =
            await MqttClient.ConnectAsync(TappedOptions($"ws://127.0.0.1:{proxy.Port}/mqtt", firstBytes) with { TimeProvider = time }, Soon);
        var lost = new TaskCompletionSource<MqttStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change => lost.TrySetResult(change);
        await client.PublishAsync("frozen", new byte[1000], cancellationToken: Soon);
        CancellationToken soon = Soon;
        while (!lost.Task.IsCompleted)
        {
            soon.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield(); // the time for the answer begins when PINGREQ has left
        }

        Assert.Equal(MqttErrorCode.KeepAliveExpired, (await lost.Task).Cause!.Code);
        Assert.DoesNotContain((byte)0x88, firstBytes);
    }

    [Fact]
    public async Task A_publisher_at_QoS_0_notices_a_frozen_server()
    {
        var time = new ManualTime();
        await using var server = new SmallServer
        {
            Answer = (packet, output) => packet.Header.Type != PacketType.Connect
            || SmallServer.AcknowledgeAll(packet, output)
        };
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, TimeProvider = time, KeepAlive = TimeSpan.FromSeconds(60) }, Soon);
        var lost = new TaskCompletionSource<MqttStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change => lost.TrySetResult(change);
        CancellationToken soon = Soon;
        for (int s = 0; !lost.Task.IsCompleted; s++)
        {
            soon.ThrowIfCancellationRequested();
            if (s < 60 && s % 30 == 0) await client.PublishAsync("sensor", "reading", cancellationToken: Soon);
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield(); // the time for the answer begins when PINGREQ has left
        }

        Assert.Equal(MqttErrorCode.KeepAliveExpired, (await lost.Task).Cause!.Code);
    }

    private static MqttClientOptions TappedOptions(string address, ConcurrentQueue<byte> firstBytes) => new()
    {
        Address = address,
        Tap = (direction, bytes) =>
        {
            if (direction == MqttTapDirection.Sent) firstBytes.Enqueue(bytes[0]);
        },
    };

    /// <summary>A user interface whose thread never comes to what is posted to it.</summary>
    private sealed class BusyWindow : SynchronizationContext
    {
        public int Posted { get; private set; }

        public override void Post(SendOrPostCallback d, object? state) => Posted++;
    }

    /// <summary>Accepts one connection and its CONNECT, and reads the rest only when told to.</summary>
    private sealed class SlowServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Task<Socket> accepting;

        public SlowServer()
        {
            listener.Server.ReceiveBufferSize = 8192;
            listener.Start();
            accepting = AcceptAsync();
        }

        public string Address => $"mqtt://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

        public async Task SendAsync(int messages)
        {
            Socket socket = await accepting;
            try
            {
                for (int i = 0; i < messages; i++) await socket.SendAsync((byte[])[0x30, 4, 0, 1, (byte)'z', 1]);
            }
            catch (SocketException)
            {
                // the client has closed; reading will tell
            }
        }

        /// <summary>How many PUBLISHes came, and whether DISCONNECT was the last packet.</summary>
        public async Task<(int Publishes, bool Disconnect)> ReadToEndAsync(CancellationToken cancellationToken)
        {
            using Socket socket = await accepting;
            using var all = new MemoryStream();
            await using (var stream = new NetworkStream(socket)) await stream.CopyToAsync(all, cancellationToken);
            (int publishes, bool disconnect) = (0, false);
            var reader = new PacketReader(all.ToArray(), MqttRole.Client);
            while (reader.Read() == OperationStatus.Done)
            {
                if (reader.Header.Type == PacketType.Publish) publishes++;
                disconnect = reader.Header.Type == PacketType.Disconnect;
            }

            return (publishes, disconnect);
        }

        public void Dispose() => listener.Dispose();

        private async Task<Socket> AcceptAsync()
        {
            Socket socket = await listener.AcceptSocketAsync();
            await socket.ReceiveAsync(new byte[1000]);
            await socket.SendAsync((byte[])[0x20, 2, 0, 0]);
            return socket;
        }
    }
}
