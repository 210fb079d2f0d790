// SPDX-License-Identifier: MIT

using System.Diagnostics;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>A cluster of three RabbitMQ nodes, of which one is killed while 1000 messages a second flow at QoS 1. Runs by name: three nodes take
/// 500 MB and half a minute.</summary>
public class ClusterTests(ITestOutputHelper output)
{
    private const int MessagesPerSecond = 1000;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1);

    private readonly List<string> faults = [];

    [Fact(Explicit = true)]
    public async Task Killing_a_node_loses_nothing_and_fails_nothing()
    {
        await using RabbitCluster cluster = await RabbitCluster.StartAsync();
        (string Name, int[] Subscriber, int[] Publisher)[] ways =
        [
            ("the subscriber's", [0, 1, 2], [1, 2, 0]),
            ("the publisher's", [1, 2, 0], [0, 1, 2]),
            ("that of both", [0, 1, 2], [0, 2, 1]),
        ];
        foreach ((string name, int[] subscriber, int[] publisher) in ways)
        {
            await KillUnderLoadAsync(name, cluster, [.. subscriber.Select(i => cluster.Addresses[i])], [.. publisher.Select(i => cluster.Addresses[i])], null);
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact(Explicit = true)]
    public async Task Killing_a_node_behind_nginx_loses_nothing_and_fails_nothing()
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using RabbitCluster cluster = await RabbitCluster.StartAsync();
        string[] backends = [.. cluster.Addresses.Select(address => new Uri(address).Authority)];
        (string Name, string[] Subscriber, string[] Publisher)[] ways =
        [
            ("the subscriber's", [backends[0], $"{backends[1]} backup"], [backends[1], $"{backends[2]} backup"]),
            ("the publisher's", [backends[1], $"{backends[2]} backup"], [backends[0], $"{backends[1]} backup"]),
            ("that of both", [backends[0], $"{backends[1]} backup"], [backends[0], $"{backends[2]} backup"]),
        ];
        foreach ((string name, string[] subscriber, string[] publisher) in ways)
        {
            await using Nginx ofSubscriber = await Nginx.StartAsync(certificates, subscriber, "/ws");
            await using Nginx ofPublisher = await Nginx.StartAsync(certificates, publisher, "/ws");
            await KillUnderLoadAsync(name + " behind nginx", cluster, [ofSubscriber.Wss], [ofPublisher.Wss], certificates.Authority);
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>Kills the first node, to which one or both of the clients are connected.</summary>
    private async Task KillUnderLoadAsync(string node, RabbitCluster cluster, string[] addressesOfSubscriber, string[] addressesOfPublisher, string? authority)
    {
        MqttTlsOptions? tls = authority is null ? null : new MqttTlsOptions { CertificateAuthorityFile = authority };
        string clientId = $"cluster-{Guid.NewGuid():N}";
        var options = new MqttClientOptions { Addresses = addressesOfSubscriber, Tls = tls, ClientId = clientId, CleanSession = false };
        await using MqttClient subscriber = await MqttClient.ConnectAsync(options);
        MqttSubscription messages = await subscriber.SubscribeAsync(clientId, QualityOfService.AtLeastOnce);
        await using MqttClient publisher = await MqttClient.ConnectAsync(new MqttClientOptions { Addresses = addressesOfPublisher, Tls = tls });

        int total = (int)((Before + After).TotalSeconds * MessagesPerSecond);
        Task<(int Lost, TimeSpan Gap)> received = ReceiveAsync(messages, total);
        Task[] sent = await PublishAsync(publisher, clientId, total, () => cluster.Kill(0));
        string[] failures = await Task.WhenAll(sent.Select(async task =>
        {
            await ((Task)Task.WhenAny(task)).WaitAsync(RealProcess.Patience);
            return task.Exception?.InnerException?.Message ?? (task.IsCanceled ? "cancelled" : "");
        }));
        failures = [.. failures.Where(failure => failure.Length > 0)];
        (int lost, TimeSpan gap) = await received;
        string outcome = $"{node} node killed: {failures.Length} awaits failed, {lost} of {total} lost, gap {gap.TotalMilliseconds:F0} ms";
        output.WriteLine(outcome);
        foreach (string failure in failures.Distinct()) output.WriteLine($"  {failure}");
        if (failures.Length > 0 || lost > 0 || gap > LongestGap) faults.Add(outcome);
        await cluster.RestartAsync(0);
    }

    private static async Task<Task[]> PublishAsync(MqttClient publisher, string topic, int total, Action kill)
    {
        var sent = new Task[total];
        var clock = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        bool killed = false;
        for (int next = 0; next < total; await tick.WaitForNextTickAsync())
        {
            for (; next < total && next < clock.Elapsed.TotalSeconds * MessagesPerSecond; next++)
            {
                sent[next] = publisher.PublishAsync(topic, $"{next}", QualityOfService.AtLeastOnce).AsTask();
            }

            if (!killed && clock.Elapsed > Before)
            {
                kill();
                killed = true;
            }
        }

        return sent;
    }

    /// <summary>Reads until every message was there, or none came for a time.</summary>
    private static async Task<(int Lost, TimeSpan Gap)> ReceiveAsync(MqttSubscription messages, int total)
    {
        var seen = new HashSet<string>();
        TimeSpan gap = TimeSpan.Zero;
        var sinceLast = new Stopwatch();
        using var silence = new CancellationTokenSource(RealProcess.Patience);
        try
        {
            await foreach (MqttMessage message in messages.WithCancellation(silence.Token))
            {
                if (sinceLast.Elapsed > gap) gap = sinceLast.Elapsed;
                sinceLast.Restart();
                silence.CancelAfter(RealProcess.Patience);
                if (seen.Add(message.PayloadText) && seen.Count == total) break;
            }
        }
        catch (OperationCanceledException)
        {
            // what has not come is lost
        }

        return (total - seen.Count, gap);
    }
}
