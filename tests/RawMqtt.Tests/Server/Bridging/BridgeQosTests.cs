// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using RawMqtt.Codec;
using RawMqtt.Server;

namespace RawMqtt.Tests.Server.Bridging;

/// <summary>A far broker that does not keep QoS 2.</summary>
public sealed class BridgeQosTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");
    private readonly ConcurrentQueue<string> log = new();
    private readonly TaskCompletionSource noted = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Qos => Assert.Single(log, line => line.Contains("event=bridge-qos"));

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>As RabbitMQ 3 does.</summary>
    [Fact]
    public async Task PUBACK_for_QoS_2_is_logged_and_later_messages_go_at_QoS_1()
    {
        await using var peer = new ScriptedPeer();
        await using MqttBroker near = await StartAsync();
        await using MqttBridge bridge = await BridgeAsync(near, peer, MqttBridgeDirection.Out, Path.Combine(folder.FullName, "session"));
        ScriptedConnection far = await peer.AcceptClientAsync();
        near.Publish("a", "1", QualityOfService.ExactlyOnce);
        ReceivedPacket first = await far.ExpectAsync(PacketType.Publish);
        Assert.Equal(QualityOfService.ExactlyOnce, first.AsPublish().Qos);
        far.Send(new PubAckPacket { PacketId = first.AsPublish().PacketId });
        while (bridge.Statistics.Sent == 0) await Task.Yield();
        near.Publish("a", "2", QualityOfService.ExactlyOnce);
        ReceivedPacket second = await far.ExpectAsync(PacketType.Publish);
        Assert.Equal(QualityOfService.AtLeastOnce, second.AsPublish().Qos);
        far.Answer(second);
        while (bridge.Statistics.Waiting > 0) await Task.Yield();
        Assert.Contains("PUBACK", Qos);
        Assert.Equal((0, 0), (bridge.Statistics.SendingDropped, bridge.Statistics.Waiting));
    }

    [Fact]
    public async Task Without_a_session_file_messages_go_out_at_QoS_1_which_is_logged()
    {
        await using var peer = new ScriptedPeer();
        await using MqttBroker near = await StartAsync();
        await using MqttBridge bridge = await BridgeAsync(near, peer, MqttBridgeDirection.Out, sessionFile: null);
        ScriptedConnection far = await peer.AcceptClientAsync();
        near.Publish("a", "1", QualityOfService.ExactlyOnce);
        Assert.Equal(QualityOfService.AtLeastOnce, (await far.ExpectAsync(PacketType.Publish)).AsPublish().Qos);
        Assert.Contains("SessionFile", Qos);
    }

    [Fact]
    public async Task A_subscription_that_gets_less_than_its_rule_asks_for_is_logged()
    {
        await using var peer = new ScriptedPeer();
        await using MqttBroker near = await StartAsync();
        await using MqttBridge bridge = await BridgeAsync(near, peer, MqttBridgeDirection.In, sessionFile: null);
        ScriptedConnection far = await peer.AcceptClientAsync();
        ReceivedPacket subscribe = await far.ExpectAsync(PacketType.Subscribe);
        far.SendBytes([0x90, 3, subscribe.Body.Span[0], subscribe.Body.Span[1], 1]);
        await peer.Time.AdvanceUntil(noted.Task);
        Assert.Contains("grants", Qos);
    }

    private static Task<MqttBroker> StartAsync() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] }, Token);

    private Task<MqttBridge> BridgeAsync(MqttBroker near, ScriptedPeer peer, MqttBridgeDirection direction, string? sessionFile) => MqttBridge.StartAsync(
        near,
        new MqttBridgeOptions
        {
            Name = "test",
            Remote = peer.ClientOptions(new MqttClientOptions { KeepAlive = TimeSpan.Zero, SessionFile = sessionFile }),
            Rules = [new MqttBridgeRule("#", direction, QualityOfService.ExactlyOnce)],
            Log = (_, line) =>
            {
                log.Enqueue(line);
                if (line.Contains("event=bridge-qos")) noted.TrySetResult();
            },
        },
        Token);
}
