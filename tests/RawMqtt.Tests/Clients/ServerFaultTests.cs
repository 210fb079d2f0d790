// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections.Concurrent;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>What a client does about a server that breaks the rules or does not answer.</summary>
public class ServerFaultTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_server_that_does_not_answer_CONNECT_is_given_up()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new SmallServer { Answer = (_, _) => asked.TrySetResult() };
        await using var client = new MqttClient(server.ClientOptions with { TimeProvider = time, ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        Task opening = client.OpenAsync(Soon);
        await asked.Task.WaitAsync(Soon);
        time.Advance(TimeSpan.FromMilliseconds(100));
        MqttException timedOut = await Assert.ThrowsAsync<MqttException>(() => opening);
        Assert.Equal(MqttErrorCode.ConnectTimeout, timedOut.Code);
        Assert.Matches(@"^No connection to mqtt://127\.0\.0\.1:\d+ within 0\.1 s: still waiting for CONNACK, after name service [0-9.]+ ms, TCP [0-9.]+ ms\. ",
            timedOut.Message);
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
        await using var client = new MqttClient(server.ClientOptions with { CleanSession = false });
        var causes = new ConcurrentQueue<MqttException?>();
        Task again = client.When(change =>
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
        await using MqttClient client =
            await MqttClient.ConnectAsync(server.ClientOptions with { MaxPacketLength = 100, ReconnectDelay = TimeSpan.Zero }, Soon);
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
        server.Answer = (packet, output) => packet.Header.Type == PacketType.PingReq && Interlocked.Increment(ref pings) > 1
            || SmallServer.AcknowledgeAll(packet, output);
        await using var client = new MqttClient(server.ClientOptions with { TimeProvider = time, KeepAlive = TimeSpan.FromSeconds(60) });
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
        CancellationToken soon = Soon;
        while (!expired.Task.IsCompleted)
        {
            soon.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield(); // the server may have PINGREQ before the client knows that it has left, from when on it awaits the answer
        }

        Assert.Equal(MqttErrorCode.KeepAliveExpired, (await expired.Task).Cause!.Code);
    }

    [Fact]
    public async Task One_packet_that_is_too_large_after_short_connections_does_not_end_the_client()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            SmallServer.AcknowledgeAll(packet, output);
            if (packet.Header.Type != PacketType.Connect) return true;
            if (server.Connections == 5) output.Write(new PublishPacket { Topic = "a"u8, Payload = new byte[200] });
            return server.Connections >= 5;
        };
        await using var client = new MqttClient(server.ClientOptions with { MaxPacketLength = 100, RetryFirstConnect = true });
        Task tooLarge = client.When(change => change.Cause?.Code == MqttErrorCode.PacketTooLarge);
        await client.OpenAsync(Soon);
        await tooLarge.WaitAsync(Soon);
        await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        Assert.True(server.Connections >= 6);
    }
}
