// SPDX-License-Identifier: MIT

using RawMqtt.Extensions;

namespace RawMqtt.Tests.Extensions;

public class MqttWaitExtensionsTests
{
    /// <summary>Ends a test that hangs.</summary>
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task The_first_message_that_satisfies_the_condition_is_returned()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();

        MqttMessage message = await client.WaitForAsync("levels/#", m => m.PayloadText == "full", subscribed: async stop =>
        {
            await client.PublishAsync("levels/1", "empty", cancellationToken: stop);
            await client.PublishAsync("levels/2", "full", cancellationToken: stop);
        }, cancellationToken: Limit);

        Assert.Equal("levels/2", message.Topic);
        Assert.Equal(0, Assert.Single(world.Broker.Clients).Subscriptions);
    }

    [Fact]
    public async Task A_timeout_says_what_came_instead()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();
        var time = new ManualTime();
        var looked = new TaskCompletionSource();

        Task<MqttMessage> wait = client.WaitForAsync("a", _ => !looked.TrySetResult(), TimeSpan.FromSeconds(3),
            stop => client.PublishAsync("a", "1", cancellationToken: stop).AsTask(), time, Limit);
        await looked.Task.WaitAsync(Limit);
        await time.AdvanceUntil(wait);

        Assert.Contains("1 messages came, none of which satisfied the condition", (await Assert.ThrowsAsync<TimeoutException>(() => wait)).Message);
    }

    [Fact]
    public async Task Cancellation_is_not_a_timeout()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();
        using var stop = new CancellationTokenSource();

        Task<MqttMessage> wait = client.WaitForAsync("a", timeout: TimeSpan.FromMinutes(1), subscribed: _ => stop.CancelAsync(), cancellationToken: stop.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Limit));
    }
}
