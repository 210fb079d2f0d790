// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Serving;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt;

/// <summary>Serves MQTT 3.1.1 clients over WebSocket, TCP and TLS. All members are safe for use by several threads at once.</summary>
public sealed class MqttBroker : IAsyncDisposable
{
    private const int MaxAccepted = 8; // in a row on one thread

    private readonly MqttBrokerOptions options;
    private readonly BrokerReports reports;
    private readonly BrokerShell shell;
    private readonly BrokerMeters meters;
    private readonly OpenListeners listeners;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> loops = [];
    private BrokerStore? store;

    private MqttBroker(MqttBrokerOptions options)
    {
        this.options = options;
        BrokerLog? log = options.Log is null ? null : new BrokerLog(options.Log, options.Limits.MaxProgramBytes, options.TimeProvider);
        reports = new BrokerReports(options.Observe is null ? null : new BrokerEvents(options.Observe, options.Limits.MaxProgramBytes, log), log);
        shell = new BrokerShell(options, reports);
        meters = new BrokerMeters(shell.Core);
        listeners = new OpenListeners(options, reports);
    }

    /// <summary>Gets the addresses that the broker listens on, with the ports that the system chose in place of 0.</summary>
    public IReadOnlyList<string> Addresses => listeners.Addresses;

    /// <summary>Gets a copy of the broker's counters.</summary>
    public MqttBrokerStatistics Statistics
    {
        get
        {
            lock (shell.Core.Gate)
            {
                MqttBrokerStatistics counters = shell.Core.Core.Statistics;
                return counters with { ProgramDropped = counters.ProgramDropped + reports.Dropped, LoginsRefused = shell.Authentication.Refused };
            }
        }
    }

    /// <summary>Gets a copy of the list of clients: those that are connected, and those that are away and have a kept session.</summary>
    public IReadOnlyList<MqttBrokerClient> Clients
    {
        get
        {
            lock (shell.Core.Gate) return [.. shell.Core.Core.Sessions.All.Select(subscriber => ApplicationViews.ClientOf(subscriber.Connection, subscriber))];
        }
    }

    /// <summary>Returns a client by its identifier, connected or away with a kept session; null if there is none.</summary>
    public MqttBrokerClient? FindClient(string clientId)
    {
        byte[] name = Encoding.UTF8.GetBytes(clientId);
        lock (shell.Core.Gate)
        {
            return shell.Core.Core.Sessions.TryFind(name, out Subscriber? subscriber) ? ApplicationViews.ClientOf(subscriber.Connection, subscriber) : null;
        }
    }

    /// <summary>Starts a broker. The broker accepts connections when the call completes.</summary>
    /// <exception cref="MqttException">The broker cannot listen on one of the addresses, or an option is invalid.</exception>
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

    /// <summary>Publishes a message to the subscribed clients, from the program that runs the broker. The topic may begin with $.</summary>
    /// <exception cref="ArgumentException"><paramref name="topic"/> is not a valid topic name, 4.7, or has more levels than
    /// <see cref="MqttBrokerLimits.MaxTopicLevels"/>.</exception>
    /// <exception cref="MqttException">With <see cref="MqttBrokerOptions.Durability"/>: the message would be kept, and more than 32 MB wait for the disk or
    /// <see cref="MqttBrokerLimits.MaxJournalLength"/> is reached. Nothing was published: call again later. The code is
    /// <see cref="MqttErrorCode.QueueFull"/>. Topics that begin with $ are not concerned.</exception>
    public void Publish(string topic, ReadOnlyMemory<byte> payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic);
        bool isValid = TopicName.IsValidInPublish(name, out ProtocolViolation? violation);
        if (options.Limits.IsTooDeep(name)) (isValid, violation) = (false, ProtocolViolation.TooManyLevels);
        if (!isValid) throw new ArgumentException($"The topic cannot be used: {violation}.", nameof(topic));
        using CoreUse use = shell.Core.Enter();
        if (use.Core.TryPublish(new PublishPacket { Topic = name, Payload = payload.Span, Qos = qos, Retain = retain }, use.Now)) return;
        string cause = use.Core.Parts.Turn.Room!.IsLimitReached ? "the journal has reached MaxJournalLength" : "more than 32 MB wait for the disk";
        throw new MqttException(MqttErrorCode.QueueFull, $"The message was not published, because {cause}. Publish it again later.");
    }

    /// <summary>Publishes a text message, encoded as UTF-8. See <see cref="Publish(string, ReadOnlyMemory{byte}, QualityOfService, bool)"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="topic"/> is not a valid topic name, 4.7, or has more levels than
    /// <see cref="MqttBrokerLimits.MaxTopicLevels"/>.</exception>
    public void Publish(string topic, string payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false) =>
        Publish(topic, Encoding.UTF8.GetBytes(payload), qos, retain);

    /// <summary>Subscribes the program that runs the broker. The subscription receives the retained messages first.</summary>
    /// <exception cref="ArgumentException"><paramref name="filter"/> is not a valid topic filter, 4.7, or has more levels than
    /// <see cref="MqttBrokerLimits.MaxTopicLevels"/>.</exception>
    /// <remarks><see cref="MqttMessage.Retain"/> of each message is as the message was published.</remarks>
    /// <param name="filter">The topic filter.</param>
    /// <param name="qos">The maximum QoS of the messages.</param>
    /// <param name="whenFull">What happens while the program is slower than the clients that publish. The broker logs what it drops.</param>
    public MqttBrokerSubscription Subscribe(
        string filter, QualityOfService qos = QualityOfService.ExactlyOnce, MqttWhenFull whenFull = MqttWhenFull.DropNewest)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(filter);
        bool isValid = TopicFilter.IsValid(bytes, out ProtocolViolation? violation);
        if (options.Limits.IsTooDeep(bytes)) (isValid, violation) = (false, ProtocolViolation.TooManyLevels);
        if (!isValid) throw new ArgumentException($"The filter cannot be used: {violation}.", nameof(filter));
        Subscriber? subscriber = null;
        Action? caughtUp = whenFull == MqttWhenFull.HoldPublishers ? () => ResumePublishers(subscriber!) : null;
        var messages = new LocalQueue<MqttMessage>(options.Limits.MaxProgramBytes, caughtUp);
        TimeSpan nextReport = default;
        using CoreUse use = shell.Core.Enter();
        BrokerCore core = use.Core;
        subscriber = core.Subscribe(bytes, qos, (in PublishPacket packet) =>
        {
            MqttMessage message = ApplicationViews.MessageOf(packet);
            if (messages.TryAdd(message, message.Length)) return messages.TryAwaitRoom();
            core.Statistics.ProgramDropped++;
            if (shell.Core.Now < nextReport) return false;
            nextReport = shell.Core.Now + TimeSpan.FromMinutes(1);
            reports.ProgramLost(filter, messages.Dropped);
            return false;
        });
        return new MqttBrokerSubscription(messages, () => Unsubscribe(subscriber, bytes));
    }

    /// <summary>Ends the connection of a client. The broker publishes the client's Will.</summary>
    /// <returns>true if the client was connected; otherwise false.</returns>
    public bool Disconnect(string clientId)
    {
        using CoreUse use = shell.Core.Enter();
        if (!use.Core.Sessions.TryFind(Encoding.UTF8.GetBytes(clientId), out Subscriber? subscriber)) return false;
        if (subscriber.Connection is not { } connection) return false;
        use.Core.End(connection, MqttConnectionEnd.ByApplication, use.Now);
        return true;
    }

    /// <summary>Reads the password file and the certificate again, and logs that. The broker also notices a change by itself, at the next login and within a
    /// second of TLS handshakes. Clients that are connected stay so.</summary>
    public void ReloadFiles()
    {
        PasswordEntries? passwords = shell.Authentication.Passwords;
        passwords?.Refresh();
        listeners.Certificate?.Refresh();
        reports.Reloaded(passwords?.File, passwords?.Count ?? 0, options.CertificateFile);
    }

    /// <summary>Forgets the answers of <see cref="MqttBrokerOptions.CanRead"/> and <see cref="MqttBrokerOptions.CanWrite"/>, after their rules have changed.
    /// Clients stay connected; the new rules hold for each message from then on.</summary>
    public void ReloadAccess()
    {
        using CoreUse use = shell.Core.Enter();
        use.Core.ReloadAccess();
    }

    /// <summary>Opens a connection in memory, for a client in the same process. The broker trusts a client that connects without a user name, whatever
    /// <see cref="MqttBrokerOptions.AllowAnonymous"/> says; a client with a user name must give its password.</summary>
    /// <returns>The client's end of the connection, for <see cref="MqttClientOptions.ConnectStream"/>.</returns>
    public Stream Connect() => Open(queue: null);

    /// <summary>Opens a connection in memory for a client with <see cref="MqttClientOptions.IsBridge"/>. Other limits than
    /// <see cref="MqttBrokerLimits.MaxQueuedMessages"/> and <see cref="MqttBrokerLimits.MaxQueuedBytes"/> hold for its queue, whether it is connected or
    /// away; what waits there counts on top of <see cref="MqttBrokerLimits.MaxKeptBytes"/>.</summary>
    /// <param name="maxQueuedMessages">The maximum number of messages that wait; the broker drops newer ones, and holds publishers back from half of it
    /// on.</param>
    /// <param name="maxQueuedBytes">The maximum bytes of their topics and payloads.</param>
    public Stream ConnectBridge(int maxQueuedMessages, long maxQueuedBytes) => Open(new QueueBounds(maxQueuedMessages, maxQueuedBytes));

    /// <summary>Serves one client over a stream that the caller opened, such as a serial line. Completes when the connection has ended, and disposes the
    /// stream.</summary>
    public Task ServeAsync(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ServeAsync(stream, isOwn: false, queue: null);
    }

    /// <summary>Serves a client over a WebSocket whose opening handshake another HTTP server received, by the rules of a listener: origins, subprotocol,
    /// limits, and who may connect. Completes when the connection has ended.</summary>
    /// <param name="request">The opening handshake.</param>
    /// <param name="answer">Sends the broker's answer. If that accepts the connection, the function returns the stream that carries the frames, of which
    /// the broker disposes; otherwise the result does not count.</param>
    public Task ServeUpgradeAsync(MqttUpgradeRequest request, Func<MqttUpgradeAnswer, Task<Stream>> answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        return shell.ServeAsync(request, listeners.HandshakeFor(request, shell.Proxies), answer);
    }

    /// <summary>Stops accepting connections, sends what waits to be sent, and closes the connections. Waits at most
    /// <see cref="MqttBrokerOptions.StopTimeout"/> for the
    /// clients, and as long again until the application has taken all events and log lines.</summary>
    /// <param name="cancellationToken">Ends both waits; the broker stops nevertheless.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (stopping.IsCancellationRequested) return;
        await stopping.CancelAsync().ConfigureAwait(false);
        listeners.Dispose();
        await Task.WhenAll(loops).ConfigureAwait(false);
        await WaitAsync(shell.Core.EndAllAsync(), cancellationToken).ConfigureAwait(false);
        shell.Core.DropAll();
        using (var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            if (store is not null) await WaitAsync(store.CommitRestAsync(rest.Token), cancellationToken).ConfigureAwait(false);
            await rest.CancelAsync().ConfigureAwait(false); // nobody waits any more
        }

        await WaitAsync(reports.CompleteAsync(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the broker as <see cref="StopAsync"/> does, and releases its resources.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        meters.Dispose();
        store?.Dispose();
        stopping.Dispose();
    }

    private Stream Open(QueueBounds? queue)
    {
        (Stream client, Stream server) = MemoryPipe.Create();
        _ = ServeAsync(server, isOwn: true, queue);
        return client;
    }

    private async Task ServeAsync(Stream stream, bool isOwn, QueueBounds? queue)
    {
        await shell.ServeAsync(socket: null, listener: "", isOwn, queue, _ => Task.FromResult<Stream?>(stream)).ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false); // a connection that was not admitted has not disposed it
    }

    private async Task WaitAsync(Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(options.StopTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // a client does not close, or the application's observer or log blocks
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        store = options.OpenJournal?.Invoke(options, shell.Core, reports);
        if (options.Starting is { } starting) await starting(this, cancellationToken).ConfigureAwait(false);
        await listeners.BindAsync(cancellationToken).ConfigureAwait(false);
        foreach (Listener listener in listeners.All) loops.Add(AcceptAsync(listener));
        loops.Add(RepeatAsync(Sweep.Interval, SweepOnce));
        if (options.SystemTopicsInterval <= TimeSpan.Zero) return;
        PublishSystemTopics();
        loops.Add(RepeatAsync(options.SystemTopicsInterval, PublishSystemTopics));
    }

    private void SweepOnce()
    {
        shell.Sweep.Run();
        reports.EndSecond();
    }

    private async Task AcceptAsync(Listener listener)
    {
        string address = listener.Address.ToString();
        int accepted = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(stopping.Token).ConfigureAwait(false);
                _ = shell.ServeAsync(socket, address, isOwn: false, queue: null, connection => OpenAsync(listener, socket, connection));
                if (++accepted % MaxAccepted == 0) await Task.Yield(); // a flood of connections must not keep the thread from those that are there
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // A connection failed while it was accepted, or the process has no file handle left, which lasts: hence the pause.
                reports.AcceptFailed(address, e);
                await Task.Delay(Sweep.Interval, options.TimeProvider, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Task<Stream?> OpenAsync(Listener listener, Socket socket, ServedConnection connection)
    {
        IPEndPoint peer = connection.RemoteAddress!;
        if (listener.Address.IsTls) connection.Records = new TlsRecords();
        void Refused(HandshakeRefusal refusal)
        {
            connection.IsAnswered = true;
            connection.ForwardedAddress = shell.Proxies.ClientOf(peer.Address, refusal);
            reports.HandshakeRefused(connection, refusal);
        }

        var carrier = new AcceptedStream(socket, connection.Records, Poller.ForNext());
        connection.Accepted = carrier;
        return listener.OpenAsync(carrier, connection, shell.Proxies.IsTrusted(peer.Address), Refused, CancellationToken.None);
    }

    private void PublishSystemTopics()
    {
        using CoreUse use = shell.Core.Enter();
        use.Core.PublishSystemTopics(use.Now);
    }

    private void Unsubscribe(Subscriber subscriber, byte[] filter)
    {
        using CoreUse use = shell.Core.Enter();
        use.Core.Unsubscribe(subscriber, filter, use.Now);
    }

    private void ResumePublishers(Subscriber subscriber)
    {
        using CoreUse use = shell.Core.Enter();
        use.Core.ResumePublishers(subscriber, use.Now);
    }

    private async Task RepeatAsync(TimeSpan interval, Action action)
    {
        while (true)
        {
            await Task.Delay(interval, options.TimeProvider, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) return;
            try
            {
                action();
            }
            catch (Exception e) // a fault must not end the sweeps: without them no deadline would hold
            {
                reports.Faulted(e);
            }
        }
    }
}
