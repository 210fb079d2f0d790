// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Tests.Clients;

/// <summary>Opening, disconnecting and disposing, in every order and at the same time: each of them settles.</summary>
public class ClientLifeTests
{
    private const string Nobody = "mqtt://127.0.0.1:1";

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_provider_that_never_returns_is_given_up_at_the_connect_timeout()
    {
        await using var client = new MqttClient(
            new MqttClientOptions { Address = Nobody, ConnectTimeout = TimeSpan.FromMilliseconds(50), BeforeConnect = Never<MqttConnectAttempt> });
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
        await using var client = new MqttClient(
            new MqttClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50), ConnectStream = (_, _) => new ValueTask<Stream>(supplied.Task) });
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
        await using var client = new MqttClient(server.ClientOptions);
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
        await using var client =
            new MqttClient(new MqttClientOptions { Address = Nobody, BeforeConnect = (_, _) => throw new FormatException($"attempt {++attempts}") });
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
    public async Task Opening_while_disposing_leaves_no_connection()
    {
        await using var server = new SmallServer();
        for (int i = 0; i < 300; i++)
        {
            var client = new MqttClient(server.ClientOptions);
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
    public async Task A_call_whose_token_is_cancelled_already_has_no_effect()
    {
        await using var server = new SmallServer();
        var changes = new ConcurrentQueue<MqttStateChange>();
        await using var client = new MqttClient(server.ClientOptions);
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

    [Fact]
    public async Task Code_that_throws_at_each_change_of_state_stops_nothing_and_the_log_says_so()
    {
        await using var server = new SmallServer();
        var log = new ConcurrentQueue<(MqttLogLevel, string)>();
        var client = new MqttClient(server.ClientOptions with { Log = (level, line) => log.Enqueue((level, line)) });
        client.StateChanged += _ => throw new InvalidOperationException("broken");
        await client.OpenAsync(Soon);
        await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        await client.DisposeAsync().AsTask().WaitAsync(Soon);
        Assert.Equal(MqttClientState.Closed, client.State);
        Assert.Contains((MqttLogLevel.Error, "StateChanged threw InvalidOperationException: broken"), log);
    }

    [Theory]
    [InlineData("dispose")]
    [InlineData("disconnect")]
    public async Task A_stream_that_never_ends_is_given_up(string how)
    {
        await using var server = new SmallServer();
        var time = new ManualTime();
        MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
        {
            TimeProvider = time,
            ConnectStream = async (_, token) => new DeafStream(await StubbornStream.ConnectAsync(server, token))
        }, Soon);
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
}
