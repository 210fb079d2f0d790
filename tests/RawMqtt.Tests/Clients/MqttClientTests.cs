// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;

namespace RawMqtt.Tests.Clients;

public class MqttClientTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData("mqtt://127.0.0.1:0", QualityOfService.AtMostOnce)]
    [InlineData("ws://127.0.0.1:0/mqtt", QualityOfService.AtMostOnce)]
    [InlineData("ws://127.0.0.1:0/mqtt", QualityOfService.AtLeastOnce)]
    [InlineData("ws://127.0.0.1:0/mqtt", QualityOfService.ExactlyOnce)]
    public async Task The_four_lines_of_the_README(string listener, QualityOfService qos)
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [listener] }, Soon);
        await using MqttClient client = await MqttClient.ConnectAsync(broker.Addresses[0], Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("testtopic", QualityOfService.AtLeastOnce, Soon);
        await client.PublishAsync("testtopic", "ws connection demo...!", qos, cancellationToken: Soon);
        await foreach (MqttMessage message in messages.WithCancellation(Soon))
        {
            Assert.Equal("testtopic: ws connection demo...!", $"{message.Topic}: {message.PayloadText}");
            break;
        }

        Assert.True((await client.DisconnectAsync(cancellationToken: Soon)).IsComplete);
        Assert.Equal(MqttClientState.Disconnected, client.State);
    }

    [Fact]
    public async Task A_subscription_can_be_awaited_without_the_context_of_the_caller()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] }, Soon);
        await using MqttClient client = await MqttClient.ConnectAsync(broker.Addresses[0], Soon);
        MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.AtLeastOnce, Soon);
        await client.PublishAsync("a", "1", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        await client.PublishAsync("a", "2", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        var read = new List<string>();
        await using (messages.ConfigureAwait(false))
        {
            await foreach (MqttMessage message in messages.ConfigureAwait(false))
            {
                read.Add(message.PayloadText);
                break;
            }

            await foreach (MqttMessage message in messages.ConfigureAwait(false).WithCancellation(Soon))
            {
                read.Add(message.PayloadText);
                break;
            }
        }

        Assert.Equal(["1", "2"], read);
        Assert.Equal(0, broker.Clients.Single().Subscriptions);
    }

    [Fact]
    public async Task Two_clients_of_one_options_record_have_identifiers_of_their_own()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] });
        var options = new MqttClientOptions { Address = broker.Addresses[0] };
        await using MqttClient one = await MqttClient.ConnectAsync(options, Soon);
        await using MqttClient two = await MqttClient.ConnectAsync(options, Soon);
        await using MqttClient three = await MqttClient.ConnectAsync(options with { KeepAlive = TimeSpan.Zero }, Soon);
        await one.PingAsync(Soon);
        string[] ids = [one.ClientId, two.ClientId, three.ClientId];
        Assert.Equal(ids.Order(), broker.Clients.Select(client => client.ClientId).Order());
        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^rawmqtt_[0-9a-f]{8}$", id));
        Assert.Equal(1, one.Statistics.Connections);
        await using var named = new MqttClient(options with { ClientId = "mine" });
        Assert.Equal("mine", named.ClientId);
    }

    [Fact]
    public void Options_are_checked_when_they_are_given()
    {
        var options = new MqttClientOptions { Addresses = ["mqtt://127.0.0.1:1883"] };
        Assert.Equal(MqttErrorCode.InvalidAddress,
            Assert.Throws<MqttException>(() => new MqttClient(options with { Addresses = ["mqtt://127.0.0.1:1883", "127.0.0.2:1883"] })).Code);
        Assert.Contains("PingTimeout",
            Assert.Throws<ArgumentException>(() => new MqttClient(options with { PingTimeout = TimeSpan.Zero })).Message, StringComparison.Ordinal);
        Assert.Contains("PingTimeout",
            Assert.Throws<ArgumentException>(() => new MqttClient(options with { PingTimeout = TimeSpan.MaxValue })).Message, StringComparison.Ordinal);
        Assert.Contains("ConnectTimeout",
            Assert.Throws<ArgumentException>(() => new MqttClient(options with { ConnectTimeout = TimeSpan.MaxValue })).Message, StringComparison.Ordinal);
        Assert.Contains("AckTimeout",
            Assert.Throws<ArgumentException>(() => new MqttClient(options with { AckTimeout = TimeSpan.Zero })).Message, StringComparison.Ordinal);
        foreach ((string name, string value) in new[] { ("Upgrade", "x"), ("Sec-WebSocket-Key", "x"), ("X", "a\r\nb"), ("X Y", "x"), ("", "x") })
        {
            MqttClientOptions overWebSocket = options with { Addresses = ["ws://127.0.0.1/"], RequestHeaders = [new(name, value)] };
            Assert.Contains("header field", Assert.Throws<ArgumentException>(() => new MqttClient(overWebSocket)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("MaxReconnectDelay",
            Assert.Throws<ArgumentException>(() => new MqttClient(options with { MaxReconnectDelay = TimeSpan.MaxValue })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_keeps_its_own_filters()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        var filters = new List<MqttTopicFilter> { new("a") };
        await using MqttSubscription subscription = await client.SubscribeAsync(filters, Soon);
        filters.Clear();
        Assert.Equal([new MqttTopicFilter("a")], subscription.Filters);
    }

    [Fact]
    public async Task Each_connection_tells_the_times_of_its_phases()
    {
        var log = new ConcurrentQueue<string>();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] }, Soon);
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
        {
            Address = broker.Addresses[0],
            BeforeConnect = (attempt, _) => ValueTask.FromResult(attempt),
            Log = (level, line) => log.Enqueue($"{level} {line}"),
        }, Soon);
        string told = Assert.Single(log, line => line.StartsWith("Information Connected to", StringComparison.Ordinal));
        Assert.Matches(@"^Information Connected to ws://127\.0\.0\.1:\d+/mqtt in [0-9.]+ ms: BeforeConnect [0-9.]+ ms, name service [0-9.]+ ms, TCP [0-9.]+ ms,"
            + @" WebSocket [0-9.]+ ms, CONNACK [0-9.]+ ms$", told);
    }
}
