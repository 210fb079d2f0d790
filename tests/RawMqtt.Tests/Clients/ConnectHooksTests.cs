// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>What the application may supply for each attempt to connect.</summary>
public class ConnectHooksTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_function_that_fails_once_with_an_argument_exception_is_asked_again()
    {
        await using var server = new SmallServer();
        int calls = 0;
        await using var client =
            new MqttClient(server.ClientOptions with
            {
                BeforeConnect = (attempt, _) => Interlocked.Increment(ref calls) == 2
            ? throw new ArgumentNullException(nameof(attempt)) : ValueTask.FromResult(attempt)
            });
        Task again = client.When(change => change.To == MqttClientState.Connected && calls == 3);
        await client.OpenAsync(Soon);
        server.Cut();
        await again.WaitAsync(Soon);
    }

    [Fact]
    [Rule("MQTT-3.1.2-22")]
    public async Task A_password_without_its_user_ends_the_attempts()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(server.ClientOptions with
        {
            RetryFirstConnect = true,
            BeforeConnect = (attempt, _) => ValueTask.FromResult(attempt with { Password = new byte[1] })
        });
        MqttException failure = await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon));
        Assert.Equal(MqttErrorCode.InvalidOptions, failure.Code);
        Assert.Contains("[MQTT-3.1.2-22]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_attempt_may_have_its_own_password()
    {
        var users = new ConcurrentQueue<string>();
        await using var server = new SmallServer();
        Func<Received, RawMqtt.Sessions.OutgoingBuffer,
            bool> refuseOnce = ServerAnswers.Refuse(connection => connection < 2 ? ConnectReturnCode.ServerUnavailable : ConnectReturnCode.Accepted);
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Connect && ConnectPacket.TryRead(packet.Body, out ConnectPacket connect, out _))
                users.Enqueue($"{Encoding.UTF8.GetString(connect.UserName)} {Encoding.UTF8.GetString(connect.Password)}");
            return refuseOnce(packet, output);
        };
        await using var client = new MqttClient(server.ClientOptions with
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
        await using var client =
            new MqttClient(new MqttClientOptions { Address = "mqtt://127.0.0.1:1", BeforeConnect = (_, _) => throw new FormatException("no token") });
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

        Assert.Equal(["Connect", "Publish", "PubRel"], server.Received);
        Assert.Equal(1, server.Connections);
    }
}
