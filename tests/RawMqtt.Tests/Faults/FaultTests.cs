// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace RawMqtt.Tests.Faults;

/// <summary>Our client and our broker with real sockets between them that break.</summary>
public class FaultTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("mqtt", QualityOfService.AtLeastOnce)]
    [InlineData("mqtt", QualityOfService.ExactlyOnce)]
    [InlineData("ws", QualityOfService.AtLeastOnce)]
    [InlineData("ws", QualityOfService.ExactlyOnce)]
    [Rule("MQTT-4.4.0-1", "MQTT-4.3.3-2")]
    public Task Nothing_is_lost_through_many_cuts(string scheme, QualityOfService qos) => PublishThroughCuts(scheme, qos, messages: 1000, longest: 8_000);

    /// <summary>By name: ten thousand messages a carrier and QoS, through hundreds of cuts.</summary>
    [Theory(Explicit = true)]
    [InlineData("mqtt", QualityOfService.AtLeastOnce)]
    [InlineData("mqtt", QualityOfService.ExactlyOnce)]
    [InlineData("ws", QualityOfService.AtLeastOnce)]
    [InlineData("ws", QualityOfService.ExactlyOnce)]
    public Task Nothing_is_lost_through_hundreds_of_cuts(string scheme, QualityOfService qos) =>
        PublishThroughCuts(scheme, qos, messages: 10_000, longest: 2_500);

    [Fact]
    public async Task A_frozen_connection_is_noticed_within_the_keep_alive_deadline()
    {
        var time = new ManualTime();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] });
        await using var proxy = new FaultProxy(new Uri(broker.Addresses[0]).Port, number => number == 1 ? new Fault(200, FaultEnd.HalfOpen) : Fault.None);
        await using var client = new MqttClient(new MqttClientOptions
        {
            Address = $"mqtt://127.0.0.1:{proxy.Port}",
            CleanSession = false,
            KeepAlive = TimeSpan.FromSeconds(1),
            PingTimeout = TimeSpan.FromMilliseconds(500),
            TimeProvider = time,
        });
        var noticed = new TaskCompletionSource<MqttErrorCode>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.Cause is not null) noticed.TrySetResult(change.Cause.Code);
        };
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await client.OpenAsync(deadline.Token);
        Task publishing = client.PublishAsync("frozen", new byte[300], QualityOfService.ExactlyOnce, cancellationToken: deadline.Token).AsTask();
        while (!noticed.Task.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(MqttErrorCode.KeepAliveExpired, await noticed.Task);
        client.ReconnectNow(); // the clock stands still, so the next connection has all the time that it needs
        await publishing;
        Assert.Equal(2, proxy.Connections);
    }

    private async Task PublishThroughCuts(string scheme, QualityOfService qos, int messages, int longest)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = [$"{scheme}://127.0.0.1:0{(scheme == "ws" ? "/mqtt" : "")}"],
            // the subscriber is away for moments, and nothing may be dropped for it
            Limits = new MqttBrokerLimits { MaxQueuedMessages = 10 * messages, MaxQueuedBytes = 1000 * messages },
        });
        int port = new Uri(broker.Addresses[0]).Port;
        var random = new Random(seed);
        Fault Plan(int number)
        {
            lock (random) return new Fault(random.Next(300, longest), random.Next(2) == 0 ? FaultEnd.Close : FaultEnd.Reset, random.Next(1, 4000));
        }

        await using var proxy = new FaultProxy(port, Plan);
        await using var subscribersProxy = new FaultProxy(port, number => number == 1 ? new Fault(2000, FaultEnd.Reset) : Plan(number));
        string path = scheme == "ws" ? "/mqtt" : "";
        await using MqttClient subscriber = await MqttClient.ConnectAsync(OptionsFor($"{scheme}://127.0.0.1:{subscribersProxy.Port}{path}", "subscriber"));
        var received = new ConcurrentDictionary<int, int>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using MqttSubscription subscription = await subscriber.SubscribeAsync("faults", (in MqttMessageView message) =>
        {
            received.AddOrUpdate(int.Parse(message.Payload, CultureInfo.InvariantCulture), 1, (_, times) => times + 1);
            if (received.Count == messages) all.TrySetResult();
        }, qos);

        await using var publisher = new MqttClient(OptionsFor($"{scheme}://127.0.0.1:{proxy.Port}{path}", "publisher"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        Task[] publishes = [.. Enumerable.Range(0, messages).Select(i =>
            publisher.PublishAsync("faults", Encoding.UTF8.GetBytes($"{i:000000000000000000000000000000}"), qos, cancellationToken: deadline.Token).AsTask())];
        await publisher.OpenAsync(deadline.Token);
        await Task.WhenAll(publishes);
        await all.Task.WaitAsync(deadline.Token);
        output.WriteLine($"{messages} messages at {qos} over {scheme}, {proxy.Connections} and {subscribersProxy.Connections} connections, "
            + $"{received.Values.Sum() - messages} came twice");

        Assert.Equal(messages, received.Count);
        Assert.True(proxy.Connections > 5);
        if (qos == QualityOfService.ExactlyOnce) Assert.All(received.Values, times => Assert.Equal(1, times));
    }

    private static MqttClientOptions OptionsFor(string address, string clientId) => new()
    {
        Address = address,
        ClientId = clientId,
        CleanSession = false,
        RetryFirstConnect = true,
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(2),
    };
}
