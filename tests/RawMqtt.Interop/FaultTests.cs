// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using RawMqtt.Interop.Parts;
using RawMqtt.Testing;

namespace RawMqtt.Interop;

/// <summary>Our client and a real mosquitto with a proxy between them that cuts their connections.</summary>
public class FaultTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("tcp", QualityOfService.AtLeastOnce, 10_000)]
    [InlineData("tcp", QualityOfService.ExactlyOnce, 10_000)]
    [InlineData("ws", QualityOfService.AtLeastOnce, 500)]
    [InlineData("ws", QualityOfService.ExactlyOnce, 500)]
    public Task Nothing_is_lost_through_many_cuts(string carrier, QualityOfService qos, int messages) =>
        PublishThroughCuts(carrier, qos, messages, shortest: 400, longest: 2500, cuts: 5);

    /// <summary>By name: mosquitto takes 100 ms for each upgrade, so the cuts are further apart than over tcp.</summary>
    [Theory(Explicit = true)]
    [InlineData(QualityOfService.AtLeastOnce)]
    [InlineData(QualityOfService.ExactlyOnce)]
    public Task Nothing_is_lost_through_hundreds_of_cuts_over_ws(QualityOfService qos) =>
        PublishThroughCuts("ws", qos, messages: 10_000, shortest: 1000, longest: 3500, cuts: 100);

    private async Task PublishThroughCuts(string carrier, QualityOfService qos, int messages, int shortest, int longest, int cuts)
    {
        int seed = Environment.TickCount;
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        var random = new Random(seed);
        await using var proxy = new FaultProxy(new Uri(mosquitto.Address(carrier)).Port, _ =>
        {
            lock (random) return new Fault(random.Next(shortest, longest), random.Next(2) == 0 ? FaultEnd.Close : FaultEnd.Reset, random.Next(1, 4000));
        });
        await using MqttClient subscriber = await MqttClient.ConnectAsync(mosquitto.Tcp);
        var received = new ConcurrentDictionary<int, int>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using MqttSubscription subscription = await subscriber.SubscribeAsync("faults", (in MqttMessageView message) =>
        {
            received.AddOrUpdate(int.Parse(message.Payload, CultureInfo.InvariantCulture), 1, (_, times) => times + 1);
            if (received.Count == messages) all.TrySetResult();
        }, qos);

        await using var publisher = new MqttClient(new MqttClientOptions
        {
            Address = carrier == "ws" ? $"ws://127.0.0.1:{proxy.Port}/mqtt" : $"mqtt://127.0.0.1:{proxy.Port}",
            ClientId = "publisher",
            CleanSession = false,
            RetryFirstConnect = true,
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(2),
        });
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        Task[] publishes = [.. Enumerable.Range(0, messages)
            .Select(i => publisher.PublishAsync("faults", Encoding.UTF8.GetBytes($"{i:00000000}"), qos, cancellationToken: deadline.Token).AsTask())];
        await publisher.OpenAsync(deadline.Token);
        await Task.WhenAll(publishes);
        await all.Task.WaitAsync(deadline.Token);
        output.WriteLine($"seed {seed}: {messages} messages at {qos} over {carrier}, {proxy.Connections} connections, {received.Values.Sum() - messages} came "
            + "twice");
        Assert.Equal(messages, received.Count);
        Assert.True(proxy.Connections > cuts);
    }
}
