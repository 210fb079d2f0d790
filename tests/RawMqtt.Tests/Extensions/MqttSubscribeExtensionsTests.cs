// SPDX-License-Identifier: MIT

using System.Threading.Channels;
using RawMqtt.Extensions;

namespace RawMqtt.Tests.Extensions;

public class MqttSubscribeExtensionsTests
{
    /// <summary>Ends a test that hangs.</summary>
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private readonly Channel<string> seen = Channel.CreateUnbounded<string>();

    [Fact]
    public async Task A_lambda_gets_each_message_in_order()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();

        await using MqttReceiving receiving = await client.SubscribeAsync("a", m => seen.Writer.TryWrite(m.PayloadText));
        for (int i = 0; i < 20; i++) await client.PublishAsync("a", $"{i}");

        for (int i = 0; i < 20; i++) Assert.Equal($"{i}", await seen.Reader.ReadAsync(Limit));
    }

    [Fact]
    public async Task An_asynchronous_lambda_has_one_message_at_a_time()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();
        int inside = 0;

        await using MqttReceiving receiving = await client.SubscribeAsync("a", async m =>
        {
            int now = Interlocked.Increment(ref inside);
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            seen.Writer.TryWrite($"{m.PayloadText} with {now}");
        });
        await client.PublishAsync("a", "1");
        await client.PublishAsync("a", "2");

        Assert.Equal("1 with 1", await seen.Reader.ReadAsync(Limit));
        Assert.Equal("2 with 1", await seen.Reader.ReadAsync(Limit));
    }

    [Fact]
    public async Task Several_messages_are_worked_on_at_once_if_that_is_asked_for()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();
        using var both = new Barrier(2);

        await using MqttReceiving receiving = await client.SubscribeAsync(
            ["a", "b"],
            async (m, stop) =>
            {
                await Task.Run(() => both.SignalAndWait(stop), stop);
                seen.Writer.TryWrite(m.Topic);
            },
            new MqttReceivingOptions { MaxConcurrent = 2 });
        await client.PublishAsync("a", "");
        await client.PublishAsync("b", "");

        string[] topics = [await seen.Reader.ReadAsync(Limit), await seen.Reader.ReadAsync(Limit)];
        Assert.Equal(["a", "b"], topics.Order());
    }

    [Fact]
    public async Task An_exception_goes_to_Failed_and_the_next_message_comes()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();
        var options = new MqttReceivingOptions { Failed = (m, failure) => seen.Writer.TryWrite($"{m.PayloadText}: {failure.Message}") };

        await using MqttReceiving receiving = await client.SubscribeAsync("a", Parse, options);
        await client.PublishAsync("a", "x");
        await client.PublishAsync("a", "5");

        Assert.StartsWith("x: ", await seen.Reader.ReadAsync(Limit));
        Assert.Equal("5", await seen.Reader.ReadAsync(Limit));

        void Parse(MqttMessage m) => seen.Writer.TryWrite($"{int.Parse(m.PayloadText, System.Globalization.CultureInfo.InvariantCulture)}");
    }

    [Fact]
    public async Task Without_Failed_an_exception_ends_the_subscription_and_is_told()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();

        await using MqttReceiving receiving = await client.SubscribeAsync("a", _ => throw new InvalidOperationException("no"), cancellationToken: Limit);
        await client.PublishAsync("a", "");

        Assert.Equal("no", (await Assert.ThrowsAsync<InvalidOperationException>(() => receiving.Completion.WaitAsync(Limit))).Message);
    }

    [Fact]
    public async Task In_a_kept_session_a_message_is_acknowledged_when_its_function_has_returned()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync(new MqttClientOptions { ClientId = "kept", CleanSession = false });
        var go = new TaskCompletionSource();
        var options = new MqttReceivingOptions { Qos = QualityOfService.AtLeastOnce };

        await using MqttReceiving receiving = await client.SubscribeAsync("a", async m =>
        {
            seen.Writer.TryWrite(m.PayloadText);
            await go.Task;
        }, options, Limit);
        world.Broker.Publish("a", "1", QualityOfService.AtLeastOnce);
        await seen.Reader.ReadAsync(Limit);

        Assert.Equal(1, Assert.Single(world.Broker.Clients).InFlight);
        go.SetResult();
        while (Assert.Single(world.Broker.Clients).InFlight > 0) await client.PingAsync(Limit);
    }

    [Fact]
    public async Task Disposing_cancels_the_function_and_waits_for_it()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();

        MqttReceiving receiving = await client.SubscribeAsync("a", async (m, stop) =>
        {
            seen.Writer.TryWrite("begun");
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen.Writer.TryWrite("ended");
        });
        await client.PublishAsync("a", "");
        Assert.Equal("begun", await seen.Reader.ReadAsync(Limit));
        await receiving.DisposeAsync();

        Assert.True(seen.Reader.TryRead(out string? last));
        Assert.Equal("ended", last);
        Assert.True(receiving.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Lists_of_texts_have_one_qos()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();
        string[] filters = ["a", "b/#"];

        await using MqttSubscription plain = await client.SubscribeAsync(["x", new("y", QualityOfService.ExactlyOnce)]);
        await using MqttSubscription subscription = await client.SubscribeAsync(filters, QualityOfService.AtLeastOnce);

        Assert.Equal([QualityOfService.AtMostOnce, QualityOfService.ExactlyOnce], plain.Granted);
        Assert.Equal([QualityOfService.AtLeastOnce, QualityOfService.AtLeastOnce], subscription.Granted);
    }
}
