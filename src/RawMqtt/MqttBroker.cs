// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.Serving;
using RawMqtt.Transports;

namespace RawMqtt;

/// <summary>An MQTT 3.1.1 broker over WebSocket, TCP and TLS.</summary>
public sealed class MqttBroker : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    private readonly MqttBrokerOptions options;
    private readonly BrokerLog? log;
    private readonly BrokerEvents? events;
    private readonly BrokerShell shell;
    private readonly BrokerMeters meters;
    private readonly List<Listener> listeners = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> loops = [];

    private MqttBroker(MqttBrokerOptions options)
    {
        this.options = options;
        log = options.Log is null ? null : new BrokerLog(options.Log, options.Limits.MaxProgramBytes);
        events = options.Observe is null ? null : new BrokerEvents(options.Observe, options.Limits.MaxProgramBytes, log);
        shell = new BrokerShell(options, new BrokerHooks(options, events, log), log);
        meters = new BrokerMeters(shell);
    }

    /// <summary>Where the broker listens, with the real ports.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>What it has done so far.</summary>
    public MqttBrokerStatistics Statistics
    {
        get
        {
            lock (shell.Gate) return shell.Core.Statistics with { ProgramDropped = shell.Core.Statistics.ProgramDropped + (events?.Dropped ?? 0) + (log?.Dropped ?? 0) };
        }
    }

    /// <summary>All clients, connected or away.</summary>
    public IReadOnlyList<MqttBrokerClient> Clients
    {
        get
        {
            lock (shell.Gate) return [.. shell.Core.Sessions.All.Select(subscriber => BrokerHooks.ClientOf(subscriber.Connection, subscriber))];
        }
    }

    /// <summary>Starts a broker; it accepts connections when this completes.</summary>
    /// <exception cref="MqttException">It cannot listen on one of the addresses, or the options cannot be used.</exception>
    public static async Task<MqttBroker> StartAsync(MqttBrokerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        BrokerLimitChecks.Check(options.Limits);
        var broker = new MqttBroker(options);
        try
        {
            await broker.ListenAsync(cancellationToken).ConfigureAwait(false);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Publishes a message to the clients subscribed to it, without a socket. Topics that begin with $ are allowed.</summary>
    /// <exception cref="ArgumentException">The topic is not a topic name, 4.7.</exception>
    public void Publish(string topic, ReadOnlyMemory<byte> payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic);
        if (!TopicName.IsValidInPublish(name, out ProtocolViolation? violation)) throw new ArgumentException($"The topic cannot be used: {violation}.", nameof(topic));
        if (options.Limits.IsTooDeep(name)) throw new ArgumentException($"The topic cannot be used: {ProtocolViolation.TooManyLevels}.", nameof(topic));
        shell.Use(now => shell.Core.Publish(new PublishPacket { Topic = name, Payload = payload.Span, Qos = qos, Retain = retain }, now));
    }

    /// <summary>Publishes a text, see <see cref="Publish(string, ReadOnlyMemory{byte}, QualityOfService, bool)"/>.</summary>
    public void Publish(string topic, string payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false) =>
        Publish(topic, Encoding.UTF8.GetBytes(payload), qos, retain);

    /// <summary>Subscribes without a socket; retained messages come first.</summary>
    /// <exception cref="ArgumentException">The filter is not a topic filter, 4.7.</exception>
    public MqttBrokerSubscription Subscribe(string filter, QualityOfService qos = QualityOfService.ExactlyOnce)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(filter);
        if (!TopicFilter.IsValid(bytes, out ProtocolViolation? violation)) throw new ArgumentException($"The filter cannot be used: {violation}.", nameof(filter));
        if (options.Limits.IsTooDeep(bytes)) throw new ArgumentException($"The filter cannot be used: {ProtocolViolation.TooManyLevels}.", nameof(filter));
        return new MqttBrokerSubscription(options.Limits.MaxProgramBytes, subscription =>
        {
            Subscriber? subscriber = null;
            shell.Use(_ => subscriber = shell.Core.Subscribe(bytes, qos, (in PublishPacket packet) =>
            {
                if (!subscription.TryAdd(MessageOf(packet))) shell.Core.Statistics.ProgramDropped++;
            }));
            return () => shell.Use(_ => shell.Core.Unsubscribe(subscriber!, bytes));
        });
    }

    /// <summary>Ends the connection of a client; its Will goes out.</summary>
    /// <returns>Whether it was connected.</returns>
    public bool Disconnect(string clientId)
    {
        bool found = false;
        shell.Use(now =>
        {
            if (!shell.Core.Sessions.TryFind(Encoding.UTF8.GetBytes(clientId), out Subscriber? subscriber) || subscriber.Connection is not { } connection) return;
            found = true;
            shell.Core.End(connection, MqttConnectionEnd.ByApplication, now);
        });
        return found;
    }

    /// <summary>Opens a connection in memory: the client's end of a pipe of MQTT bytes.</summary>
    public Stream Connect()
    {
        (Stream client, Stream server) = MemoryPipe.Create();
        _ = ServeAsync(server);
        return client;
    }

    /// <summary>Serves an open pipe of MQTT bytes, such as a serial line, as if a listener had accepted it, until it ends.</summary>
    public async Task ServeAsync(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        await shell.ServeAsync(socket: null, listener: "", () => Task.FromResult<Stream?>(stream)).ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false); // it may have been one too many
    }

    /// <summary>Stops accepting, sends what is still to be sent, and closes the connections, within <see cref="MqttBrokerOptions.StopTimeout"/>.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (stopping.IsCancellationRequested) return;
        await stopping.CancelAsync().ConfigureAwait(false);
        foreach (Listener listener in listeners) listener.Dispose();
        await Task.WhenAll(loops).ConfigureAwait(false);

        shell.EndAll(MqttConnectionEnd.BrokerStops);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.StopTimeout);
        while (!shell.IsEmpty && !deadline.IsCancellationRequested) await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None).ConfigureAwait(false);
        shell.DropAll();
        await TellAllAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        meters.Dispose();
        stopping.Dispose();
    }

    /// <summary>Waits until the program has heard of all; if it does not listen, no longer than for the clients.</summary>
    private async Task TellAllAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.StopTimeout);
        try
        {
            if (events is not null) await events.CompleteAsync().WaitAsync(deadline.Token).ConfigureAwait(false);
            if (log is not null) await log.CompleteAsync().WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // its observer or its log is stuck
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var shared = new ListenerOptions
        {
            Certificate = options.CertificateFile is null ? null : new ServerCertificate(options.CertificateFile, options.KeyFile, options.TimeProvider),
            WebSocketPaths = options.WebSocketPaths,
            AllowMissingSubprotocol = options.AllowMissingSubprotocol,
            AllowedOrigins = options.AllowedOrigins,
            ProxyHeader = options.ProxyHeader,
            Tap = options.Tap,
        };
        foreach (string address in options.Listeners) listeners.Add(await Listener.BindAsync(MqttAddress.ParseListener(address), shared, cancellationToken).ConfigureAwait(false));

        Addresses = listeners.ConvertAll(listener => listener.Address.ToString());
        foreach (Listener listener in listeners) loops.Add(AcceptAsync(listener));
        loops.Add(SweepAsync());
        if (options.SystemTopicsInterval > TimeSpan.Zero) loops.Add(PublishSystemTopicsAsync());
    }

    private async Task AcceptAsync(Listener listener)
    {
        string address = listener.Address.ToString();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(stopping.Token).ConfigureAwait(false);
                _ = shell.ServeAsync(socket, address, () => listener.OpenAsync(new AcceptedStream(socket), CancellationToken.None));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // one connection that broke while it was accepted, or no file handle left: the listener goes on
                log?.Add($"event=accept-failed listener={address} error={BrokerLog.Quote(e.Message)}");
                await Task.Delay(SweepInterval, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private Task SweepAsync() => RepeatAsync(SweepInterval, shell.Sweep);

    private Task PublishSystemTopicsAsync()
    {
        shell.Use(shell.Core.PublishSystemTopics);
        return RepeatAsync(options.SystemTopicsInterval, () => shell.Use(shell.Core.PublishSystemTopics));
    }

    private async Task RepeatAsync(TimeSpan interval, Action action)
    {
        try
        {
            while (true)
            {
                await Task.Delay(interval, options.TimeProvider, stopping.Token).ConfigureAwait(false);
                Attempt(action);
            }
        }
        catch (OperationCanceledException)
        {
            // the broker stops
        }
    }

    private void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) // without sweeps no deadline would hold any more
        {
            log?.Add($"event=fault error={BrokerLog.Quote(e.ToString(), mostCharacters: 4096)}");
        }
    }

    private static MqttMessage MessageOf(in PublishPacket packet) =>
        new(Encoding.UTF8.GetString(packet.Topic), new MqttMessageView { Topic = packet.Topic, Payload = packet.Payload, Qos = packet.Qos, Retain = packet.Retain });
}
