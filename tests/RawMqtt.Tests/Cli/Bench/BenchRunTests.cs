// SPDX-License-Identifier: MIT

using RawMqtt.Cli.Bench;

namespace RawMqtt.Tests.Cli.Bench;

/// <summary>Loads against our broker, by count: what was sent, what arrived, what was lost. No time is asserted.</summary>
public class BenchRunTests
{
    private static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    [Theory]
    [InlineData(QualityOfService.AtMostOnce, "ws")]
    [InlineData(QualityOfService.AtLeastOnce, "mqtt")]
    [InlineData(QualityOfService.ExactlyOnce, "ws")]
    public async Task Pairs_get_each_message_once_and_in_order(QualityOfService qos, string scheme)
    {
        BenchReport report = await RunAsync(scheme, Plan(BenchMode.PubSub, publishers: 3, subscribers: 3) with { Qos = qos, Count = 1000 });

        Assert.Equal((1000, 1000, 1000), (report.Counts.Sent, report.Counts.Acknowledged, report.Counts.Received));
        Assert.Equal((0, 0, 0, 0), (report.Counts.Lost, report.Counts.Duplicates, report.Counts.OutOfOrder, report.Counts.NotSent));
        Assert.Equal((1000, 1000), (report.Latency.Count, report.Lateness.Count));
        Assert.Equal(6, report.Counts.Connected);
    }

    [Theory]
    [InlineData(2, 5, 1000)] // three subscribers share the topic of the first publisher, two that of the second
    [InlineData(5, 2, 400)]
    public async Task Subscribers_and_publishers_need_not_be_as_many(int publishers, int subscribers, long expected)
    {
        BenchReport report = await RunAsync("mqtt", Plan(BenchMode.PubSub, publishers, subscribers) with { Count = 400 });

        Assert.Equal((400, expected, expected), (report.Counts.Sent, report.Counts.Expected, report.Counts.Received));
    }

    [Fact]
    public async Task Fan_reaches_each_subscriber_with_each_message()
    {
        BenchReport report = await RunAsync("ws", Plan(BenchMode.Fan, publishers: 2, subscribers: 20) with { Count = 100, Qos = QualityOfService.AtLeastOnce });

        Assert.Equal((100, 2000, 2000, 0), (report.Counts.Sent, report.Counts.Expected, report.Counts.Received, report.Counts.Lost));
    }

    [Fact]
    public async Task Without_a_rate_a_load_ends_with_its_count()
    {
        BenchPlan plan = Plan(BenchMode.Pub, publishers: 2, subscribers: 0) with
        {
            Rate = double.PositiveInfinity,
            Qos = QualityOfService.AtLeastOnce,
            Count = 5000,
        };

        BenchReport report = await RunAsync("mqtt", plan);

        Assert.Equal((5000, 5000, 5000, 0), (report.Counts.Sent, report.Counts.Acknowledged, report.Latency.Count, report.Lateness.Count));
        Assert.Contains(report.Warnings, warning => warning.Contains("closed loop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_are_counted_also_those_that_fail()
    {
        BenchReport report = await RunAsync("ws", Plan(BenchMode.Conn, 0, 0) with { Idle = 40, Duration = TimeSpan.Zero }, limit: 31);

        Assert.InRange(report.Counts.Connected, 30, 31); // the broker may not have forgotten the process's first one, which does not count
        Assert.Equal(40, report.Counts.Connected + report.Counts.ConnectsFailed);
        Assert.Equal((report.Counts.Connected, report.Counts.ConnectsFailed), (report.Connects.Count, report.Faults.Values.Sum()));
    }

    [Fact]
    public async Task A_load_that_cannot_connect_fails_with_the_diagnosis()
    {
        BenchPlan plan = Plan(BenchMode.PubSub, 1, 1);
        var options = new MqttClientOptions { Address = "mqtt://127.0.0.1:1" };

        MqttException failure = await Assert.ThrowsAsync<MqttException>(() =>
            new BenchRun(plan, [WorkerLink.StartHere(plan, options, 0, Patience)], _ => { }).RunAsync("", Patience));

        Assert.Equal(MqttErrorCode.ConnectionRefused, failure.Code);
    }

    [Fact]
    public async Task A_cancelled_run_reports_what_it_has()
    {
        using var stop = new CancellationTokenSource();
        await using MqttBroker broker = await StartBrokerAsync(1000);
        BenchPlan plan = Plan(BenchMode.PubSub, 1, 1) with { Rate = 100, Duration = TimeSpan.FromMinutes(10) };
        WorkerLink link = WorkerLink.StartHere(plan, new MqttClientOptions { Address = broker.Addresses[0] }, 0, stop.Token);

        BenchReport report = await new BenchRun(plan, [link], state =>
        {
            if (state.StartsWith("1 of 600 s", StringComparison.Ordinal)) stop.Cancel();
        }).RunAsync("", stop.Token).WaitAsync(Patience);

        Assert.InRange(report.Counts.Received, 1, report.Counts.Sent);
    }

    private static BenchPlan Plan(BenchMode mode, int publishers, int subscribers) => new()
    {
        Mode = mode,
        Publishers = publishers,
        Subscribers = subscribers,
        Rate = 20_000,
        Topic = "bench/%i",
        Tag = 77,
    };

    private static Task<MqttBroker> StartBrokerAsync(int limit) => MqttBroker.StartAsync(
        new() { Listeners = ["ws://127.0.0.1:0/mqtt", "mqtt://127.0.0.1:0"], Limits = new() { MaxConnections = limit } }, Patience);

    private static async Task<BenchReport> RunAsync(string scheme, BenchPlan plan, int limit = 1000)
    {
        await using MqttBroker broker = await StartBrokerAsync(limit);
        var options = new MqttClientOptions { Address = broker.Addresses.Single(address => address.StartsWith($"{scheme}:", StringComparison.Ordinal)) };
        WorkerLink link = WorkerLink.StartHere(plan, options, 0, Patience);
        return await new BenchRun(plan, [link], _ => { }).RunAsync(options.Address, Patience).WaitAsync(Patience);
    }
}
