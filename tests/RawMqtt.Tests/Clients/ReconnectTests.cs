// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using RawMqtt.Clients;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>How a client connects, connects again, or gives up.</summary>
public class ReconnectTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_lost_connection_is_made_again_and_subscriptions_with_it()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(server.ClientOptions);
        Task reconnected = client.When(change => change.To == MqttClientState.Connected && server.Connections == 2);
        await client.OpenAsync(Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("a/#", cancellationToken: Soon);
        server.Cut();
        await reconnected.WaitAsync(Soon);

        await client.PublishAsync("a/b", "after", cancellationToken: Soon);
        await foreach (MqttMessage message in messages.WithCancellation(Soon))
        {
            Assert.Equal("after", message.PayloadText);
            break;
        }

        Assert.Equal(2, server.Received.Count(type => type == "Subscribe"));
        Assert.Equal(2, client.Statistics.Connections);
    }

    [Fact]
    [Rule("WS-7.2.3-1")]
    public async Task State_changes_tell_cause_attempt_and_delay()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(server.ClientOptions);
        var changes = new ConcurrentQueue<MqttStateChange>();
        client.StateChanged += changes.Enqueue;
        Task again = client.When(change => change.To == MqttClientState.Connected && server.Connections == 2);
        await client.OpenAsync(Soon);
        server.Cut();
        await again.WaitAsync(Soon);
        await client.DisconnectAsync(cancellationToken: Soon);

        Assert.Equal([MqttClientState.Connecting, MqttClientState.Connected, MqttClientState.Reconnecting, MqttClientState.Connected,
            MqttClientState.Disconnected], changes.Select(change => change.To));
        MqttStateChange lost = changes.ElementAt(2);
        Assert.Equal((MqttClientState.Connected, MqttErrorCode.ConnectionLost, 1), (lost.From, lost.Cause!.Code, lost.Attempt));
        Assert.InRange(lost.NextDelay!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.Null(changes.Last().Cause);
    }

    [Theory]
    [InlineData(ConnectReturnCode.UnacceptableProtocolVersion)]
    [InlineData(ConnectReturnCode.IdentifierRejected)]
    [InlineData(ConnectReturnCode.BadUserNameOrPassword)]
    [InlineData(ConnectReturnCode.NotAuthorized)]
    [Rule("MQTT-3.2.2-5")]
    public async Task A_refusal_that_will_not_change_ends_the_attempts(ConnectReturnCode code)
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Refuse(_ => code) };
        await using var client = new MqttClient(server.ClientOptions with { RetryFirstConnect = true });
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon));
        Assert.Equal((MqttErrorCode.ConnectRefused, code), (refused.Code, refused.ReturnCode));
        Assert.Equal(1, server.Connections);
        Assert.Equal(MqttClientState.Disconnected, client.State);
    }

    [Fact]
    public async Task A_server_that_is_not_available_is_tried_again()
    {
        await using var server = new SmallServer();
        server.Answer = ServerAnswers.Refuse(connection => connection < 3 ? ConnectReturnCode.ServerUnavailable : ConnectReturnCode.Accepted);
        await using var client = new MqttClient(server.ClientOptions with { RetryFirstConnect = true });
        await client.OpenAsync(Soon);
        Assert.Equal(3, server.Connections);
    }

    [Fact]
    public async Task Two_clients_with_one_identifier_are_named_as_the_likely_cause()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) => SmallServer.AcknowledgeAll(packet, output) && packet.Header.Type != PacketType.Connect;
        await using var client = new MqttClient(server.ClientOptions);
        var kicked = new TaskCompletionSource<MqttStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.Cause?.Message.Contains("another client uses the same client identifier", StringComparison.Ordinal) == true) kicked.TrySetResult(change);
        };
        Task<MqttSubscription> subscribing = client.SubscribeAsync("a", cancellationToken: Soon); // waits for a connection that stands
        _ = client.OpenAsync(Soon);
        MqttStateChange change = await kicked.Task.WaitAsync(Soon);
        Assert.True(change.Attempt >= ReconnectDelays.KickLimit);
        await client.DisposeAsync();
        Assert.Equal(MqttErrorCode.Disposed, (await Assert.ThrowsAsync<MqttException>(() => subscribing)).Code);
    }

    [Fact]
    [Rule("WS-7.2.3-2", "WS-7.2.3-3")]
    public void Delays_double_with_full_jitter_and_start_anew_only_after_proven_life()
    {
        var delays = new ReconnectDelays(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), () => 0.5);
        var drawn = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            delays.Failed();
            drawn.Add(delays.Next().TotalSeconds);
        }

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], drawn);
        delays.Lost(lived: TimeSpan.FromSeconds(9));
        Assert.Equal(30, delays.Next().TotalSeconds); // it did not live: the delay goes on growing
        delays.Lost(lived: TimeSpan.FromSeconds(10));
        Assert.Equal(0.5, delays.Next().TotalSeconds);
    }

    [Fact]
    public async Task Opening_while_reconnecting_waits_for_the_connection()
    {
        var time = new ManualTime();
        await using var server = new SmallServer();
        await using var client = new MqttClient(server.ClientOptions with
        {
            TimeProvider = time,
            KeepAlive = TimeSpan.Zero,
            PingTimeout = TimeSpan.FromDays(49), // the connection after the cut begins with PINGREQ
            ConnectTimeout = TimeSpan.FromDays(49),
            ReconnectDelay = TimeSpan.FromSeconds(1),
            MaxReconnectDelay = TimeSpan.FromSeconds(1)
        });
        await client.OpenAsync(Soon);
        Task lost = client.When(change => change.To == MqttClientState.Reconnecting);
        server.Cut();
        await lost.WaitAsync(Soon);
        Task opening = client.OpenAsync(Soon);
        using var impatient = new CancellationTokenSource();
        Task givenUp = client.OpenAsync(impatient.Token);
        Assert.False(opening.IsCompleted);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp); // and nothing else is given up with it
        while (!opening.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1)); // the delay may begin only after the change was told
            await Task.Yield();
        }

        await opening;
        Assert.Equal((MqttClientState.Connected, 2), (client.State, server.Connections));
    }

    [Fact]
    public async Task The_application_may_end_the_delay_and_ask_for_the_last_fault()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(server.ClientOptions with
        {
            TimeProvider = new ManualTime(),
            ReconnectDelay = TimeSpan.FromMinutes(1),
            MaxReconnectDelay = TimeSpan.FromMinutes(1)
        });
        client.ReconnectNow(); // nothing to hurry yet
        await client.OpenAsync(Soon);
        client.ReconnectNow();
        Assert.Null(client.LastFault);
        Task lost = client.When(change => change.To == MqttClientState.Reconnecting);
        server.Cut();
        await lost.WaitAsync(Soon);
        Assert.Equal(MqttErrorCode.ConnectionLost, client.LastFault!.Code);
        client.ReconnectNow();
        await client.OpenAsync(Soon);
        Assert.Equal(2, server.Connections);
        Assert.NotNull(client.LastFault); // it stays to be asked for
        await client.DisconnectAsync(cancellationToken: Soon);
        Assert.Equal(MqttErrorCode.ConnectionLost, client.LastFault.Code);
    }

    [Fact]
    public async Task Without_reconnect_the_end_is_told()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { ReconnectDelay = TimeSpan.Zero }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("a", cancellationToken: Soon);
        server.Cut();
        MqttException end = await Assert.ThrowsAsync<MqttException>(async () =>
        {
            await foreach (MqttMessage _ in messages.WithCancellation(Soon))
            {
            }
        });
        Assert.Equal(MqttErrorCode.ConnectionLost, end.Code);
        Assert.Equal(MqttClientState.Disconnected, client.State);
        await Assert.ThrowsAsync<MqttException>(async () => await client.PublishAsync("a", "x", cancellationToken: Soon));
        await client.OpenAsync(Soon); // and it can be opened again
        Assert.Equal(MqttClientState.Connected, client.State);
    }

    [Fact]
    public async Task Disposing_ends_whatever_the_reconnect_is_doing()
    {
        await using var server = new SmallServer();
        for (int i = 0; i < 200; i++)
        {
            MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { MaxReconnectDelay = TimeSpan.FromMilliseconds(1) }, Soon);
            server.Cut();
            if (i % 2 == 0) await Task.Yield();
            await client.DisposeAsync().AsTask().WaitAsync(Soon);
            Assert.Equal(MqttClientState.Closed, client.State);
        }
    }

    [Fact]
    public async Task The_connection_after_Abort_begins_without_care()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        Task again = client.When(change => change.To == MqttClientState.Connected);
        client.Abort();
        await again.WaitAsync(Soon);
        await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        Assert.Equal(["Connect", "Connect", "Publish"], server.Received.Where(type => type != "Disconnect"));
    }
}
