// SPDX-License-Identifier: MIT

using System.Diagnostics;
using RawMqtt.Server.Observation;
using RawMqtt.Server.Running;

namespace RawMqtt.Server;

/// <summary>Runs a broker as a configuration says: with access rules, client certificates, metrics, the notify socket of systemd, and reloads.</summary>
public sealed class BrokerService : IAsyncDisposable
{
    private const string MetricsPath = "/metrics";

    private static readonly string version = typeof(MqttBroker).Assembly.GetName().Version?.ToString(3) ?? "";

    private readonly Func<BrokerConfiguration> read;
    private readonly BrokerSettings started;
    private readonly MqttLog log;
    private readonly NotifySocket manager = new(Environment.GetEnvironmentVariable);
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock reloading = new();
    private readonly List<Task> loops = [];
    private readonly List<MqttBridge> bridges = [];
    private MqttBroker? broker;
    private SystemFigures? figures;
    private volatile BrokerConfiguration configuration;
    private volatile Rules rules;

    private BrokerService(Func<BrokerConfiguration> read, MqttLog? log)
    {
        this.read = read;
        this.log = log ?? ((_, _) => { });
        configuration = read();
        started = configuration.Settings;
        rules = new Rules(started, this.log);
    }

    /// <summary>Gets the broker.</summary>
    public MqttBroker Broker => broker!;

    /// <summary>Gets the configuration as it was read last.</summary>
    public BrokerConfiguration Configuration => configuration;

    /// <summary>Gets the bridges of the configuration.</summary>
    public IReadOnlyList<MqttBridge> Bridges => bridges;

    /// <summary>Starts a broker. It accepts connections when the call completes, and the service manager knows.</summary>
    /// <param name="read">Returns the configuration; called again by each <see cref="Reload"/>.</param>
    /// <param name="change">Adds the program's own options, such as a log; null for none.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="ConfigurationException">The configuration or one of its files cannot be used.</exception>
    /// <exception cref="MqttException">The broker cannot listen, or an option is invalid.</exception>
    public static async Task<BrokerService> StartAsync(
        Func<BrokerConfiguration> read, Func<MqttBrokerOptions, MqttBrokerOptions>? change = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        MqttBrokerOptions own = change?.Invoke(new MqttBrokerOptions()) ?? new MqttBrokerOptions();
        var service = new BrokerService(read, own.Log);
        try
        {
            await service.StartAsync(change ?? (options => options), cancellationToken).ConfigureAwait(false);
            return service;
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads the configuration, the access file and the files of certificates again. Clients stay connected. If one of them cannot be used, all
    /// rules stay as they are, and the log says why.</summary>
    /// <returns>Whether the new rules hold.</returns>
    public bool Reload()
    {
        lock (reloading)
        {
            manager.Reloading();
            try
            {
                BrokerConfiguration next = read();
                rules = new Rules(next.Settings, log);
                configuration = next;
                Broker.ReloadFiles();
                Broker.ReloadAccess();
                IReadOnlyList<string> waiting = RestartNeeds.Find(started, next.Settings);
                string restart = waiting.Count == 0 ? "" : $" restart-needed-for={LogText.Quote(string.Join(' ', waiting))}";
                log(waiting.Count == 0 ? MqttLogLevel.Information : MqttLogLevel.Warning, $"event=reloaded{restart}");
                manager.Ready("reloaded");
                return true;
            }
            catch (ConfigurationException e)
            {
                log(MqttLogLevel.Error, $"event=reload-failed error={LogText.Quote(e.Message)}");
                manager.Ready($"the reload failed: {e.Message}");
                return false;
            }
        }
    }

    /// <summary>Stops the broker in order, see <see cref="MqttBroker.StopAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        manager.Stopping();
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(false);
        figures?.Dispose();
        foreach (MqttBridge bridge in bridges) await bridge.DisposeAsync().ConfigureAwait(false);
        if (broker is not null) await broker.DisposeAsync().ConfigureAwait(false);
        manager.Dispose();
        stopping.Dispose();
    }

    private async Task StartAsync(Func<MqttBrokerOptions, MqttBrokerOptions> change, CancellationToken cancellationToken)
    {
        MqttBrokerOptions options = change(Options());
        Func<MqttBroker, CancellationToken, Task>? ofProgram = options.Starting;
        if (started.Bridges.Count > 0) options = options with { Starting = (starting, stop) => StartBridgesAsync(starting, ofProgram, stop) };
        broker = await MqttBroker.StartAsync(options, cancellationToken).ConfigureAwait(false);
        TimeSpan interval = started.Options.SystemTopicsInterval;
        if (started.MetricsListener is not null) figures = new SystemFigures(broker);
        if (interval > TimeSpan.Zero)
        {
            var load = new LoadTopics(broker);
            load.Publish(TimeSpan.Zero);
            loops.Add(RepeatAsync(interval, load.Publish));
        }

        if (manager.WatchdogInterval is { } alive) loops.Add(RepeatAsync(alive, _ => SayAlive()));
        manager.Ready($"listening on {string.Join(", ", broker.Addresses)}");
    }

    /// <summary>Before the broker listens: what waits for a bridge is bounded by its own limits from the first message on.</summary>
    private async Task StartBridgesAsync(MqttBroker starting, Func<MqttBroker, CancellationToken, Task>? ofProgram, CancellationToken cancellationToken)
    {
        if (ofProgram is not null) await ofProgram(starting, cancellationToken).ConfigureAwait(false);
        foreach (BridgeSettings settings in started.Bridges)
        {
            try
            {
                bridges.Add(await MqttBridge.StartAsync(starting, settings.ToOptions() with { Log = log }, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception e) when (e is ArgumentException or MqttException)
            {
                throw new ConfigurationException($"Bridges: {settings.Name}: {e.Message}", e);
            }
        }
    }

    /// <summary>The hooks that are asked for each topic stay away if there is no access file, so that they cost nothing.</summary>
    private MqttBrokerOptions Options()
    {
        MqttBrokerOptions options = started.Options with
        {
            KeyPassword = KeyPasswordOf(started),
            ConfigureTls = started.Options.CertificateFile is null ? null : tls => rules.Certificates?.Configure(tls),
            Identify = request => rules.Identify(request),
            Authenticate = (request, _) => ValueTask.FromResult(rules.Decide(request)),
        };
        if (started.AccessFile is not null)
        {
            options = options with
            {
                CanRead = (client, topic) => rules.Access?.CanRead(client, topic) != false,
                CanWrite = (client, topic) => rules.Access?.CanWrite(client, topic) != false,
                AuthorizeSubscribe = (client, filter, _) => ValueTask.FromResult(rules.CanSubscribe(client, filter.Filter)),
            };
        }

        if (started.MetricsListener is not { } metrics) return options;
        return options with { Listeners = [.. options.Listeners, $"ws://{metrics}{MetricsPath}"], AnswerGet = AnswerGet };
    }

    /// <summary>Only the listener for metrics has them: the others may be open to strangers.</summary>
    private string? AnswerGet(string listener, string path)
    {
        if (path != MetricsPath || broker is null || listener != broker.Addresses[^1]) return null;
        using var process = Process.GetCurrentProcess();
        (string Name, double Value)[] own =
        [
            ("process_resident_memory_bytes", process.WorkingSet64), ("process_cpu_seconds", process.TotalProcessorTime.TotalSeconds),
            ("process_start_time_seconds", new DateTimeOffset(process.StartTime).ToUnixTimeSeconds()),
        ];
        return MetricsText.Write(version, broker.Statistics, [.. figures?.Gauges ?? [], .. own], bridges.Select(bridge => bridge.Statistics));
    }

    /// <summary>Takes the broker's lock, so that a broker that hangs is restarted.</summary>
    private void SayAlive()
    {
        _ = Broker.Statistics;
        manager.Alive();
    }

    private async Task RepeatAsync(TimeSpan interval, Action<TimeSpan> action)
    {
        TimeProvider time = started.Options.TimeProvider;
        long last = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(interval, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) return;
            action(time.GetElapsedTime(last));
            last = time.GetTimestamp();
        }
    }

    private static string? KeyPasswordOf(BrokerSettings settings)
    {
        if (settings.KeyPasswordFile is not { } file) return null;
        try
        {
            return File.ReadLines(file).FirstOrDefault("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{nameof(settings.KeyPasswordFile)}: {e.Message}", e);
        }
    }
}
