// SPDX-License-Identifier: MIT

using RawMqtt.Server.Bridging;

namespace RawMqtt.Server;

/// <summary>Passes messages between an own broker and a far one, both ways, and loses none that the own broker keeps: a message is acknowledged to the broker
/// that it came from when the other one has acknowledged it.</summary>
/// <remarks>
/// At the own broker the bridge is a client with a kept session, so messages wait there while the far broker cannot be reached, within
/// <see cref="MqttBrokerLimits"/>. Messages of one topic keep their order. The bridge never gets back from the own broker what it brought there.
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
    private readonly List<Task> flows = [];

    private MqttBridge(MqttBroker broker, MqttBridgeOptions options)
    {
        this.broker = broker;
        this.options = options;
        log = options.Log ?? ((_, _) => { });
        sent = new BridgeFigures(options.Name, "out", log);
        received = new BridgeFigures(options.Name, "in", log);
        remote = new MqttClient(options.Remote with
        {
            ClientId = options.Remote.ClientId ?? $"{Environment.MachineName}.{options.Name}",
            CleanSession = false,
            RetryFirstConnect = true,
            OfflinePublishing = MqttOfflinePublishing.Queue,
            MaxQueuedBytes = long.MaxValue, // MaxInFlight and the windows of both brokers bound them
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
            MaxQueuedBytes = long.MaxValue,
            ConnectStream = (_, _) => ValueTask.FromResult(broker.Connect()),
            TimeProvider = options.Remote.TimeProvider,
            Log = Log,
        });
        remote.StateChanged += ShowState;
    }

    /// <summary>Gets what the bridge has done.</summary>
    public MqttBridgeStatistics Statistics => new()
    {
        Name = options.Name,
        IsConnected = remote.State == MqttClientState.Connected,
        Connections = remote.Statistics.Connections,
        Sent = sent.Passed,
        SentBytes = sent.Bytes,
        SendingDropped = sent.Dropped,
        Received = received.Passed,
        ReceivedBytes = received.Bytes,
        ReceivingDropped = received.Dropped,
        Waiting = Waiting(),
    };

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
        await local.DisposeAsync().ConfigureAwait(false);
        await remote.DisposeAsync().ConfigureAwait(false);
        foreach (Task flow in flows) await flow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        ShowState(isConnected: false);
        foreach (MqttBridgeRule rule in options.Rules)
        {
            if (rule.GoesOut) Begin(local, rule.LocalFilter, remote, new PrefixChange(rule.LocalPrefix, rule.RemotePrefix), rule.Qos, sent);
            if (rule.GoesIn) Begin(remote, rule.RemoteFilter, local, new PrefixChange(rule.RemotePrefix, rule.LocalPrefix), rule.Qos, received);
        }

        await local.OpenAsync(cancellationToken).ConfigureAwait(false);
        _ = ConnectAsync();
    }

    private void Begin(MqttClient source, string filter, MqttClient target, PrefixChange change, QualityOfService qos, BridgeFigures figures)
    {
        var delivery = new MqttSubscribeOptions { ManualAcknowledgement = true, MaxMessages = options.MaxInFlight };
        MqttSubscription messages = source.Subscribe([new MqttTopicFilter(filter, qos)], delivery);
        flows.Add(WatchAsync(new BridgeFlow(messages, target, change, options.MaxInFlight, figures).RunAsync()));
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

    private int Waiting()
    {
        MqttBrokerClient? session = broker.Clients.FirstOrDefault(client => client.ClientId == local.ClientId);
        return session is null ? 0 : session.InFlight + session.Queued;
    }

    private void Log(MqttLogLevel level, string line) => log(level, $"bridge={LogText.Quote(options.Name)} {line}");
}
