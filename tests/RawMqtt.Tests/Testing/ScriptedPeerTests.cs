// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Testing;

public class ScriptedPeerTests
{
    [Fact]
    public async Task A_script_expects_answers_and_cuts()
    {
        await using var peer = new ScriptedPeer();
        var options = new MqttClientOptions { ClientId = "kept", CleanSession = false, KeepAlive = TimeSpan.Zero };
        Task<MqttClient> connecting = MqttClient.ConnectAsync(peer.ClientOptions(options), TestContext.Current.CancellationToken);

        ScriptedConnection first = await peer.AcceptAsync();
        ReceivedPacket connect = await first.ExpectAsync(PacketType.Connect);
        Assert.Equal("kept"u8, connect.AsConnect().ClientId);
        first.Answer(connect);
        await using MqttClient client = await connecting;

        ValueTask published = client.PublishAsync("a", "b", QualityOfService.AtLeastOnce);
        Assert.False((await first.ExpectAsync(PacketType.Publish)).AsPublish().Duplicate);
        first.Cut();
        Task<ScriptedConnection> again = peer.AcceptAsync();
        await peer.Time.AdvanceUntil(again);
        ScriptedConnection second = await again;
        await second.ExpectAsync(PacketType.Connect);
        second.Send(new ConnAckPacket { SessionPresent = true });
        second.Answer(await second.ExpectAsync(PacketType.PingReq)); // the client looks whether it is the packet that ends connections
        ReceivedPacket repeated = await second.ExpectAsync(PacketType.Publish);
        Assert.True(repeated.AsPublish().Duplicate);
        second.Answer(repeated);

        await published;
    }

    [Fact]
    public async Task What_is_not_expected_is_told()
    {
        await using var peer = new ScriptedPeer();
        Task<MqttClient> connecting = MqttClient.ConnectAsync(peer.ClientOptions(), TestContext.Current.CancellationToken);
        ScriptedConnection connection = await peer.AcceptClientAsync();
        await using MqttClient client = await connecting;

        await client.PublishAsync("a", "b");
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ExpectAsync(PacketType.Subscribe));
        Assert.Equal("Publish of 6 bytes came; Subscribe was expected.", failure.Message);

        await client.DisconnectAsync();
        await connection.ExpectAsync(PacketType.Disconnect);
        await connection.ExpectEndAsync();
    }

    [Fact]
    public async Task A_client_that_gets_nonsense_ends_the_connection_with_the_rule()
    {
        await using var peer = new ScriptedPeer();
        Task<MqttClient> connecting = MqttClient.ConnectAsync(
            peer.ClientOptions(new MqttClientOptions { ReconnectDelay = TimeSpan.Zero }), TestContext.Current.CancellationToken);
        ScriptedConnection connection = await peer.AcceptClientAsync();
        await using MqttClient client = await connecting;
        var lost = new TaskCompletionSource<MqttStateChange>();
        client.StateChanged += change => lost.TrySetResult(change);

        connection.SendBytes([0x36, 0x00]); // QoS 3

        Assert.Equal("MQTT-3.3.1-4", (await lost.Task).Cause?.Rule);
    }
}
