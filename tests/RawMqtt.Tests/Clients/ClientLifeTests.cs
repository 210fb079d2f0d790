// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>Opening, disconnecting and disposing, in every order and at the same time: each of them settles.</summary>
public class ClientLifeTests
{
    private const string Nobody = "mqtt://127.0.0.1:1";

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    private static MqttClientOptions OptionsFor(SmallServer server) => new() { Address = server.Address, ReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task A_provider_that_never_returns_is_given_up_at_the_connect_timeout()
    {
        await using var client = new MqttClient(new MqttClientOptions { Address = Nobody, ConnectTimeout = TimeSpan.FromMilliseconds(50), BeforeConnect = Never<MqttConnectAttempt> });
        Assert.Equal(MqttErrorCode.ConnectTimeout, (await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon))).Code);
    }

    [Fact]
    public async Task A_provider_that_never_returns_holds_up_neither_cancellation_nor_dispose()
    {
        var client = new MqttClient(new MqttClientOptions { Address = Nobody, BeforeConnect = Never<MqttConnectAttempt> });
        using var cancel = new CancellationTokenSource();
        Task opening = client.OpenAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Soon));
        await client.DisposeAsync().AsTask().WaitAsync(Soon);
        Assert.Equal(MqttClientState.Closed, client.State);
    }

    [Fact]
    public async Task A_stream_that_comes_too_late_is_disposed_of()
    {
        var supplied = new TaskCompletionSource<Stream>();
        await using var client = new MqttClient(new MqttClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50), ConnectStream = (_, _) => new ValueTask<Stream>(supplied.Task) });
        Assert.Equal(MqttErrorCode.ConnectTimeout, (await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon))).Code);
        var late = new WatchedStream();
        supplied.SetResult(late);
        await late.Disposed.WaitAsync(Soon);
    }

    [Fact]
    public async Task The_token_of_ConnectStream_is_quiet_once_connected()
    {
        var time = new ManualTime();
        await using var server = new SmallServer();
        CancellationToken given = default;
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
        {
            TimeProvider = time,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ConnectStream = async (_, cancellationToken) =>
            {
                given = cancellationToken;
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, new Uri(server.Address).Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }, Soon);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(given.IsCancellationRequested);
        await client.PingAsync(Soon);
    }

    [Fact]
    public async Task The_first_change_begins_at_disconnected()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(OptionsFor(server));
        var changes = new ConcurrentQueue<MqttStateChange>();
        client.StateChanged += changes.Enqueue;
        await client.OpenAsync(Soon);
        Assert.Equal((MqttClientState.Disconnected, MqttClientState.Connecting), (changes.First().From, changes.First().To));
    }

    [Fact]
    public async Task Each_OpenAsync_is_an_attempt_of_its_own_and_changes_are_told_in_order()
    {
        int attempts = 0;
        var last = MqttClientState.Disconnected;
        var outOfOrder = new ConcurrentQueue<string>();
        await using var client = new MqttClient(new MqttClientOptions { Address = Nobody, BeforeConnect = (_, _) => throw new FormatException($"attempt {++attempts}") });
        client.StateChanged += change =>
        {
            if (change.From != last) outOfOrder.Enqueue($"{change.From} -> {change.To} after {last}");
            last = change.To;
        };
        for (int i = 1; i <= 500; i++)
        {
            MqttException failure = await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon));
            Assert.EndsWith($"attempt {i}", failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(outOfOrder);
    }

    [Fact]
    public async Task A_disconnect_that_outlives_its_connection_leaves_the_next_one_alone()
    {
        await using var server = new SmallServer { Answer = ReconnectTests.Silence(PacketType.Publish) };
        for (int i = 0; i < 50; i++)
        {
            await using var client = new MqttClient(OptionsFor(server) with { ReconnectDelay = TimeSpan.Zero, CleanSession = false });
            await client.OpenAsync(Soon);
            var again = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
            client.StateChanged += change =>
            {
                if (change.To == MqttClientState.Disconnected && change.Cause is not null) again.TrySetResult(client.OpenAsync(Soon));
            };
            ValueTask publish = client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
            Task disconnecting = client.DisconnectAsync(Timeout.InfiniteTimeSpan, Soon);
            server.Cut();
            await Assert.ThrowsAsync<MqttException>(async () => await publish);
            await disconnecting.WaitAsync(Soon);
            await (await again.Task.WaitAsync(Soon)).WaitAsync(Soon);
            Assert.Equal(MqttClientState.Connected, client.State);
        }
    }

    [Fact]
    public async Task Opening_while_disposing_leaves_no_connection()
    {
        await using var server = new SmallServer();
        for (int i = 0; i < 300; i++)
        {
            var client = new MqttClient(OptionsFor(server));
            using var go = new Barrier(2);
            Task opening = Task.Run(() =>
            {
                go.SignalAndWait();
                return client.OpenAsync(Soon);
            });
            Task disposing = Task.Run(async () =>
            {
                go.SignalAndWait();
                await client.DisposeAsync();
            });
            Exception? failure = await Record.ExceptionAsync(() => opening);
            await disposing.WaitAsync(Soon);
            Assert.True(failure is null or MqttException, failure?.ToString());
            Assert.Equal(MqttClientState.Closed, client.State);
            Assert.Equal(MqttErrorCode.Disposed, (await Assert.ThrowsAsync<MqttException>(() => client.PingAsync(Soon))).Code);
        }
    }

    [Fact]
    public async Task A_disconnect_without_a_time_limit_ends_when_what_is_in_flight_is_lost()
    {
        await using var server = new SmallServer { Answer = ReconnectTests.Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(OptionsFor(server), Soon);
        ValueTask publish = client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        await server.HasReceived("Publish", 1);
        Task<MqttDrainResult> disconnecting = client.DisconnectAsync(Timeout.InfiniteTimeSpan, Soon);
        server.Cut();
        Assert.Equal(MqttErrorCode.SessionLost, (await Assert.ThrowsAsync<MqttException>(async () => await publish)).Code);
        Assert.Equal(new MqttDrainResult(Queued: 0, InFlight: 1), await disconnecting.WaitAsync(Soon));
    }

    [Fact]
    public async Task A_disconnect_without_a_time_limit_ends_when_what_waits_is_cancelled()
    {
        await using var client = new MqttClient(new MqttClientOptions { Address = Nobody, RetryFirstConnect = true });
        Task opening = client.OpenAsync(Soon);
        using var cancel = new CancellationTokenSource();
        ValueTask publish = client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: cancel.Token);
        Task<MqttDrainResult> disconnecting = client.DisconnectAsync(Timeout.InfiniteTimeSpan, Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await publish);
        Assert.True((await disconnecting.WaitAsync(Soon)).IsComplete);
        Assert.Equal(MqttErrorCode.NotConnected, (await Assert.ThrowsAsync<MqttException>(() => opening)).Code);
    }

    [Fact]
    public async Task A_disconnect_without_a_time_limit_ends_when_what_waits_at_QoS_0_is_sent()
    {
        var connack = new TaskCompletionSource();
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Connect) connack.Task.Wait(Soon);
            return SmallServer.AcknowledgeAll(packet, output);
        };
        await using var client = new MqttClient(OptionsFor(server));
        Task opening = client.OpenAsync(Soon);
        ValueTask publish = client.PublishAsync("a", "x", cancellationToken: Soon);
        Task<MqttDrainResult> disconnecting = client.DisconnectAsync(Timeout.InfiniteTimeSpan, Soon);
        connack.SetResult();
        await publish;
        Assert.True((await disconnecting.WaitAsync(Soon)).IsComplete);
        await server.HasReceived("Disconnect", 1);
        await Record.ExceptionAsync(() => opening); // connected, or disconnected before that was told
        Assert.Equal(1, server.Received.Count(type => type == "Publish"));
    }

    [Fact]
    public async Task What_is_given_up_while_a_disconnect_drains_is_reported_and_once()
    {
        await using var server = new SmallServer { Answer = ReconnectTests.Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, MaxInFlight = 1, ReconnectDelay = TimeSpan.Zero }, Soon);
        ValueTask first = client.PublishAsync("a", "1", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        ValueTask second = client.PublishAsync("a", "2", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        await server.HasReceived("Publish", 1);
        Task<MqttDrainResult> disconnecting = client.DisconnectAsync(Timeout.InfiniteTimeSpan, Soon);
        server.Cut();
        Assert.Equal(new MqttDrainResult(Queued: 1, InFlight: 1), await disconnecting.WaitAsync(Soon));
        Assert.Equal(MqttErrorCode.SessionLost, (await Assert.ThrowsAsync<MqttException>(async () => await first)).Code);
        await Assert.ThrowsAsync<MqttException>(async () => await second);
        Assert.True((await client.DisconnectAsync(cancellationToken: Soon)).IsComplete);
    }

    [Fact]
    public async Task What_waits_for_a_client_that_was_never_opened_is_reported()
    {
        await using var client = new MqttClient(new MqttClientOptions { Address = Nobody });
        ValueTask waits = client.PublishAsync("a", "1", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        Assert.Equal(new MqttDrainResult(Queued: 1, InFlight: 0), await client.DisconnectAsync(cancellationToken: Soon));
        Assert.False(waits.IsCompleted);
    }

    [Fact]
    public async Task Disposing_does_not_cut_the_farewell_of_a_disconnect_short()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HeldStream? stream = null;
        await using var server = new SmallServer();
        MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { ConnectStream = async (_, token) => stream = new HeldStream(await StubbornStream.ConnectAsync(server, token)) }, Soon);
        stream!.Held = held.Task;
        await client.PublishAsync("a", "1", cancellationToken: Soon);
        Task<MqttDrainResult> disconnecting = client.DisconnectAsync(TimeSpan.FromSeconds(20), Soon);
        ValueTask disposing = client.DisposeAsync();
        held.SetResult();
        await disposing.AsTask().WaitAsync(Soon);
        await disconnecting.WaitAsync(Soon);
        await server.HasReceived("Disconnect", 1);
    }

    [Fact]
    public async Task A_call_whose_token_is_cancelled_already_has_no_effect()
    {
        await using var server = new SmallServer();
        var changes = new ConcurrentQueue<MqttStateChange>();
        await using var client = new MqttClient(OptionsFor(server));
        client.StateChanged += changes.Enqueue;
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.OpenAsync(cancelled));
        Assert.Empty(changes);
        await client.OpenAsync(Soon);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SubscribeAsync("a", cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.UnsubscribeAsync("a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PingAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.PublishAsync("a", "x", cancellationToken: cancelled));
        await client.PingAsync(Soon);
        Assert.Equal(["Connect", "PingReq"], server.Received);
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("disconnect")]
    [InlineData("dispose")]
    public async Task Code_that_throws_when_its_token_is_cancelled_holds_nothing_up(string how)
    {
        await using var server = new SmallServer();
        var thrown = new ConcurrentQueue<string>();
        var client = new MqttClient(new MqttClientOptions
        {
            ReconnectDelay = TimeSpan.Zero,
            ConnectStream = async (_, token) => new ThrowingStream(await StubbornStream.ConnectAsync(server, token), thrown),
        });
        await client.OpenAsync(Soon);
        if (how == "abort") client.Abort();
        if (how == "disconnect") await client.DisconnectAsync(cancellationToken: Soon).WaitAsync(Soon);
        await client.DisposeAsync().AsTask().WaitAsync(Soon);
        Assert.Equal(MqttClientState.Closed, client.State);
        Assert.NotEmpty(thrown);
    }

    [Theory]
    [InlineData("dispose")]
    [InlineData("disconnect")]
    public async Task A_stream_that_never_ends_is_given_up(string how)
    {
        await using var server = new SmallServer();
        var time = new ManualTime();
        MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { TimeProvider = time, ConnectStream = async (_, token) => new DeafStream(await StubbornStream.ConnectAsync(server, token)) }, Soon);
        Task ending = how == "dispose" ? client.DisposeAsync().AsTask() : client.DisconnectAsync();
        CancellationToken soon = Soon;
        while (!ending.IsCompleted)
        {
            soon.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await ending;
        Assert.Equal(how == "dispose" ? MqttClientState.Closed : MqttClientState.Disconnected, client.State);
    }

    private static ValueTask<T> Never<T>(MqttConnectAttempt attempt, CancellationToken cancellationToken) => new(new TaskCompletionSource<T>().Task);

    /// <summary>What an application might write around a serial port: it is closed when the token is cancelled, and that fails.</summary>
    private sealed class ThrowingStream(Stream inner, ConcurrentQueue<string> thrown) : StubbornStream(inner)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.Register(() =>
            {
                thrown.Enqueue("x");
                throw new IOException("the port is gone");
            });
            return base.ReadAsync(buffer, CancellationToken.None);
        }
    }

    /// <summary>Its writes are held, and heed their token.</summary>
    private sealed class HeldStream(Stream inner) : StubbornStream(inner)
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Held.WaitAsync(cancellationToken);
            await base.WriteAsync(buffer, cancellationToken);
        }
    }

    /// <summary>Its reads heed neither their token nor its end, which never comes.</summary>
    private sealed class DeafStream(Stream inner) : StubbornStream(inner)
    {
        public override async ValueTask DisposeAsync()
        {
            await new TaskCompletionSource().Task;
            await base.DisposeAsync();
        }
    }

    private sealed class WatchedStream : MemoryStream
    {
        private readonly TaskCompletionSource disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Disposed => disposed.Task;

        protected override void Dispose(bool disposing)
        {
            disposed.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
