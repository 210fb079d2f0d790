// SPDX-License-Identifier: MIT

using RawMqtt.Server.Bridging;

namespace RawMqtt.Server;

/// <summary>Passes messages between an own broker and a far one, both ways, and loses none that the own broker keeps: a message is acknowledged to the broker
/// that it came from when the other one has acknowledged it.</summary>
/// <remarks>
/// At the own broker the bridge is a client with a kept session, so messages wait there while the far broker cannot be reached, within
/// the limits of <see cref="MqttBridgeOptions"/>. Messages of one topic keep their order. The bridge never gets back from the own broker what it brought there.
/// <para>RETAIN: messages go out with the RETAIN bit that they were published with; when the bridge starts for the first time, the retained messages of the own
/// broker go out too. From the far broker RETAIN comes as published only if it takes <see cref="MqttClientOptions.IsBridge"/>; other brokers set it on
/// what they had retained before the bridge subscribed, and on nothing else [MQTT-3.3.1-9].</para>
/// <para>Its state stands in the retained message of <c>$SYS/broker/connection/NAME/state</c>: 1 while it is connected to the far broker, otherwise 0.</para>
/// </remarks>
public sealed class MqttBridge : IAsyncDisposable
{
    private readonly MqttBroker broker;
    private readonly MqttBridgeOptions options;
    private readonly MqttClient local;
    private readonly MqttClient remote;
    private readonly MqttLog log;
    private readonly BridgeFigures sent;
    private readonly BridgeFigures received;
    private readonly List<Task> tasks = [];
    private readonly ArrivalTimes arrivals = new();
    private readonly CancellationTokenSource ending = new();
    private readonly TimeProvider time;
    private readonly long started;
    private readonly List<(MqttSubscription Messages, QualityOfService Qos)> incoming = [];
    private BridgeFlow? outgoing;

    private MqttBridge(MqttBroker broker, MqttBridgeOptions options)
    {
        this.broker = broker;
        this.options = options;
        log = options.Log ?? ((_, _) => { });
        time = options.Remote.TimeProvider;
        started = time.GetTimestamp();
        sent = new BridgeFigures(options.Name, "out", log);
        received = new BridgeFigures(options.Name, "in", log);
        remote = new MqttClient(options.Remote with
        {
            ClientId = options.Remote.ClientId ?? $"{Environment.MachineName}.{options.Name}",
            CleanSession = false,
            RetryFirstConnect = true,
            OfflinePublishing = MqttOfflinePublishing.Queue,
            MaxInFlight = options.MaxInFlight,
            MaxQueuedMessages = int.MaxValue, // MaxInFlight and the windows of both brokers bound them
            MaxQueuedBytes = long.MaxValue,
            Log = Log,
        });
        local = new MqttClient(new MqttClientOptions
        {
            Address = "mqtt://localhost", // which ConnectStream stands in for
            ClientId = $"bridge-{options.Name}",
            CleanSession = false,
            IsBridge = true,
            KeepAlive = TimeSpan.Zero,
            MaxInFlight = options.MaxInFlight,
            MaxQueuedMessages = int.MaxValue,
            MaxQueuedBytes = long.MaxValue,
            ConnectStream = (_, _) => ValueTask.FromResult(broker.ConnectBridge(options.MaxQueuedMessages, options.MaxQueuedBytes)),
            TimeProvider = time,
            Log = Log,
        });
        remote.StateChanged += ShowState;
    }

    /// <summary>Gets what the bridge has done.</summary>
    public MqttBridgeStatistics Statistics => Read(broker.FindClient(local.ClientId));

    private TimeSpan Now => time.GetElapsedTime(started);

    /// <summary>Starts a bridge. Completes when it is subscribed at the own broker; the far one is connected to in the background, as often as it
    /// takes.</summary>
    /// <exception cref="ArgumentException">The name or the rules cannot be used; the message says what to type.</exception>
    /// <exception cref="MqttException">The address of the far broker or its options cannot be used.</exception>
    public static async Task<MqttBridge> StartAsync(MqttBroker broker, MqttBridgeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(options);
        BridgeRules.Require(options);
        var bridge = new MqttBridge(broker, options);
        try
        {
            await bridge.StartAsync(cancellationToken).ConfigureAwait(false);
            return bridge;
        }
        catch
        {
            await bridge.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the bridge. What is not acknowledged yet stays in its sessions at both brokers.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await local.DisposeAsync().ConfigureAwait(false);
        await remote.DisposeAsync().ConfigureAwait(false);
        foreach (Task task in tasks) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        ShowState(isConnected: false);
        MqttTopicFilter[] filters = [.. options.Rules.Where(rule => rule.GoesOut).Select(rule => new MqttTopicFilter(rule.LocalFilter, QosOut(rule)))];
        if (options.Rules.Any(rule => rule.GoesOut && rule.Qos != QosOut(rule))) sent.NoteNoFile();
        if (filters.Length > 0) BeginOut(filters);
        foreach (MqttBridgeRule rule in options.Rules.Where(rule => rule.GoesIn)) BeginIn(rule);
        tasks.Add(LookAsync());
        await local.OpenAsync(cancellationToken).ConfigureAwait(false);
        await local.PingAsync(cancellationToken).ConfigureAwait(false); // answered in order: the subscription stands
        _ = ConnectAsync();
    }

    /// <summary>One stream for all rules, so that each message comes once, and in order.</summary>
    private void BeginOut(MqttTopicFilter[] filters)
    {
        MqttSubscription messages = local.Subscribe(filters, Delivery());
        outgoing = new BridgeFlow(messages, BridgeRoutes.Out(options.Rules), only: null, remote, options.MaxInFlight, sent, IsTooOld);
        tasks.Add(WatchAsync(outgoing.RunAsync()));
    }

    /// <summary>A stream for each rule: the far broker may refuse one.</summary>
    private void BeginIn(MqttBridgeRule rule)
    {
        MqttSubscription messages = remote.Subscribe([new MqttTopicFilter(rule.RemoteFilter, rule.Qos)], Delivery());
        incoming.Add((messages, rule.Qos));
        var flow = new BridgeFlow(messages, BridgeRoutes.In(options.Rules), rule, local, options.MaxInFlight, received);
        tasks.Add(WatchAsync(flow.RunAsync()));
    }

    private MqttSubscribeOptions Delivery() => new() { ManualAcknowledgement = true, MaxMessages = options.MaxInFlight };

    /// <summary>Without a session file the client forgets the identifiers that the far broker still holds at QoS 2 when the process ends: it would take later
    /// messages with the same identifiers for repetitions.</summary>
    private QualityOfService QosOut(MqttBridgeRule rule) =>
        rule.Qos == QualityOfService.ExactlyOnce && options.Remote.SessionFile is null ? QualityOfService.AtLeastOnce : rule.Qos;

    private bool IsTooOld(long number) =>
        options.MaxAge is { } limit && arrivals.Of(number) is { } arrived && Now - arrived > limit;

    /// <summary>Looks each second how many messages have come, and which QoS the far broker granted.</summary>
    private async Task LookAsync()
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await second.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
        {
            long settled = outgoing?.Settled ?? 0;
            if (broker.FindClient(local.ClientId) is { } session) arrivals.Note(settled + session.InFlight + session.Queued, settled, Now);
            if (incoming.Any(one => one.Messages.Granted is [{ } granted, ..] && granted < one.Qos)) received.NoteLowerQos();
        }
    }

    private MqttBridgeStatistics Read(MqttBrokerClient? session)
    {
        int waiting = session is null ? 0 : session.InFlight + session.Queued;
        return new MqttBridgeStatistics
        {
            Name = options.Name,
            IsConnected = remote.State == MqttClientState.Connected,
            Connections = remote.Statistics.Connections,
            Sent = sent.Passed,
            SentBytes = sent.Bytes,
            SendingDropped = sent.Dropped,
            QueueDropped = session?.Dropped ?? 0,
            Expired = sent.Expired,
            Received = received.Passed,
            ReceivedBytes = received.Bytes,
            ReceivingDropped = received.Dropped,
            Waiting = waiting,
            Lag = waiting > 0 && outgoing is not null && arrivals.Of(outgoing.Settled + 1) is { } arrived ? Now - arrived : TimeSpan.Zero,
        };
    }

    private async Task ConnectAsync()
    {
        try
        {
            await remote.OpenAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is MqttException or OperationCanceledException)
        {
            LogEnd(e);
        }
    }

    /// <summary>A subscription that the far broker refuses ends its stream.</summary>
    private async Task WatchAsync(Task flow)
    {
        try
        {
            await flow.ConfigureAwait(false);
        }
        catch (MqttException e)
        {
            LogEnd(e);
        }
    }

    private void LogEnd(Exception e)
    {
        if (e is MqttException { Code: MqttErrorCode.Disposed }) return;
        Log(MqttLogLevel.Error, $"event=bridge-ended error={LogText.Quote(e.Message)}");
    }

    private void ShowState(MqttStateChange change)
    {
        if (change.To == MqttClientState.Connected || change.From == MqttClientState.Connected) ShowState(change.To == MqttClientState.Connected);
    }

    private void ShowState(bool isConnected) =>
        broker.Publish($"$SYS/broker/connection/{options.Name}/state", isConnected ? "1" : "0", QualityOfService.AtLeastOnce, retain: true);

    private void Log(MqttLogLevel level, string line) => log(level, $"bridge={LogText.Quote(options.Name)} {line}");
}
