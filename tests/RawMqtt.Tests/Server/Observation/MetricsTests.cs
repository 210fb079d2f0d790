// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Text.RegularExpressions;
using RawMqtt.Server;
using RawMqtt.Server.Observation;

namespace RawMqtt.Tests.Server.Observation;

/// <summary>What is seen of the broker from outside.</summary>
public sealed partial class MetricsTests : IDisposable
{
    private readonly ServiceFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_counter_is_a_figure_by_its_name()
    {
        var statistics = new MqttBrokerStatistics();
        PropertyInfo[] counters = typeof(MqttBrokerStatistics).GetProperties();
        for (int i = 0; i < counters.Length; i++) counters[i].SetValue(statistics, 100L + i);
        Assert.Equivalent(counters.Select(counter => (counter.Name, (long)counter.GetValue(statistics)!)), Figures.Of(statistics), strict: true);
    }

    [Fact]
    public void Each_line_has_the_form_of_Prometheus()
    {
        string text = MetricsText.Write("0.1.0", new MqttBrokerStatistics(), [("clients_connected", 3), ("load", 0.25)],
            [
                new MqttBridgeStatistics { Name = "a\"b\\", Sent = 5, IsConnected = true },
                new MqttBridgeStatistics { Name = "c", Lag = TimeSpan.FromSeconds(1.5) },
            ]);
        string[] lines = text.Split('\n');
        Assert.All(lines, line => Assert.Matches(Line(), line));
        Assert.Contains("rawmqtt_build_info{version=\"0.1.0\"} 1", lines);
        Assert.Contains("# TYPE rawmqtt_messages_sent_total counter", lines);
        Assert.Contains("rawmqtt_load 0.25", lines);
        Assert.Contains("rawmqtt_bridge_sent_total{bridge=\"a\\\"b\\\\\"} 5", lines);
        Assert.Contains("rawmqtt_bridge_lag_seconds{bridge=\"c\"} 1.5", lines);
        Assert.Equal(lines.Length, lines.Distinct().Count());
    }

    [Fact]
    public async Task Metrics_are_served_by_their_listener_alone()
    {
        folder.Configure("""{ "Listeners": ["ws://127.0.0.1:0/mqtt"], "MetricsListener": "127.0.0.1:0" }""");
        await using BrokerService service = await folder.StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(service.Broker.Addresses[0], Token);
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.GetAsync(HttpOf(service.Broker.Addresses[1], "/metrics"), Token);
        string text = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\nrawmqtt_clients_connected_total 1\n", text);
        Assert.Contains("\nrawmqtt_clients_total ", text);
        Assert.Contains("\nrawmqtt_process_resident_memory_bytes ", text);
        Assert.EndsWith("\n", text);
        Assert.Equal("ok\n", await http.GetStringAsync(HttpOf(service.Broker.Addresses[0], "/health"), Token));
        using HttpResponseMessage other = await http.GetAsync(HttpOf(service.Broker.Addresses[0], "/metrics"), Token);
        Assert.Equal(404, (int)other.StatusCode);
    }

    [Fact]
    public async Task Without_the_setting_there_are_no_metrics()
    {
        folder.Configure("""{ "Listeners": ["ws://127.0.0.1:0/metrics"] }""");
        await using BrokerService service = await folder.StartAsync();
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.GetAsync(HttpOf(service.Broker.Addresses[0], "/metrics"), Token);
        Assert.Equal(426, (int)answer.StatusCode);
    }

    [Fact]
    public async Task System_topics_have_the_names_of_mosquitto_and_the_version()
    {
        folder.Configure("""{ "Listeners": ["mqtt://127.0.0.1:0"] }""");
        await using BrokerService service = await folder.StartAsync();
        string[] expected =
        [
            "version", "uptime", "clients/connected", "clients/disconnected", "clients/expired", "clients/maximum", "clients/total", "bytes/received",
            "bytes/sent", "publish/messages/received", "publish/messages/sent", "publish/messages/dropped", "retained messages/count", "subscriptions/count",
            "store/messages/count", "store/messages/bytes", "heap/current", "heap/maximum", "load/bytes/received/1min", "load/bytes/sent/5min",
            "load/publish/received/15min", "load/publish/sent/1min", "load/publish/dropped/1min", "load/sockets/1min", "load/connections/1min",
        ];
        var topics = new Dictionary<string, string>();
        using MqttBrokerSubscription system = service.Broker.Subscribe("$SYS/#");
        await foreach (MqttMessage message in system.WithCancellation(Token))
        {
            topics[message.Topic["$SYS/broker/".Length..]] = message.PayloadText;
            if (expected.All(topics.ContainsKey)) break;
        }

        Assert.Matches(@"^RawMqtt \d+\.\d+\.\d+$", topics["version"]);
    }

    [Fact]
    public void Load_is_an_average_for_each_minute()
    {
        var average = new LoadAverage();
        _ = average.Update(0, TimeSpan.Zero);
        double[] after = [.. average.Update(100, TimeSpan.FromMinutes(1)).Select(one => one.Average)];
        Assert.Equal(100 * (1 - Math.Exp(-1)), after[0], 6);
        Assert.Equal(100 * (1 - Math.Exp(-1 / 5.0)), after[1], 6);
        double later = 0;
        for (int i = 2; i < 200; i++) later = average.Update(100 * i, TimeSpan.FromMinutes(1)).First().Average;
        Assert.Equal(100, later, 6);
    }

    private static Uri HttpOf(string listener, string path) => new(new Uri(listener.Replace("ws://", "http://", StringComparison.Ordinal)), path);

    [GeneratedRegex(@"^(# TYPE [a-z_]+ (counter|gauge)|[a-z_]+(\{(version=""[0-9.]*""|bridge=""([^""\\]|\\.)*"")\})? [0-9.]+)$")]
    private static partial Regex Line();
}
