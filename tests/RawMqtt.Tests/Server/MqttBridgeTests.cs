// SPDX-License-Identifier: MIT

using RawMqtt.Server;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Server;

/// <summary>A bridge between two brokers of this process.</summary>
public sealed class MqttBridgeTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Messages_go_both_ways_under_their_prefixes()
    {
        await using MqttBroker near = await StartAsync();
        await using MqttBroker far = await StartAsync();
        await using MqttBridge bridge = await BridgeAsync(
            near, far,
            new MqttBridgeRule("#", MqttBridgeDirection.Out, QualityOfService.ExactlyOnce, "out/", "site7/"),
            new MqttBridgeRule("#", MqttBridgeDirection.In, QualityOfService.AtLeastOnce, "in/", "to7/"));
        await using MqttClient atNear = await ClientAsync(near);
        await using MqttClient atFar = await ClientAsync(far);
        await using MqttSubscription heardFar = await atFar.SubscribeAsync("#", QualityOfService.ExactlyOnce, Token);
        await using MqttSubscription heardNear = await atNear.SubscribeAsync("in/#", QualityOfService.ExactlyOnce, Token);
        await atNear.PublishAsync("out/a/b", "up", QualityOfService.ExactlyOnce, cancellationToken: Token);
        MqttMessage up = await FirstAsync(heardFar);
        Assert.Equal(("site7/a/b", "up", QualityOfService.ExactlyOnce), (up.Topic, up.PayloadText, up.Qos));
        await atFar.PublishAsync("to7/c", "down", QualityOfService.ExactlyOnce, cancellationToken: Token);
        MqttMessage down = await FirstAsync(heardNear);
        Assert.Equal(("in/c", "down", QualityOfService.AtLeastOnce), (down.Topic, down.PayloadText, down.Qos));
    }

    [Fact]
    public async Task What_is_published_while_the_far_broker_is_away_comes_in_order_when_it_is_back()
    {
        await using MqttBroker near = await StartAsync();
        MqttBroker far = await StartAsync(o => o with { Listeners = [$"mqtt://127.0.0.1:{FreePort.Take()}"] });
        await using MqttBridge bridge = await BridgeAsync(near, far, new MqttBridgeRule("#"));
        await using MqttClient publisher = await ClientAsync(near);
        await publisher.PublishAsync("n", "0", QualityOfService.AtLeastOnce, cancellationToken: Token);
        await far.DisposeAsync();
        for (int i = 1; i < 500; i++) await publisher.PublishAsync("n", $"{i}", QualityOfService.AtLeastOnce, cancellationToken: Token);
        MqttBrokerSubscription heard = null!;
        await using MqttBroker again = await MqttBroker.StartAsync(
            new MqttBrokerOptions
            {
                Listeners = far.Addresses,
                Starting = (broker, _) =>
                {
                    heard = broker.Subscribe("n");
                    return Task.CompletedTask;
                },
            },
            Token);
        int next = 0;
        await foreach (MqttMessage message in heard.WithCancellation(Token))
        {
            int number = int.Parse(message.PayloadText, System.Globalization.CultureInfo.InvariantCulture);
            if (number > 0) Assert.Equal(Math.Max(1, next), number); // the first may be in flight at the end of the old broker
            next = number + 1;
            if (next == 500) break;
        }

        Assert.Equal(0, bridge.Statistics.SendingDropped);
    }

    [Fact]
    public async Task The_same_topics_both_ways_do_not_loop_where_the_far_broker_takes_bridges()
    {
        await using MqttBroker near = await StartAsync();
        await using MqttBroker far = await StartAsync(o => o with { AllowBridges = true });
        await using MqttBridge bridge = await MqttBridge.StartAsync(
            near,
            new MqttBridgeOptions
            {
                Name = "both",
                Remote = new MqttClientOptions { Address = far.Addresses[0], IsBridge = true },
                Rules = [new MqttBridgeRule("t/#", MqttBridgeDirection.Both)],
            },
            Token);
        await using MqttClient atNear = await ClientAsync(near);
        await using MqttClient atFar = await ClientAsync(far);
        await using MqttSubscription heardNear = await atNear.SubscribeAsync("t/#", QualityOfService.AtLeastOnce, Token);
        await using MqttSubscription heardFar = await atFar.SubscribeAsync("t/#", QualityOfService.AtLeastOnce, Token);
        await atNear.PublishAsync("t/1", "near", QualityOfService.AtLeastOnce, cancellationToken: Token);
        Assert.Equal("near", (await FirstAsync(heardFar)).PayloadText);
        await atFar.PublishAsync("t/2", "far", QualityOfService.AtLeastOnce, cancellationToken: Token);
        Assert.Equal("near", (await FirstAsync(heardNear)).PayloadText);
        Assert.Equal("far", (await FirstAsync(heardNear)).PayloadText);
        Assert.Equal("far", (await FirstAsync(heardFar)).PayloadText);
        await atNear.PublishAsync("t/3", "end", QualityOfService.AtLeastOnce, cancellationToken: Token);
        Assert.Equal("end", (await FirstAsync(heardNear)).PayloadText); // an echo would have come before it
        Assert.Equal("end", (await FirstAsync(heardFar)).PayloadText);
    }

    [Fact]
    public async Task The_same_topics_both_ways_are_refused_with_the_rules_to_type()
    {
        await using MqttBroker near = await StartAsync();
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(
            () => BridgeAsync(near, near, new MqttBridgeRule("a/#", MqttBridgeDirection.Both)));
        Assert.Contains("remote prefix \"up/\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retained_messages_stay_retained()
    {
        await using MqttBroker near = await StartAsync();
        await using MqttBroker far = await StartAsync();
        await using MqttClient publisher = await ClientAsync(near);
        await publisher.PublishAsync("old", "1", QualityOfService.AtLeastOnce, retain: true, Token);
        using MqttBrokerSubscription heard = far.Subscribe("#");
        await using MqttBridge bridge = await BridgeAsync(near, far, new MqttBridgeRule("#"));
        await publisher.PublishAsync("new", "2", QualityOfService.AtLeastOnce, retain: true, Token);
        await publisher.PublishAsync("end", "3", QualityOfService.AtLeastOnce, cancellationToken: Token);
        var retained = new Dictionary<string, bool>();
        await foreach (MqttMessage message in heard.WithCancellation(Token))
        {
            retained[message.Topic] = message.Retain;
            if (retained.Count == 3) break;
        }

        Assert.Equal(new Dictionary<string, bool> { ["old"] = true, ["new"] = true, ["end"] = false }, retained);
    }

    [Fact]
    public async Task A_bridge_is_refused_with_1_unless_the_broker_allows_bridges()
    {
        await using MqttBroker far = await StartAsync();
        MqttException e = await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(
            new MqttClientOptions { Address = far.Addresses[0], IsBridge = true, ReconnectDelay = TimeSpan.Zero }, Token));
        Assert.Equal(MqttErrorCode.ConnectRefused, e.Code);
    }

    private static Task<MqttBroker> StartAsync(Func<MqttBrokerOptions, MqttBrokerOptions>? change = null)
    {
        var options = new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] };
        return MqttBroker.StartAsync(change?.Invoke(options) ?? options, Token);
    }

    private Task<MqttBridge> BridgeAsync(MqttBroker near, MqttBroker far, params MqttBridgeRule[] rules) => MqttBridge.StartAsync(
        near,
        new MqttBridgeOptions
        {
            Name = "test",
            Remote = new MqttClientOptions
            {
                Address = far.Addresses[0],
                ReconnectDelay = TimeSpan.FromMilliseconds(20),
                SessionFile = Path.Combine(folder.FullName, "session"), // which QoS 2 needs
            },
            Rules = rules,
        },
        Token);

    private static Task<MqttClient> ClientAsync(MqttBroker broker) =>
        MqttClient.ConnectAsync(new MqttClientOptions { Address = broker.Addresses[0] }, Token);

    private static async Task<MqttMessage> FirstAsync(MqttSubscription subscription)
    {
        await foreach (MqttMessage message in subscription.WithCancellation(Token)) return message;
        throw new InvalidOperationException("The stream has ended.");
    }
}
