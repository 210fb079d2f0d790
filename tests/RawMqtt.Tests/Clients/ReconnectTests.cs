// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Clients;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>How a client connects, connects again, or gives up.</summary>
public class ReconnectTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    private static MqttClientOptions OptionsFor(SmallServer server) => new()
    {
        Address = server.Address,
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(20),
    };

    [Fact]
    public async Task A_lost_connection_is_made_again_and_subscriptions_with_it()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(OptionsFor(server));
        Task reconnected = When(client, change => change.To == MqttClientState.Connected && server.Connections == 2);
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
        await using var client = new MqttClient(OptionsFor(server));
        var changes = new ConcurrentQueue<MqttStateChange>();
        client.StateChanged += changes.Enqueue;
        Task again = When(client, change => change.To == MqttClientState.Connected && server.Connections == 2);
        await client.OpenAsync(Soon);
        server.Cut();
        await again.WaitAsync(Soon);
        await client.DisconnectAsync(cancellationToken: Soon);

        Assert.Equal([MqttClientState.Connecting, MqttClientState.Connected, MqttClientState.Reconnecting, MqttClientState.Connected, MqttClientState.Disconnected], changes.Select(change => change.To));
        MqttStateChange lost = changes.ElementAt(2);
        Assert.Equal((MqttClientState.Connected, MqttErrorCode.ConnectionLost, 1), (lost.From, lost.Cause!.Code, lost.Attempt));
        Assert.InRange(lost.NextDelay!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.Null(changes.Last().Cause);
    }

    [Fact]
    public async Task What_is_in_flight_in_a_clean_session_is_reported_lost()
    {
        await using var server = new SmallServer { Answer = Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(OptionsFor(server), Soon);
        ValueTask publish = client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        await server.HasReceived("Publish", 1);
        server.Cut();
        MqttException lost = await Assert.ThrowsAsync<MqttException>(async () => await publish);
        Assert.Equal(MqttErrorCode.SessionLost, lost.Code);
    }

    [Theory]
    [InlineData(QualityOfService.AtLeastOnce)]
    [InlineData(QualityOfService.ExactlyOnce)]
    public async Task What_is_in_flight_in_a_kept_session_is_sent_again(QualityOfService qos)
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Publish && (packet.Header.Flags & 0b1000) == 0) return false; // closes on the first sending
            if (packet.Header.Type != PacketType.Connect) return SmallServer.AcknowledgeAll(packet, output);
            output.Write(new ConnAckPacket { SessionPresent = server.Connections > 1 });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(OptionsFor(server) with { CleanSession = false }, Soon);
        await client.PublishAsync("a", "x", qos, cancellationToken: Soon);
        Assert.True(client.SessionPresent);
        Assert.Equal(2, server.Received.Count(type => type == "Publish"));
    }

    [Fact]
    public async Task A_session_that_the_server_forgot_is_reported_lost()
    {
        await using var server = new SmallServer { Answer = Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(OptionsFor(server) with { CleanSession = false }, Soon);
        ValueTask publish = client.PublishAsync("a", "x", QualityOfService.ExactlyOnce, cancellationToken: Soon);
        await server.HasReceived("Publish", 1);
        server.Cut();
        Assert.Equal(MqttErrorCode.SessionLost, (await Assert.ThrowsAsync<MqttException>(async () => await publish)).Code);
        Assert.Equal(1, server.Received.Count(type => type == "Publish"));
    }

    [Theory]
    [InlineData(ConnectReturnCode.UnacceptableProtocolVersion)]
    [InlineData(ConnectReturnCode.IdentifierRejected)]
    [InlineData(ConnectReturnCode.BadUserNameOrPassword)]
    [InlineData(ConnectReturnCode.NotAuthorized)]
    [Rule("MQTT-3.2.2-5")]
    public async Task A_refusal_that_will_not_change_ends_the_attempts(ConnectReturnCode code)
    {
        await using var server = new SmallServer { Answer = Refuse(_ => code) };
        await using var client = new MqttClient(OptionsFor(server) with { RetryFirstConnect = true });
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon));
        Assert.Equal((MqttErrorCode.ConnectRefused, code), (refused.Code, refused.ReturnCode));
        Assert.Equal(1, server.Connections);
        Assert.Equal(MqttClientState.Disconnected, client.State);
    }

    [Fact]
    public async Task A_server_that_is_not_available_is_tried_again()
    {
        await using var server = new SmallServer();
        server.Answer = Refuse(connection => connection < 3 ? ConnectReturnCode.ServerUnavailable : ConnectReturnCode.Accepted);
        await using var client = new MqttClient(OptionsFor(server) with { RetryFirstConnect = true });
        await client.OpenAsync(Soon);
        Assert.Equal(3, server.Connections);
    }

    [Fact]
    public async Task Two_clients_with_one_identifier_are_named_as_the_likely_cause()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) => packet.Header.Type == PacketType.Subscribe ? false : SmallServer.AcknowledgeAll(packet, output);
        await using var client = new MqttClient(OptionsFor(server));
        var kicked = new TaskCompletionSource<MqttStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.Cause?.Message.Contains("another client uses the same client identifier", StringComparison.Ordinal) == true) kicked.TrySetResult(change);
        };
        Task<MqttSubscription> subscribing = client.SubscribeAsync("a", cancellationToken: Soon); // asked on each connection, and closed for it
        await client.OpenAsync(Soon);
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
    public async Task Several_addresses_are_tried_in_turn()
    {
        await using var server = new SmallServer();
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        string dead = $"mqtt://127.0.0.1:{((IPEndPoint)nobody.LocalEndpoint).Port}";
        nobody.Stop();
        await using var client = new MqttClient(OptionsFor(server) with { Addresses = [dead, server.Address], RetryFirstConnect = true });
        await client.OpenAsync(Soon);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task The_first_opening_tries_each_address_once(int reconnectDelay)
    {
        await using var server = new SmallServer();
        MqttClientOptions options = OptionsFor(server) with { ReconnectDelay = TimeSpan.FromSeconds(reconnectDelay), MaxReconnectDelay = TimeSpan.FromHours(1), TimeProvider = new ManualTime() };
        await using MqttClient client = await MqttClient.ConnectAsync(options with { Addresses = ["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:1", server.Address] }, Soon);
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
        await using var client = new MqttClient(OptionsFor(one) with { Addresses = [one.Address, two.Address] });
        await client.OpenAsync(Soon);
        Task again = When(client, change => change.To == MqttClientState.Connected);
        one.Cut();
        await again.WaitAsync(Soon);
        Assert.Equal((1, 1), (one.Connections, two.Connections));
    }

    [Fact]
    public async Task Opening_while_reconnecting_waits_for_the_connection()
    {
        var time = new ManualTime();
        await using var server = new SmallServer();
        await using var client = new MqttClient(OptionsFor(server) with { TimeProvider = time, KeepAlive = TimeSpan.Zero, ConnectTimeout = TimeSpan.FromDays(49), ReconnectDelay = TimeSpan.FromSeconds(1), MaxReconnectDelay = TimeSpan.FromSeconds(1) });
        await client.OpenAsync(Soon);
        Task lost = When(client, change => change.To == MqttClientState.Reconnecting);
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
        await using var client = new MqttClient(OptionsFor(server) with { TimeProvider = new ManualTime(), ReconnectDelay = TimeSpan.FromMinutes(1), MaxReconnectDelay = TimeSpan.FromMinutes(1) });
        client.ReconnectNow(); // nothing to hurry yet
        await client.OpenAsync(Soon);
        client.ReconnectNow();
        Assert.Null(client.LastFault);
        Task lost = When(client, change => change.To == MqttClientState.Reconnecting);
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
    public async Task A_function_that_fails_once_with_an_argument_exception_is_asked_again()
    {
        await using var server = new SmallServer();
        int calls = 0;
        await using var client = new MqttClient(OptionsFor(server) with { BeforeConnect = (attempt, _) => Interlocked.Increment(ref calls) == 2 ? throw new ArgumentNullException(nameof(attempt)) : ValueTask.FromResult(attempt) });
        Task again = When(client, change => change.To == MqttClientState.Connected && calls == 3);
        await client.OpenAsync(Soon);
        server.Cut();
        await again.WaitAsync(Soon);
    }

    [Fact]
    [Rule("MQTT-3.1.2-22")]
    public async Task A_password_without_its_user_ends_the_attempts()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(OptionsFor(server) with { RetryFirstConnect = true, BeforeConnect = (attempt, _) => ValueTask.FromResult(attempt with { Password = new byte[1] }) });
        MqttException failure = await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon));
        Assert.Equal(MqttErrorCode.InvalidOptions, failure.Code);
        Assert.Contains("[MQTT-3.1.2-22]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_reconnect_the_end_is_told()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(OptionsFor(server) with { ReconnectDelay = TimeSpan.Zero }, Soon);
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
    public async Task Each_attempt_may_have_its_own_password()
    {
        var users = new ConcurrentQueue<string>();
        await using var server = new SmallServer();
        Func<Received, RawMqtt.Sessions.OutgoingBuffer, bool> refuseOnce = Refuse(connection => connection < 2 ? ConnectReturnCode.ServerUnavailable : ConnectReturnCode.Accepted);
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Connect && ConnectPacket.TryRead(packet.Body, out ConnectPacket connect, out _)) users.Enqueue($"{Encoding.UTF8.GetString(connect.UserName)} {Encoding.UTF8.GetString(connect.Password)}");
            return refuseOnce(packet, output);
        };
        await using var client = new MqttClient(OptionsFor(server) with
        {
            RetryFirstConnect = true,
            BeforeConnect = (attempt, _) => ValueTask.FromResult(attempt with { UserName = "me", Password = Encoding.UTF8.GetBytes($"token{attempt.Number}") }),
        });
        await client.OpenAsync(Soon);
        Assert.Equal(["me token1", "me token2"], users);
    }

    [Fact]
    public async Task A_function_that_throws_before_CONNECT_is_told()
    {
        await using var client = new MqttClient(new MqttClientOptions { Address = "mqtt://127.0.0.1:1", BeforeConnect = (_, _) => throw new FormatException("no token") });
        MqttException failure = await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon));
        Assert.Contains("no token", failure.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(failure.InnerException);
    }

    [Fact]
    [Rule("MQTT-7.1.2-1")]
    public async Task The_application_may_supply_the_stream()
    {
        await using var server = new SmallServer();
        int port = new Uri(server.Address).Port;
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
        {
            ConnectStream = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }, Soon);
        await client.PublishAsync("a", "x", QualityOfService.ExactlyOnce, cancellationToken: Soon);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_CONNECT_is_given_up()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new SmallServer { Answer = (_, _) => asked.TrySetResult() };
        await using var client = new MqttClient(OptionsFor(server) with { TimeProvider = time, ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        Task opening = client.OpenAsync(Soon);
        await asked.Task.WaitAsync(Soon);
        time.Advance(TimeSpan.FromMilliseconds(100));
        MqttException timedOut = await Assert.ThrowsAsync<MqttException>(() => opening);
        Assert.Equal(MqttErrorCode.ConnectTimeout, timedOut.Code);
        Assert.Matches(@"^No connection to mqtt://127\.0\.0\.1:\d+ within 0\.1 s: still waiting for CONNACK, after name service [0-9.]+ ms, TCP [0-9.]+ ms\. ", timedOut.Message);
    }

    [Fact]
    [Rule("MQTT-4.8.0-1")]
    public async Task A_violation_of_the_server_ends_the_connection_and_is_told()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Publish) return SmallServer.AcknowledgeAll(packet, output);
            output.Write<byte>([0x36, 0x03, 0x00, 0x01, (byte)'a']); // QoS 3
            return true;
        };
        await using var client = new MqttClient(OptionsFor(server) with { CleanSession = false });
        var causes = new ConcurrentQueue<MqttException?>();
        Task again = When(client, change =>
        {
            causes.Enqueue(change.Cause);
            return change.To == MqttClientState.Connected && server.Connections == 2;
        });
        await client.OpenAsync(Soon);
        await client.PublishAsync("a", "x", cancellationToken: Soon);
        await again.WaitAsync(Soon);
        Assert.Contains(causes, cause => cause?.Rule == "MQTT-3.3.1-4");
    }

    [Fact]
    public async Task A_too_large_packet_has_a_code_of_its_own()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(OptionsFor(server) with { MaxPacketLength = 100, ReconnectDelay = TimeSpan.Zero }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("a", cancellationToken: Soon);
        await client.PublishAsync("a", new byte[100], cancellationToken: Soon);
        MqttException end = await Assert.ThrowsAsync<MqttException>(async () =>
        {
            await foreach (MqttMessage _ in messages.WithCancellation(Soon))
            {
            }
        });
        Assert.Equal(MqttErrorCode.PacketTooLarge, end.Code);
        Assert.Contains("MaxPacketLength", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frozen_server_is_noticed_and_a_sleep_is_suspected()
    {
        var time = new ManualTime();
        await using var server = new SmallServer();
        int pings = 0;
        server.Answer = (packet, output) => packet.Header.Type == PacketType.PingReq && Interlocked.Increment(ref pings) > 1 || SmallServer.AcknowledgeAll(packet, output);
        await using var client = new MqttClient(OptionsFor(server) with { TimeProvider = time, KeepAlive = TimeSpan.FromSeconds(60) });
        var expired = new TaskCompletionSource<MqttStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.Cause is not null) expired.TrySetResult(change);
        };
        await client.OpenAsync(Soon);

        for (int s = 0; s < 60; s++) time.Advance(TimeSpan.FromSeconds(1));
        await server.HasReceived("PingReq", 1); // 60 s of silence: answered
        await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);

        time.Sleep(TimeSpan.FromHours(1));
        for (int s = 0; s < 6; s++) time.Advance(TimeSpan.FromSeconds(1));
        await server.HasReceived("PingReq", 2); // at once after the sleep, and not answered
        for (int s = 0; s < 16 && !expired.Task.IsCompleted; s++) time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(MqttErrorCode.KeepAliveExpired, (await expired.Task.WaitAsync(Soon)).Cause!.Code);
    }

    [Fact]
    public async Task Disposing_ends_whatever_the_reconnect_is_doing()
    {
        await using var server = new SmallServer();
        for (int i = 0; i < 200; i++)
        {
            MqttClient client = await MqttClient.ConnectAsync(OptionsFor(server) with { MaxReconnectDelay = TimeSpan.FromMilliseconds(1) }, Soon);
            server.Cut();
            if (i % 2 == 0) await Task.Yield();
            await client.DisposeAsync().AsTask().WaitAsync(Soon);
            Assert.Equal(MqttClientState.Closed, client.State);
        }
    }

    internal static Task When(MqttClient client, Func<MqttStateChange, bool> happened)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (happened(change)) told.TrySetResult();
        };
        return told.Task;
    }

    internal static Func<Received, RawMqtt.Sessions.OutgoingBuffer, bool> Silence(PacketType type) =>
        (packet, output) => packet.Header.Type == type || SmallServer.AcknowledgeAll(packet, output);

    private static Func<Received, RawMqtt.Sessions.OutgoingBuffer, bool> Refuse(Func<int, ConnectReturnCode> code)
    {
        int connections = 0;
        return (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Connect) return SmallServer.AcknowledgeAll(packet, output);
            ConnectReturnCode answer = code(Interlocked.Increment(ref connections));
            output.Write(new ConnAckPacket { ReturnCode = answer });
            return answer == ConnectReturnCode.Accepted;
        };
    }
}
