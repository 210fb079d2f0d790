// SPDX-License-Identifier: MIT

using System.Diagnostics;
using RawMqtt.Interop.Parts;
using RawMqtt.Server;
using RawMqtt.Testing;

namespace RawMqtt.Interop;

/// <summary>Bridges of our broker over a line that fails, to a mosquitto, to a broker of ours, and to a cluster.</summary>
public class BridgeTests(ITestOutputHelper output)
{
    private const int Seed = 20;
    private const int Clients = 20;
    private const int Each = 250;

    /// <summary>A broker that keeps what waits for a bridge.</summary>
    private static readonly MqttBrokerLimits roomy = new() { MaxQueuedMessages = 1_000_000, MaxQueuedBytes = 256 << 20 };

    [Theory]
    [InlineData("mosquitto", true)]
    [InlineData("mosquitto", false)]
    [InlineData("ours", true)]
    [InlineData("ours", false)]
    public async Task A_line_that_breaks_loses_nothing_either_way(string kind, bool isBridge)
    {
        await using Mosquitto? mosquitto = kind == "mosquitto" ? await Mosquitto.StartAsync(further: "max_queued_messages 0\nmax_inflight_messages 0\n") : null;
        await using MqttBroker? ours = kind == "ours" ? await StartAsync(o => o with { AllowBridges = true, Limits = roomy }) : null;
        string far = mosquitto?.Tcp ?? ours!.Addresses[0];
        var random = new Random(Seed);
        long[] cuts = [.. Enumerable.Range(0, 5).Select(_ => (long)random.Next(2_000, 100_000))];
        await using var line = new FaultProxy(new Uri(far).Port, number => number > cuts.Length ? Fault.None : new Fault(cuts[number - 1], FaultEnd.Reset));
        await using MqttBroker edge = await StartAsync();
        MqttBridgeRule[] rules = isBridge
            ? [new("up/#"), new("down/#", MqttBridgeDirection.In), new("state/#", MqttBridgeDirection.Both)]
            : [new("#", MqttBridgeDirection.Out, QualityOfService.AtLeastOnce, "up/", "edge/up/"),
                new("#", MqttBridgeDirection.In, QualityOfService.AtLeastOnce, "down/", "edge/down/")];
        string prefix = isBridge ? "" : "edge/";
        await using MqttBridge bridge = await MqttBridge.StartAsync(edge, new MqttBridgeOptions
        {
            Name = "edge",
            Remote = new MqttClientOptions
            {
                Address = $"mqtt://127.0.0.1:{line.Port}",
                IsBridge = isBridge,
                ReconnectDelay = TimeSpan.FromMilliseconds(50),
                MaxReconnectDelay = TimeSpan.FromMilliseconds(500),
            },
            Rules = rules,
            Log = (_, text) => output.WriteLine(text),
        });

        (NumberedTraffic up, NumberedTraffic down) = await PassAsync(
            new MqttClientOptions { Address = edge.Addresses[0] }, new MqttClientOptions { Address = far }, prefix, bridge);
        MqttBridgeStatistics done = bridge.Statistics;
        output.WriteLine($"up: {up}; down: {down}; {done}");
        Assert.Equal((Clients * Each, 0), (up.Arrived, up.OutOfOrder));
        Assert.Equal((Clients * Each, 0), (down.Arrived, down.OutOfOrder));
        Assert.Equal((0, 0, 0), (done.SendingDropped, done.ReceivingDropped, done.QueueDropped));
        Assert.True(line.Connections > 1);
    }

    /// <summary>The edge keeps a journal. What it had not acknowledged, its clients send again.</summary>
    [Fact]
    public async Task An_edge_that_is_killed_loses_nothing_and_keeps_the_order()
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt-edge-").FullName;
        string address = $"mqtt://127.0.0.1:{FreePort.Take()}";
        await using MqttBroker far = await StartAsync(o => o with { Limits = roomy });
        var edge = new MqttClientOptions
        {
            Address = address,
            ReconnectDelay = TimeSpan.FromMilliseconds(50),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
        };
        await using MqttClient reader = await MqttClient.ConnectAsync(KeptAt(far));
        (NumberedTraffic up, Task reading) = await ReadAsync(reader, "site/up/#", Clients * Each, RealProcess.Patience);
        string[] arguments = [RealPart.Crash, "edge", folder, address, $"far={far.Addresses[0]};up/# out 1 \"\" site/"];
        RealProcess process = RealProcess.Start("dotnet", arguments);
        await process.LineAsync("ready");
        Task publishing = NumberedTraffic.PublishAsync(edge, "up/", Clients, Each, perSecond: 1000);
        for (int kills = 1; kills <= 3; kills++)
        {
            int soMany = Clients * Each * kills / 5;
            await Until.TrueAsync(() => up.Arrived >= soMany);
            process.KillAtOnce();
            await process.DisposeAsync();
            process = RealProcess.Start("dotnet", arguments);
            await process.LineAsync("ready");
        }

        await publishing;
        await reading;
        output.WriteLine($"{up}");
        await process.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        Assert.Equal((Clients * Each, 0), (up.Arrived, up.OutOfOrder));
    }

    /// <summary>Two edge brokers with 100 clients each, and three nodes of RabbitMQ behind nginx: while 100 000 messages go each way, a node is killed, nginx
    /// is started again, the line of one edge is cut for a minute, and the other edge is killed.</summary>
    [Fact(Explicit = true)]
    public async Task A_cluster_gets_all_messages_of_its_edges_and_the_edges_get_all_of_the_cluster()
    {
        const int PerEdge = 50_000;
        var patience = TimeSpan.FromMinutes(2);
        using Certificates certificates = await Certificates.MakeAsync();
        await using RabbitCluster cluster = await RabbitCluster.StartAsync();
        await using Nginx nginx = await Nginx.StartAsync(certificates, [.. cluster.Addresses.Select(address => new Uri(address).Authority)], "/ws");
        var clock = Stopwatch.StartNew();
        bool isCut = false;
        await using var line = new FaultProxy(new Uri(nginx.Wss).Port, number =>
            number == 1 ? new Fault(1_000_000, FaultEnd.Reset) : Volatile.Read(ref isCut) ? new Fault(0, FaultEnd.Reset) : Fault.None);
        await using MqttBroker first = await StartAsync();
        await using MqttBridge ofFirst = await BridgeAsync(first, "edge1", $"wss://localhost:{line.Port}/mqtt", certificates);
        string address = $"mqtt://127.0.0.1:{FreePort.Take()}";
        string folder = Directory.CreateTempSubdirectory("rawmqtt-edge-").FullName;
        string[] arguments =
        [
            RealPart.Crash, "edge", folder, address,
            $"edge2={nginx.Wss};ClientId=edge2;KeepAlive=5;CertificateAuthorityFile={certificates.Authority};"
            + "# out 1 up/ edge2/up/;# in 1 down/ edge2/down/",
        ];
        RealProcess second = RealProcess.Start("dotnet", arguments);
        await second.LineAsync("ready");
        MqttClientOptions atSecond = KeptAt(first) with { Address = address, MaxReconnectDelay = TimeSpan.FromSeconds(2) };
        var atCluster = new MqttClientOptions { Addresses = cluster.Addresses };
        // One for each: a message that one leaves unread, such as a repeated one after its last, would hold the answers of the other.
        await using MqttClient reader1 = await MqttClient.ConnectAsync(atCluster with { CleanSession = false, ClientId = "central1" });
        await using MqttClient reader2 = await MqttClient.ConnectAsync(atCluster with { CleanSession = false, ClientId = "central2" });
        await using MqttClient ofEdge1 = await MqttClient.ConnectAsync(KeptAt(first));
        await using MqttClient ofEdge2 = await MqttClient.ConnectAsync(atSecond);
        (string Name, NumberedTraffic Traffic, Task Reading)[] all =
        [
            await ReadAsync("up from edge 1", reader1, "edge1/up/#", PerEdge, patience),
            await ReadAsync("up from edge 2", reader2, "edge2/up/#", PerEdge, patience),
            await ReadAsync("down to edge 1", ofEdge1, "down/#", PerEdge, patience),
            await ReadAsync("down to edge 2", ofEdge2, "down/#", PerEdge, patience),
        ];
        while (!await IsSubscribedAsync(atCluster, KeptAt(first) with { ClientId = null, CleanSession = true }, "edge1/")) await Task.Yield();
        while (!await IsSubscribedAsync(atCluster, new MqttClientOptions { Address = address }, "edge2/")) await Task.Yield();
        clock.Restart();
        Volatile.Write(ref isCut, true);
        Task publishing = Task.WhenAll(
            NumberedTraffic.PublishAsync(KeptAt(first), "up/", 100, PerEdge / 100, 600),
            NumberedTraffic.PublishAsync(atSecond, "up/", 100, PerEdge / 100, 600),
            NumberedTraffic.PublishAsync(atCluster, "edge1/down/", 10, PerEdge / 10, 600),
            NumberedTraffic.PublishAsync(atCluster, "edge2/down/", 10, PerEdge / 10, 600));
        second = await FailAsync(clock, cluster, nginx, second, arguments);
        await UntilAsync(clock, TimeSpan.FromSeconds(75));
        Volatile.Write(ref isCut, false);
        Tell(clock, $"the line of the first edge is whole; {ofFirst.Statistics.Waiting} messages wait");
        await publishing;
        await Task.WhenAll(all.Select(one => one.Reading));
        foreach ((string name, NumberedTraffic traffic, _) in all) output.WriteLine($"{name}: {traffic}");
        Tell(clock, $"{ofFirst.Statistics}");
        await second.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        Assert.All(all, one => Assert.Equal((PerEdge, 0), (one.Traffic.Arrived, one.Traffic.OutOfOrder)));
    }

    private void Tell(Stopwatch clock, string text) => output.WriteLine($"{clock.Elapsed.TotalSeconds:F0} s: {text}");

    /// <summary>Kills a node and the second edge, and starts nginx again.</summary>
    /// <returns>The second edge.</returns>
    private async Task<RealProcess> FailAsync(Stopwatch clock, RabbitCluster cluster, Nginx nginx, RealProcess second, string[] arguments)
    {
        await UntilAsync(clock, TimeSpan.FromSeconds(10));
        cluster.Kill(0);
        Tell(clock, "a node is killed");
        await UntilAsync(clock, TimeSpan.FromSeconds(20));
        second.KillAtOnce();
        await second.DisposeAsync();
        RealProcess again = RealProcess.Start("dotnet", arguments);
        await again.LineAsync("ready");
        Tell(clock, "the second edge was killed and is back");
        await cluster.RestartAsync(0);
        Tell(clock, "the node is back");
        await nginx.RestartAsync();
        Tell(clock, "nginx was started again");
        return again;
    }

    private static async Task<(NumberedTraffic Up, NumberedTraffic Down)> PassAsync(
        MqttClientOptions edge, MqttClientOptions far, string prefix, MqttBridge bridge)
    {
        await using MqttClient atEdge = await MqttClient.ConnectAsync(edge with { ClientId = "reader", CleanSession = false });
        await using MqttClient atFar = await MqttClient.ConnectAsync(far with { ClientId = "reader", CleanSession = false });
        (NumberedTraffic up, Task readingUp) = await ReadAsync(atFar, $"{prefix}up/#", Clients * Each, RealProcess.Patience);
        (NumberedTraffic down, Task readingDown) = await ReadAsync(atEdge, "down/#", Clients * Each, RealProcess.Patience);
        await Until.TrueAsync(() => bridge.Statistics.IsConnected);
        while (!await IsSubscribedAsync(far, edge, prefix)) await Task.Yield();
        await Task.WhenAll(
            NumberedTraffic.PublishAsync(edge, "up/", Clients, Each), NumberedTraffic.PublishAsync(far, $"{prefix}down/", Clients, Each),
            readingUp, readingDown);
        return (up, down);
    }

    /// <summary>The far broker keeps nothing for the bridge before it is subscribed there: a message says that it is.</summary>
    private static async Task<bool> IsSubscribedAsync(MqttClientOptions far, MqttClientOptions edge, string prefix)
    {
        await using MqttClient atEdge = await MqttClient.ConnectAsync(edge);
        await using MqttSubscription probes = await atEdge.SubscribeAsync(NumberedTraffic.Probe("down/"), QualityOfService.AtLeastOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(far);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await client.PublishAsync(NumberedTraffic.Probe($"{prefix}down/"), "", QualityOfService.AtLeastOnce, cancellationToken: limit.Token);
            await foreach (MqttMessage _ in probes.WithCancellation(limit.Token)) return true;
        }
        catch (OperationCanceledException)
        {
            // it came too early
        }

        return false;
    }

    private static async Task<(NumberedTraffic Traffic, Task Reading)> ReadAsync(MqttClient client, string filter, int total, TimeSpan patience)
    {
        var traffic = new NumberedTraffic();
        MqttSubscription messages = await client.SubscribeAsync(filter, QualityOfService.AtLeastOnce);
        return (traffic, traffic.ReceiveAsync(messages, total, patience));
    }

    private static async Task<(string Name, NumberedTraffic Traffic, Task Reading)> ReadAsync(
        string name, MqttClient client, string filter, int total, TimeSpan patience)
    {
        (NumberedTraffic traffic, Task reading) = await ReadAsync(client, filter, total, patience);
        return (name, traffic, reading);
    }

    private static MqttClientOptions KeptAt(MqttBroker broker) => new() { Address = broker.Addresses[0], CleanSession = false, ClientId = "reader" };

    private static Task<MqttBroker> StartAsync(Func<MqttBrokerOptions, MqttBrokerOptions>? change = null)
    {
        var options = new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] };
        return MqttBroker.StartAsync(change?.Invoke(options) ?? options);
    }

    private Task<MqttBridge> BridgeAsync(MqttBroker broker, string name, string address, Certificates certificates) => MqttBridge.StartAsync(
        broker,
        new MqttBridgeOptions
        {
            Name = name,
            Remote = new MqttClientOptions
            {
                Address = address,
                ClientId = name,
                Tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.Authority },
                KeepAlive = TimeSpan.FromSeconds(5),
                ConnectTimeout = TimeSpan.FromSeconds(5),
                MaxReconnectDelay = TimeSpan.FromSeconds(2),
            },
            Rules =
            [
                new("#", MqttBridgeDirection.Out, QualityOfService.AtLeastOnce, "up/", $"{name}/up/"),
                new("#", MqttBridgeDirection.In, QualityOfService.AtLeastOnce, "down/", $"{name}/down/"),
            ],
            Log = (_, text) => output.WriteLine(text),
        });

    private static async Task UntilAsync(Stopwatch clock, TimeSpan time)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (clock.Elapsed < time) await tick.WaitForNextTickAsync();
    }
}
