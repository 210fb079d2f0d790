// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Clients;

/// <summary>A client that has several addresses.</summary>
public class SeveralAddressesTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task Several_addresses_are_tried_in_turn()
    {
        await using var server = new SmallServer();
        string dead = $"mqtt://127.0.0.1:{FreePort.Take()}";
        await using var client = new MqttClient(server.ClientOptions with { Addresses = [dead, server.Address], RetryFirstConnect = true });
        await client.OpenAsync(Soon);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task The_first_opening_tries_each_address_once(int reconnectDelay)
    {
        await using var server = new SmallServer();
        MqttClientOptions options = server.ClientOptions with
        {
            ReconnectDelay = TimeSpan.FromSeconds(reconnectDelay),
            MaxReconnectDelay = TimeSpan.FromHours(1),
            TimeProvider = new ManualTime()
        };
        await using MqttClient client =
            await MqttClient.ConnectAsync(options with { Addresses = ["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:1", server.Address] }, Soon);
        Assert.Equal(1, server.Connections);

        var tried = new ConcurrentQueue<string>();
        await using var nowhere = new MqttClient(options with
        {
            Addresses = ["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:2"],
            BeforeConnect = (attempt, _) =>
            {
                tried.Enqueue(attempt.Address);
                return ValueTask.FromResult(attempt);
            },
        });
        Assert.Equal(MqttErrorCode.ConnectionRefused, (await Assert.ThrowsAsync<MqttException>(() => nowhere.OpenAsync(Soon))).Code);
        Assert.Equal(["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:2"], tried);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_at_the_next_address()
    {
        await using var one = new SmallServer();
        await using var two = new SmallServer();
        await using var client = new MqttClient(one.ClientOptions with { Addresses = [one.Address, two.Address] });
        await client.OpenAsync(Soon);
        Task again = client.When(change => change.To == MqttClientState.Connected);
        one.Cut();
        await again.WaitAsync(Soon);
        Assert.Equal((1, 1), (one.Connections, two.Connections));
    }

    [Fact]
    public async Task The_next_address_is_tried_while_the_first_one_hangs()
    {
        var time = new ManualTime();
        await using var one = new SmallServer();
        await using var two = new SmallServer();
        bool hangs = false;
        one.Answer = (packet, output) => Volatile.Read(ref hangs) || SmallServer.AcknowledgeAll(packet, output); // it never closes
        await using var client = new MqttClient(one.ClientOptions with
        {
            Addresses = [one.Address, two.Address],
            TimeProvider = time,
            KeepAlive = TimeSpan.FromSeconds(5),
            ConnectTimeout = TimeSpan.FromDays(1),
        });
        var faults = new ConcurrentQueue<MqttErrorCode?>(); // the clock may run on, so that the second connection expires too
        client.StateChanged += change => faults.Enqueue(change.Cause?.Code);
        await client.OpenAsync(Soon);
        Volatile.Write(ref hangs, true);
        Task waiting = client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon).AsTask();
        await one.HasReceived("Publish", 1);
        time.Advance(TimeSpan.FromSeconds(8.9));
        Assert.Equal(MqttClientState.Connected, client.State);
        await time.AdvanceUntil(waiting); // PINGREQ after 4 s, and 5 s for its answer
        await waiting;
        Assert.NotEqual(0, two.Connections);
        Assert.Contains(MqttErrorCode.KeepAliveExpired, faults);
    }

    [Fact]
    public async Task An_address_that_hangs_in_CONNECT_costs_the_connect_timeout_and_no_more()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var one = new SmallServer { Answer = (_, _) => asked.TrySetResult() || true };
        await using var two = new SmallServer();
        await using var client = new MqttClient(one.ClientOptions with
        {
            Addresses = [one.Address, two.Address],
            TimeProvider = time,
            ConnectTimeout = TimeSpan.FromSeconds(3),
        });
        Task opening = client.OpenAsync(Soon);
        await asked.Task.WaitAsync(Soon);
        time.Advance(TimeSpan.FromSeconds(3));
        await opening;
        Assert.Equal((1, 1), (one.Connections, two.Connections));
    }
}
