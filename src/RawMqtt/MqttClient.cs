// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Text;
using RawMqtt.Clients;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Transports;

namespace RawMqtt;

/// <summary>An MQTT 3.1.1 client over WebSocket, TCP and TLS. It reconnects by itself, and every call completes or fails, whatever happens to the
/// connection.</summary>
/// <remarks>All members may be called from any thread at any time. Messages that one thread publishes leave in the order of its calls.</remarks>
public sealed class MqttClient : IAsyncDisposable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ClientGate gate = new();
    private readonly ClientStatus status = new();
    private readonly ReadingPause pause = new();
    private readonly Pings pings = new();
    private readonly SessionClock clock;
    private readonly ClientSession session;
    private readonly SessionFile? file;
    private readonly AckTimer? ackTimer;
    private readonly OutgoingMessages outgoing;
    private readonly ClientSubscriptions subscriptions;
    private readonly SubscriptionRequests requests;
    private readonly WaitingSweep sweep;
    private readonly ReceiverCalls receivers;
    private readonly StatisticsReader statistics;
    private readonly StateChanges changes;
    private readonly KeepAliveTimer keepAlive;
    private readonly ClientLife life;
    private readonly TimeSpan pingTimeout;
    private readonly TimeProvider time;

    /// <summary>Creates a client that is not connected: <see cref="OpenAsync"/> connects it. Subscriptions can be made before.</summary>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    /// <exception cref="MqttException">An address cannot be read: <see cref="MqttErrorCode.InvalidAddress"/>.
    /// Or the session file cannot be used: <see cref="MqttErrorCode.InvalidOptions"/>.</exception>
    public MqttClient(MqttClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ClientId is null) options = options with { ClientId = "rawmqtt_" + Entropy.NewDigits(8) };
        OptionChecks.Require(options);
        ClientId = options.ClientId;
        time = options.TimeProvider;
        pingTimeout = options.EffectivePingTimeout;
        var log = new ClientLog(options.Log, ClientId);
        var counters = new ClientCounters();
        SavedSession? saved = null;
        clock = new SessionClock(time);
        file = options.OpenSession?.Invoke(options.SessionFile!, ClientId, gate.Lock, log, out saved);
        session = new ClientSession(options.MaxInFlight, options.MaxPacketLength, pingTimeout, file?.Journal)
        {
            RepublishesQos1 = true,
            RepublishesQos2 = options.RepublishQos2,
            AcceptsPubAckForQos2 = options.AcceptPubAckForQos2,
        };
        if (options.AckTimeout is TimeSpan timeout) ackTimer = new AckTimer(gate.Lock, clock, time, timeout);
        outgoing = new OutgoingMessages(gate.Lock, session, status, counters, new QueueLimits(options), ackTimer, pause, file);
        if (saved is not null) outgoing.Restore(session.Restore(saved));
        var heldMessages = new HeldMessages(gate, session, file);
        var waiting = new WaitingMessages(heldMessages, file);
        if (saved is not null) waiting.Restore(saved.Stored, clock.Now);
        requests = new SubscriptionRequests(session, ackTimer, pause, options.MaxFiltersPerSubscribe);
        subscriptions = new ClientSubscriptions(options, requests, waiting, status, clock, log);
        receivers = new ReceiverCalls(counters, log);
        var unmatched = new UnmatchedMessages(options.UnmatchedMessages, receivers, counters, log);
        sweep = new WaitingSweep(gate, session, clock, status, subscriptions, waiting, unmatched, log, options);
        var unclaimed = new UnclaimedMessages(
            gate.Lock, session, clock, subscriptions, heldMessages, waiting, sweep, unmatched, counters, isSessionKept: !options.CleanSession);
        statistics = new StatisticsReader(ClientId, gate.Lock, counters, session, outgoing);
        changes = new StateChanges(log);
        keepAlive = new KeepAliveTimer(gate, session, clock, outgoing, requests, options);
        var suspects = new SuspectPackets(session, outgoing, subscriptions, requests);
        var connections = new ConnectionOpener(
            options, gate, session, clock, status, counters, log, outgoing, subscriptions, requests, heldMessages, waiting, sweep, unclaimed, unmatched,
            receivers, pings, pause, suspects, file);
        var termination = new ClientTermination(gate.Lock, status, outgoing, subscriptions, changes, options.CleanSession);
        life = new ClientLife(gate, session, clock, status, outgoing, termination, time, MakeLoop);
        if (ClientMeter.IsSupported) ClientMeter.Add(statistics);

        ConnectionLoop MakeLoop() => new(options, connections, gate.Lock, clock, status, log, keepAlive, changes, termination);
    }

    /// <summary>Occurs after each change of <see cref="State"/>, in order. Handlers run on a thread of the client and should return soon.</summary>
    public event Action<MqttStateChange>? StateChanged
    {
        add => changes.Changed += value;
        remove => changes.Changed -= value;
    }

    /// <summary>Gets the client identifier that this client connects with: that of its options, or a random one of its own.</summary>
    public string ClientId { get; }

    /// <summary>Gets the state of the client.</summary>
    public MqttClientState State => status.State;

    /// <summary>Gets whether <see cref="State"/> is <see cref="MqttClientState.Connected"/>. It may change at any time: publishing needs no such
    /// check.</summary>
    public bool IsConnected => State == MqttClientState.Connected;

    /// <summary>Gets the reason why the last connection was lost or the last attempt failed; null if there was none. It stays after the client has connected
    /// again.</summary>
    public MqttException? LastFault => status.LastFault;

    /// <summary>Gets whether the server had kept the session when the last connection was made, section 3.2.2.2.</summary>
    public bool SessionPresent => status.SessionPresent;

    /// <summary>Gets what the client has done so far.</summary>
    public MqttClientStatistics Statistics => statistics.Read();

    /// <summary>Connects to <paramref name="address"/>, such as <c>ws://localhost:8083/mqtt</c>, with the default options.</summary>
    /// <exception cref="MqttException">The connection could not be made; the message says why, and what to try.</exception>
    public static Task<MqttClient> ConnectAsync(string address, CancellationToken cancellationToken = default) =>
        ConnectAsync(new MqttClientOptions { Address = address }, cancellationToken);

    /// <summary>Creates a client and connects it.</summary>
    /// <exception cref="MqttException">The connection could not be made; the message says why, and what to try.</exception>
    public static async Task<MqttClient> ConnectAsync(MqttClientOptions options, CancellationToken cancellationToken = default)
    {
        var client = new MqttClient(options);
        try
        {
            await client.OpenAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Connects, and from then on reconnects whenever the connection is lost.</summary>
    /// <returns>Completes when the server has accepted the connection; while the client reconnects, when it is connected again.</returns>
    /// <exception cref="MqttException">The connection could not be made, and the client does not try again.</exception>
    public Task OpenAsync(CancellationToken cancellationToken = default) => life.OpenAsync(cancellationToken);

    /// <summary>Publishes a text as UTF-8.</summary>
    /// <returns>Completes at QoS 0 when the message is in the send buffer, at QoS 1 and 2 when the server has taken it over.</returns>
    public ValueTask PublishAsync(
        string topic, string payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false, CancellationToken cancellationToken = default) =>
        PublishAsync(topic, Encoding.UTF8.GetBytes(payload), qos, retain, cancellationToken);

    /// <summary>Publishes bytes. They are copied before this method returns.</summary>
    /// <returns>Completes at QoS 0 when the message is in the send buffer, at QoS 1 and 2 when the server has taken it over.</returns>
    public ValueTask PublishAsync(
        string topic, ReadOnlyMemory<byte> payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (topic.Length > Utf8Text.MaxLength) throw new ArgumentException($"The packet would break a rule: {ProtocolViolation.TopicTooLong}.", nameof(topic));
        Span<byte> utf8 = topic.Length <= 256 ? stackalloc byte[768] : new byte[3 * topic.Length];
        int length = StrictUtf8.GetBytes(topic, utf8);
        return PublishAsync(utf8[..length], payload.Span, qos, retain, cancellationToken);
    }

    /// <summary>Publishes bytes to a topic in UTF-8. Both are copied before this method returns, and nothing is allocated.</summary>
    /// <returns>Completes at QoS 0 when the message is in the send buffer, at QoS 1 and 2 when the server has taken it over. Await it once.</returns>
    /// <exception cref="ArgumentException">The topic breaks a rule, which the message names.</exception>
    public ValueTask PublishAsync(
        ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false,
        CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (qos > QualityOfService.ExactlyOnce) throw new ArgumentOutOfRangeException(nameof(qos));
        if (!ClientActivities.AreWanted) return PublishNowAsync(topic, payload, qos, retain, cancellationToken);
        Activity? activity = ClientActivities.Start(ClientId, topic, payload.Length);
        return ClientActivities.EndAsync(activity, PublishNowAsync(topic, payload, qos, retain, cancellationToken));
    }

    /// <summary>Subscribes to a topic filter. The client calls <paramref name="receiver"/> for each message, which is read in the receive buffer without
    /// allocating.</summary>
    /// <exception cref="MqttException">The server refused the filter: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public Task<MqttSubscription> SubscribeAsync(
        string filter, MqttMessageReceiver receiver, QualityOfService qos = QualityOfService.AtMostOnce, CancellationToken cancellationToken = default) =>
        SubscribeAsync([new MqttTopicFilter(filter, qos)], receiver, cancellationToken);

    /// <summary>Subscribes to several topic filters. The client calls <paramref name="receiver"/> for each message.</summary>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public Task<MqttSubscription> SubscribeAsync(
        IReadOnlyList<MqttTopicFilter> filters, MqttMessageReceiver receiver, CancellationToken cancellationToken = default) =>
        SubscribeAsync(filters, new MqttSubscribeOptions { Receiver = receiver }, cancellationToken);

    /// <summary>Subscribes to a topic filter.</summary>
    /// <returns>Completes when the server has granted it.</returns>
    /// <exception cref="MqttException">The server refused the filter: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public Task<MqttSubscription> SubscribeAsync(
        string filter, QualityOfService qos = QualityOfService.AtMostOnce, CancellationToken cancellationToken = default) =>
        SubscribeAsync([new MqttTopicFilter(filter, qos)], cancellationToken);

    /// <summary>Subscribes to several topic filters at once; their messages come in one stream.</summary>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public Task<MqttSubscription> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken = default) =>
        SubscribeAsync(filters, new MqttSubscribeOptions(), cancellationToken);

    /// <summary>Subscribes to several topic filters, with options for how their messages are delivered.</summary>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>; not with
    /// <see cref="MqttSubscribeOptions.AllowRefused"/>.</exception>
    public async Task<MqttSubscription> SubscribeAsync(
        IReadOnlyList<MqttTopicFilter> filters, MqttSubscribeOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        MqttSubscription subscription = Subscribe(filters, options, out SubscriptionRequest request);
        try
        {
            byte[] codes = await request.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
            subscription.Local.Grant(codes);
            int refused = Array.IndexOf(codes, SubAckPacket.Failure);
            if (refused < 0 || options.AllowRefused) return subscription;
            throw ConnectFaults.SubscriptionRefused(filters[refused].Filter);
        }
        catch
        {
            subscription.Withdraw(request);
            throw;
        }
    }

    /// <summary>Declares a subscription to a topic filter, and returns without waiting for a connection or for the server.</summary>
    /// <remarks>Call this before <see cref="OpenAsync"/>, so that no message comes before its stream. The subscription holds over reconnects and over
    /// <see cref="DisconnectAsync"/>, until it is disposed of. If the server refuses the filter, the stream throws.</remarks>
    public MqttSubscription Subscribe(string filter, QualityOfService qos = QualityOfService.AtMostOnce) =>
        Subscribe([new MqttTopicFilter(filter, qos)], new MqttSubscribeOptions());

    /// <summary>Declares a subscription to several topic filters, with options, and returns without waiting for a connection or for the server.</summary>
    /// <remarks>Call this before <see cref="OpenAsync"/>, so that no message comes before its stream. The subscription holds over reconnects and over
    /// <see cref="DisconnectAsync"/>, until it is disposed of. If the server refuses a filter, the stream throws.</remarks>
    public MqttSubscription Subscribe(IReadOnlyList<MqttTopicFilter> filters, MqttSubscribeOptions options) => Subscribe(filters, options, out _);

    /// <summary>Ends the subscription to a topic filter at the server, whichever subscription of this client asked for it.</summary>
    /// <returns>Completes when the server has answered.</returns>
    public async Task UnsubscribeAsync(string filter, CancellationToken cancellationToken = default)
    {
        OptionChecks.RequireFilters([new MqttTopicFilter(filter)]);
        cancellationToken.ThrowIfCancellationRequested();
        SubscriptionRequest request;
        using (GateEntry entry = gate.Enter()) request = subscriptions.Unsubscribe([new MqttTopicFilter(filter)], entry.Output);
        try
        {
            await request.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (gate.Lock) requests.Withdraw(request);
            throw;
        }
    }

    /// <summary>Sends a PINGREQ, and returns the time until the server's answer.</summary>
    /// <exception cref="MqttException">There is no connection: <see cref="MqttErrorCode.NotConnected"/>. Or it ended before the answer.</exception>
    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<TimeSpan>(cancellationToken);
        Task<TimeSpan> answer;
        using (GateEntry entry = gate.Enter())
        {
            if (!entry.HasConnection || !session.IsConnected)
            {
                throw status.End?.Copy() ?? new MqttException(MqttErrorCode.NotConnected, "There is no connection to ping over.");
            }
            session.Ping(entry.Output);
            answer = pings.Add(clock.Now);
            pause.End();
        }

        keepAlive.Arm();
        return answer.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until what was published is delivered, then sends DISCONNECT and closes the connection: the server discards the Will.</summary>
    /// <param name="drain">The longest wait; null for 5 seconds.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The number of messages that were not delivered.</returns>
    public Task<MqttDrainResult> DisconnectAsync(TimeSpan? drain = null, CancellationToken cancellationToken = default) =>
        life.DisconnectAsync(drain ?? TimeSpan.FromSeconds(5), cancellationToken);

    /// <summary>Starts the next attempt to connect at once if the client is waiting for it; otherwise does nothing. Call this when the network has come
    /// back.</summary>
    public void ReconnectNow() => life.EndDelay();

    /// <summary>Closes the connection without a DISCONNECT, as if the network had failed: the server publishes the Will. The client then reconnects if its
    /// options say so.</summary>
    public void Abort() => gate.Writer?.Ending.Fail(ConnectFaults.Aborted());

    /// <summary>Disconnects without waiting for what is under way, and ends the client: calls that wait fail with
    /// <see cref="MqttErrorCode.Disposed"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await life.DisposeAsync().ConfigureAwait(false);
        await keepAlive.DisposeAsync().ConfigureAwait(false);
        ackTimer?.Dispose();
        sweep.Dispose();
        file?.Dispose();
    }

    /// <summary>Publishes what was checked, without an activity.</summary>
    private ValueTask PublishNowAsync(
        ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain, CancellationToken cancellationToken)
    {
        PendingPublish? pending;
        using (GateEntry entry = gate.Enter())
        {
            pending = qos == QualityOfService.AtMostOnce && entry.HasConnection && session.IsSendingFreely
                ? outgoing.PublishQos0(topic, payload, retain, entry.Output)
                : outgoing.Publish(topic, payload, qos, retain, entry.Output);
        }

        if (pending is null) return default;
        pending.CancelWith(cancellationToken);
        return pending.Task;
    }

    private MqttSubscription Subscribe(IReadOnlyList<MqttTopicFilter> filters, MqttSubscribeOptions options, out SubscriptionRequest request)
    {
        OptionChecks.RequireFilters(filters);
        OptionChecks.Require(options);
        var local = new LocalSubscription(filters, options, clock);
        var subscription = new MqttSubscription(local, gate, subscriptions, time, pingTimeout);
        List<MqttMessage> waited;
        using (GateEntry entry = gate.Enter())
        {
            request = subscriptions.Add(local, entry.Output);
            waited = subscriptions.Activate(local, isNew: true);
        }

        while (waited.Count > 0)
        {
            foreach (MqttMessage message in waited)
            {
                receivers.Call(options.Receiver!, message.ToView());
                message.Acknowledge();
            }

            waited = subscription.Activate(isNew: true);
        }

        return subscription;
    }
}
