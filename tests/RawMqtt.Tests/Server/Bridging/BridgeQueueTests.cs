// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Globalization;
using RawMqtt.Server;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Server.Bridging;

/// <summary>What waits at the own broker while the far one is away: bounded by the bridge's limits alone.</summary>
public sealed class BridgeQueueTests
{
    private readonly ConcurrentQueue<string> log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Twelve times what other clients may have in their queue, connected.</summary>
    [Fact]
    public async Task A_cut_far_beyond_the_limits_of_other_clients_loses_nothing()
    {
        const int Count = 12_000;
        await using MqttBroker near = await StartAsync(new MqttBrokerLimits { MaxQueuedMessages = 100, MaxQueuedBytes = 10_000 });
        string address = $"mqtt://127.0.0.1:{FreePort.Take()}";
        await using MqttBridge bridge = await MqttBridge.StartAsync(near, Options(address), Token);
        await PublishAsync(near, Count);
        MqttBrokerSubscription? heard = null;
        await using MqttBroker far = await StartAsync(listener: address, starting: broker => heard = broker.Subscribe("n"));
        await ReceiveAllAsync(heard!, Count);
        Assert.Equal((0, 0), (bridge.Statistics.QueueDropped, bridge.Statistics.SendingDropped));
    }

    [Fact]
    public async Task What_exceeds_the_limit_is_counted_and_logged_and_the_oldest_stay()
    {
        await using MqttBroker near = await StartAsync();
        string address = $"mqtt://127.0.0.1:{FreePort.Take()}";
        await using MqttBridge bridge = await MqttBridge.StartAsync(near, Options(address) with { MaxInFlight = 10, MaxQueuedMessages = 100 }, Token);
        await PublishAsync(near, 1000);
        MqttBridgeStatistics cut = bridge.Statistics;
        Assert.InRange(cut.Waiting, 100, 300); // the queue, and what is in flight to the bridge
        Assert.Equal(1000, cut.Waiting + cut.QueueDropped);
        MqttBrokerSubscription? heard = null;
        await using MqttBroker far = await StartAsync(listener: address, starting: broker => heard = broker.Subscribe("n"));
        await ReceiveAllAsync(heard!, cut.Waiting);
        Assert.Contains(log, line => line.Contains("client=\"bridge-test\"") && line.Contains("limit=MqttBridgeOptions.MaxQueuedMessages"));
    }

    [Fact]
    public async Task What_waits_for_longer_than_its_age_is_dropped_and_counted()
    {
        const int Count = 100;
        var time = new ManualTime();
        await using MqttBroker near = await StartAsync();
        string address = $"mqtt://127.0.0.1:{FreePort.Take()}";
        MqttBridgeOptions options = Options(address) with { MaxInFlight = 1, MaxAge = TimeSpan.FromMinutes(1) };
        MqttClientOptions remote = options.Remote with { TimeProvider = time, KeepAlive = TimeSpan.Zero, ConnectTimeout = TimeSpan.FromDays(1) };
        await using MqttBridge bridge = await MqttBridge.StartAsync(near, options with { Remote = remote }, Token);
        await PublishAsync(near, Count);
        await AdvanceUntilAsync(time, () => bridge.Statistics.Lag > TimeSpan.FromMinutes(2));
        await using MqttBroker far = await StartAsync(listener: address);
        await AdvanceUntilAsync(time, () => bridge.Statistics.Waiting == 0);
        MqttBridgeStatistics done = bridge.Statistics;
        Assert.Equal(Count, done.Sent + done.Expired);
        Assert.InRange(done.Sent, 1, 10); // they were under way already
        Assert.Contains(log, line => line.Contains("event=bridge-expired") && line.Contains("limit=MaxAge"));
    }

    [Fact]
    public async Task A_bridge_is_there_before_the_broker_listens()
    {
        await using MqttBroker far = await StartAsync();
        using MqttBrokerSubscription heard = far.Subscribe("first");
        MqttBridge? bridge = null;
        await using MqttBroker near = await MqttBroker.StartAsync(
            new MqttBrokerOptions
            {
                Listeners = ["mqtt://127.0.0.1:0"],
                Starting = async (broker, cancellationToken) =>
                {
                    Assert.Empty(broker.Addresses);
                    bridge = await MqttBridge.StartAsync(broker, Options(far.Addresses[0]), cancellationToken);
                },
            },
            Token);
        await using MqttBridge started = bridge!;
        await using MqttClient publisher = await MqttClient.ConnectAsync(near.Addresses[0], Token);
        await publisher.PublishAsync("first", "1", QualityOfService.AtLeastOnce, cancellationToken: Token);
        await foreach (MqttMessage message in heard.WithCancellation(Token))
        {
            Assert.Equal("1", message.PayloadText);
            break;
        }
    }

    private MqttBridgeOptions Options(string address) => new()
    {
        Name = "test",
        Remote = new MqttClientOptions
        {
            Address = address,
            ReconnectDelay = TimeSpan.FromMilliseconds(20),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
        },
        Rules = [new MqttBridgeRule("#")],
        Log = (_, line) => log.Enqueue(line),
    };

    private Task<MqttBroker> StartAsync(MqttBrokerLimits? limits = null, string listener = "mqtt://127.0.0.1:0", Action<MqttBroker>? starting = null) =>
        MqttBroker.StartAsync(
            new MqttBrokerOptions
            {
                Listeners = [listener],
                Limits = limits ?? new MqttBrokerLimits(),
                Log = (_, line) => log.Enqueue(line),
                Starting = (broker, _) =>
                {
                    starting?.Invoke(broker);
                    return Task.CompletedTask;
                },
            },
            Token);

    private static async Task PublishAsync(MqttBroker broker, int count)
    {
        await using MqttClient publisher = await MqttClient.ConnectAsync(
            new MqttClientOptions { Address = broker.Addresses[0], MaxInFlight = 1000 }, Token);
        Task[] sent = [.. Enumerable.Range(0, count).Select(i => publisher.PublishAsync("n", $"{i}", QualityOfService.AtLeastOnce).AsTask())];
        await Task.WhenAll(sent).WaitAsync(Token);
    }

    /// <summary>Reads the numbers from 0 on, in order, until so many came.</summary>
    private static async Task ReceiveAllAsync(MqttBrokerSubscription heard, int count)
    {
        int next = 0;
        await foreach (MqttMessage message in heard.WithCancellation(Token))
        {
            Assert.Equal(next++, int.Parse(message.PayloadText, CultureInfo.InvariantCulture));
            if (next == count) break;
        }
    }

    private static async Task AdvanceUntilAsync(ManualTime time, Func<bool> condition)
    {
        while (!condition())
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }
}
