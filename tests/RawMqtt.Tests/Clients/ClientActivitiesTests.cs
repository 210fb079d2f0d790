// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Diagnostics;
using RawMqtt.Extensions;

namespace RawMqtt.Tests.Clients;

/// <summary>What a listener of activities sees. Without one, the allocation tests see nothing.</summary>
public class ClientActivitiesTests
{
    [Fact]
    public async Task Sending_and_processing_are_activities_with_the_names_of_the_convention()
    {
        var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var ended = new ConcurrentQueue<Activity>();
        var processed = new TaskCompletionSource();
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        MqttClient client = await broker.ConnectAsync(new MqttClientOptions { ClientId = "traced" }, limit.Token);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "RawMqtt.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("messaging.destination.name") is not "traced/topic") return; // of another test
                ended.Enqueue(activity);
                if (activity.Kind == ActivityKind.Consumer) processed.TrySetResult();
            },
        };
        ActivitySource.AddActivityListener(listener);

        await using MqttReceiving receiving = await client.SubscribeAsync("traced/#", _ => { }, cancellationToken: limit.Token);
        await client.PublishAsync("traced/topic", "12", QualityOfService.AtLeastOnce, cancellationToken: limit.Token);
        await processed.Task.WaitAsync(limit.Token);
        while (ended.Count < 2) await client.PingAsync(limit.Token);

        Activity send = ended.Single(activity => activity.Kind == ActivityKind.Producer);
        Activity process = ended.Single(activity => activity.Kind == ActivityKind.Consumer);
        Assert.Equal("send traced/topic", send.DisplayName);
        string[] tags = ["messaging.system", "messaging.client.id", "messaging.message.body.size"];
        Assert.Equal(["mqtt", "traced", 2], tags.Select(send.GetTagItem));
        Assert.Equal("process traced/topic", process.DisplayName);
        limit.Dispose();
    }
}
