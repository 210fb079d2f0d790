// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>How DISCONNECT ends a connection, and what becomes of what still waits.</summary>
public class DisconnectTests
{
    private const string Nobody = "mqtt://127.0.0.1:1";

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_disconnect_that_outlives_its_connection_leaves_the_next_one_alone()
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        for (int i = 0; i < 50; i++)
        {
            await using var client = new MqttClient(server.ClientOptions with { ReconnectDelay = TimeSpan.Zero, CleanSession = false });
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
    public async Task A_disconnect_without_a_time_limit_ends_when_what_is_in_flight_is_lost()
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        ValueTask publish = client.PublishAsync("a", "x", QualityOfService.ExactlyOnce, cancellationToken: Soon);
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
        await using var client = new MqttClient(server.ClientOptions);
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
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, MaxInFlight = 1, ReconnectDelay = TimeSpan.Zero }, Soon);
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
        MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { ConnectStream = async (_, token) => stream = new HeldStream(await StubbornStream.ConnectAsync(server, token)) }, Soon);
        stream!.Held = held.Task;
        await client.PublishAsync("a", "1", cancellationToken: Soon);
        Task<MqttDrainResult> disconnecting = client.DisconnectAsync(TimeSpan.FromSeconds(20), Soon);
        ValueTask disposing = client.DisposeAsync();
        held.SetResult();
        await disposing.AsTask().WaitAsync(Soon);
        await disconnecting.WaitAsync(Soon);
        await server.HasReceived("Disconnect", 1);
    }
}
