// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net.Sockets;

namespace RawMqtt.Interop.Parts;

/// <summary>One node of a <see cref="RabbitCluster"/>, with MQTT over WebSocket on a port of its own.</summary>
internal sealed class RabbitNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string home;
    private readonly int port = FreePort.Take();
    private readonly Dictionary<string, string> environment;
    private RealProcess? server;

    public RabbitNode(string cluster, int number, int size, int portMapperPort)
    {
        home = Path.Combine(cluster, $"node{number}");
        foreach (string part in (string[])["data", "log", "generated"]) Directory.CreateDirectory(Path.Combine(home, part));
        string cookie = Path.Combine(cluster, ".erlang.cookie");
        if (!File.Exists(cookie))
        {
            File.WriteAllText(cookie, "rawmqtt");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
        }

        File.WriteAllText(Path.Combine(home, "env.conf"), "");
        File.WriteAllText(Path.Combine(home, "plugins"), "[rabbitmq_mqtt,rabbitmq_web_mqtt].");
        File.WriteAllText(Path.Combine(home, "rabbitmq.conf"), Configuration(size));
        environment = new Dictionary<string, string>
        {
            ["HOME"] = cluster,
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = $"{portMapperPort}",
            ["RABBITMQ_NODENAME"] = NameOf(number),
            ["RABBITMQ_BASE"] = home,
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(home, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(home, "log"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(home, "generated"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(home, "rabbitmq.conf"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(home, "env.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(home, "plugins"),
            ["RABBITMQ_PID_FILE"] = PidFile,
            ["RABBITMQ_NODE_PORT"] = $"{FreePort.Take()}",
            ["RABBITMQ_DIST_PORT"] = $"{FreePort.Take()}",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        };
    }

    public string Address => $"ws://127.0.0.1:{port}/ws";

    private string PidFile => Path.Combine(home, "pid");

    public void Start() => server = RealProcess.Start($"{RealPart.RabbitMq}/rabbitmq-server", [], environment);

    /// <summary>Waits until the node takes MQTT clients.</summary>
    public async Task IsOpenAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await tick.WaitForNextTickAsync(limit.Token))
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                // not yet
            }
        }
    }

    public async Task ControlAsync(params string[] arguments)
    {
        await using RealProcess control = RealProcess.Start($"{RealPart.RabbitMq}/rabbitmqctl", arguments, environment);
        control.CloseInput();
        Finished finished = await control.FinishAsync();
        Assert.True(finished.ExitCode == 0, finished.Output + finished.Error);
    }

    public void Kill() => RealProcess.Signal(int.Parse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture), 9);

    public async Task RestartAsync()
    {
        await server!.DisposeAsync();
        Start();
        await IsOpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
    }

    private static string NameOf(int number) => $"rawmqtt{number}@localhost";

    private string Configuration(int size) => $"""
        listeners.tcp = none
        loopback_users = none
        log.console = false
        vm_memory_high_watermark.absolute = 512MB
        disk_free_limit.absolute = 50MB
        mqtt.listeners.tcp.1 = 127.0.0.1:{FreePort.Take()}
        mqtt.allow_anonymous = true
        mqtt.vhost = /
        web_mqtt.tcp.ip = 127.0.0.1
        web_mqtt.tcp.port = {port}
        web_mqtt.ws_path = /ws
        cluster_formation.peer_discovery_backend = classic_config
        {string.Join('\n', Enumerable.Range(1, size).Select(number => $"cluster_formation.classic_config.nodes.{number} = {NameOf(number)}"))}
        cluster_partition_handling = pause_minority
        net_ticktime = 10
        """;
}
