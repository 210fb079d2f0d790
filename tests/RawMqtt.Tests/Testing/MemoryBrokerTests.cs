// SPDX-License-Identifier: MIT

using System.Threading.Channels;

namespace RawMqtt.Tests.Testing;

/// <summary>The test kit as its users use it.</summary>
public class MemoryBrokerTests
{
    /// <summary>Ends a test that hangs.</summary>
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task Messages_go_from_client_to_client()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        MqttClient one = await broker.ConnectAsync(cancellationToken: Limit);
        MqttClient two = await broker.ConnectAsync(cancellationToken: Limit);
        await using MqttSubscription messages = await two.SubscribeAsync("a", QualityOfService.ExactlyOnce, Limit);

        await one.PublishAsync("a", "hello", QualityOfService.ExactlyOnce, cancellationToken: Limit);

        await foreach (MqttMessage message in messages.WithCancellation(Limit))
        {
            Assert.Equal("hello", message.PayloadText);
            break;
        }
    }

    [Fact]
    public async Task A_client_comes_back_after_a_cut_when_its_delay_is_over()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        MqttClient client = await broker.ConnectAsync(new MqttClientOptions { ReconnectDelay = TimeSpan.FromMinutes(1) }, Limit);
        var states = Channel.CreateUnbounded<MqttClientState>();
        client.StateChanged += change => states.Writer.TryWrite(change.To);

        broker.CutAll();
        Assert.Equal(MqttClientState.Reconnecting, await states.Reader.ReadAsync(Limit));
        Task<MqttClientState> next = states.Reader.ReadAsync(Limit).AsTask();
        await broker.Time.AdvanceUntil(next);

        Assert.Equal(MqttClientState.Connected, await next);
        Assert.Equal(2, broker.Links.Count);
        Assert.True(broker.Links[0].IsCut);
    }

    [Fact]
    public async Task Silence_is_noticed_after_the_keep_alive()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        MqttClient client = await broker.ConnectAsync(new MqttClientOptions { ReconnectDelay = TimeSpan.Zero }, Limit);
        var lost = new TaskCompletionSource<MqttStateChange>();
        client.StateChanged += change => lost.TrySetResult(change);

        broker.CutAll(FaultEnd.HalfOpen);
        await broker.Time.AdvanceUntil(lost.Task);

        Assert.Equal(MqttErrorCode.KeepAliveExpired, (await lost.Task).Cause?.Code);
    }

    [Fact]
    public async Task What_faults_do_to_a_link_costs_no_message_at_QoS_1()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        broker.Faults = number => number >= 8 ? Fault.None
            : new Fault(200 + (97 * number), number % 2 == 0 ? FaultEnd.Close : FaultEnd.Reset, SliceLength: number);
        using MqttBrokerSubscription seen = broker.Broker.Subscribe("a");
        var options = new MqttClientOptions { ClientId = "kept", CleanSession = false, RetryFirstConnect = true };
        MqttClient client = await broker.ConnectAsync(options, Limit);

        Task publishing = Task.WhenAll(Enumerable.Range(0, 50).Select(i => client.PublishAsync("a", $"{i}", QualityOfService.AtLeastOnce).AsTask()));
        await broker.Time.AdvanceUntil(publishing);
        await publishing;

        var texts = new HashSet<string>();
        await foreach (MqttMessage message in seen.WithCancellation(Limit))
        {
            texts.Add(message.PayloadText);
            if (texts.Count == 50) break;
        }

        Assert.True(broker.Links.Count > 1);
    }
}
