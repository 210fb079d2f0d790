// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Clients;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt;

/// <summary>An MQTT 3.1.1 client over WebSocket, TCP and TLS. It connects again by itself, and every call settles, whatever happens to the connection.</summary>
/// <remarks>All members may be called from any thread at any time. Messages published by one thread leave in its order.</remarks>
public sealed class MqttClient : IAsyncDisposable
{
    private readonly ClientCore core;
    private readonly KeepAliveTimer keepAlive;
    private readonly ClientLife life;

    /// <summary>A client that is not connected: <see cref="OpenAsync"/> connects it. Subscriptions may be made before.</summary>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    /// <exception cref="MqttException">An address cannot be read: <see cref="MqttErrorCode.InvalidAddress"/>.</exception>
    public MqttClient(MqttClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionChecks.Require(options);
        core = new ClientCore(options);
        keepAlive = new KeepAliveTimer(core);
        life = new ClientLife(core, OnChanged);
        ClientMeter.Add(this);
    }

    /// <summary>Each change of <see cref="State"/>, in order. Called on a thread of the client: it returns soon.</summary>
    public event Action<MqttStateChange>? StateChanged;

    /// <summary>Where the client stands.</summary>
    public MqttClientState State => core.State;

    /// <summary>Why the last connection was lost or the last attempt failed; null while nothing ever went wrong. It stays when a connection stands again.</summary>
    public MqttException? LastFault => core.LastFault;

    /// <summary>Whether the server had kept the session when the last connection was made, 3.2.2.2.</summary>
    public bool SessionPresent => core.SessionPresent;

    /// <summary>What the client has done so far.</summary>
    public MqttClientStatistics Statistics
    {
        get
        {
            lock (core.Gate) return core.ReadStatistics();
        }
    }

    internal string ClientId => core.Options.ClientId;

    /// <summary>Connects to <paramref name="address"/>, such as <c>ws://localhost:8083/mqtt</c>, with the default options.</summary>
    /// <exception cref="MqttException">The connection could not be made; the message says why, and what to try.</exception>
    public static Task<MqttClient> ConnectAsync(string address, CancellationToken cancellationToken = default) =>
        ConnectAsync(new MqttClientOptions { Address = address }, cancellationToken);

    /// <summary>Connects as the options say.</summary>
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

    /// <summary>Connects, and from then on connects again whenever the connection is lost. Completes when the server has accepted; while a lost connection is being made again, when it stands again.</summary>
    /// <exception cref="MqttException">The connection could not be made, and no more are tried.</exception>
    public Task OpenAsync(CancellationToken cancellationToken = default) => life.OpenAsync(cancellationToken);

    /// <summary>Publishes text, as UTF-8.</summary>
    /// <returns>Completes at QoS 0 when the message is in the send buffer, at QoS 1 and 2 when the server has taken it over.</returns>
    public ValueTask PublishAsync(string topic, string payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false, CancellationToken cancellationToken = default) =>
        PublishAsync(topic, Encoding.UTF8.GetBytes(payload), qos, retain, cancellationToken);

    /// <summary>Publishes bytes, which are copied before this returns.</summary>
    /// <returns>Completes at QoS 0 when the message is in the send buffer, at QoS 1 and 2 when the server has taken it over.</returns>
    public ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (topic.Length > Utf8Text.MaxLength) throw new ArgumentException($"The packet would break a rule: {ProtocolViolation.TopicTooLong}.", nameof(topic));
        Span<byte> utf8 = topic.Length <= 256 ? stackalloc byte[768] : new byte[3 * topic.Length];
        int length = StrictUtf8.GetBytes(topic, utf8);
        return PublishAsync(utf8[..length], payload.Span, qos, retain, cancellationToken);
    }

    /// <summary>Publishes bytes to a topic in UTF-8; both are copied before this returns, and nothing is allocated.</summary>
    /// <returns>Completes at QoS 0 when the message is in the send buffer, at QoS 1 and 2 when the server has taken it over. To be awaited once.</returns>
    /// <exception cref="ArgumentException">The topic breaks a rule, which the message names.</exception>
    public ValueTask PublishAsync(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (qos > QualityOfService.ExactlyOnce) throw new ArgumentOutOfRangeException(nameof(qos));

        PendingPublish? pending = null;
        ClientConnection? connection;
        FlushStep step;
        lock (core.Gate)
        {
            connection = core.Connection;
            if (qos == QualityOfService.AtMostOnce && connection is not null && core.Session.IsConnected)
            {
                OutgoingBuffer output = connection.Output;
                if (output.Length < ClientConnection.HighWater || core.Outgoing.HasRoomFor(topic.Length + payload.Length, output))
                {
                    core.Session.Publish(topic, payload, QualityOfService.AtMostOnce, retain, output);
                    core.Statistics.MessagesSent++;
                    if (output.Length >= ClientConnection.HighWater) pending = core.Outgoing.WaitForRoom();
                }
                else
                {
                    pending = core.Outgoing.Refuse(ConnectFaults.SendBufferFull(output.Length));
                }
            }
            else
            {
                pending = core.Outgoing.Publish(topic, payload, qos, retain);
            }

            step = connection is null ? FlushStep.None : connection.Appended();
        }

        if (step != FlushStep.None) connection!.Flush(step);
        if (pending is null) return default;
        pending.CancelWith(cancellationToken);
        return pending.Task;
    }

    /// <summary>Subscribes to a topic filter. Completes when the server has granted it.</summary>
    /// <exception cref="MqttException">The server refused it: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public Task<MqttSubscription> SubscribeAsync(string filter, QualityOfService qos = QualityOfService.AtMostOnce, CancellationToken cancellationToken = default) =>
        SubscribeAsync([new MqttTopicFilter(filter, qos)], cancellationToken);

    /// <summary>Subscribes to several topic filters at once; their messages come in one stream.</summary>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public Task<MqttSubscription> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken = default) =>
        SubscribeAsync(filters, new MqttSubscribeOptions(), cancellationToken);

    /// <summary>Subscribes to a topic filter; <paramref name="receiver"/> sees each message where it was received, and nothing is allocated for it.</summary>
    /// <exception cref="MqttException">The server refused it: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public Task<MqttSubscription> SubscribeAsync(string filter, MqttMessageReceiver receiver, QualityOfService qos = QualityOfService.AtMostOnce, CancellationToken cancellationToken = default) =>
        SubscribeAsync([new MqttTopicFilter(filter, qos)], receiver, cancellationToken);

    /// <summary>Subscribes to several topic filters; <paramref name="receiver"/> sees each message where it was received.</summary>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public Task<MqttSubscription> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, MqttMessageReceiver receiver, CancellationToken cancellationToken = default) =>
        SubscribeAsync(filters, new MqttSubscribeOptions { Receiver = receiver }, cancellationToken);

    /// <summary>Subscribes to several topic filters, and says how their messages are taken.</summary>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>, unless that is allowed.</exception>
    public async Task<MqttSubscription> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, MqttSubscribeOptions options, CancellationToken cancellationToken = default)
    {
        OptionChecks.RequireFilters(filters);
        OptionChecks.Require(options);
        cancellationToken.ThrowIfCancellationRequested();
        var subscription = new MqttSubscription(core, filters, options);
        SubscriptionRequest request = Ask(() => core.Subscriptions.Add(subscription));
        try
        {
            byte[] codes = await request.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
            subscription.Granted = [.. codes.Select(MqttSubscription.QosOf)];
            int refused = Array.IndexOf(codes, SubAckPacket.Failure);
            if (refused < 0 || options.AllowRefused) return subscription;
            throw ConnectFaults.SubscriptionRefused(filters[refused].Filter);
        }
        catch
        {
            subscription.Leave(request);
            throw;
        }
    }

    /// <summary>Ends a topic filter, whoever subscribed to it. Completes when the server has answered.</summary>
    public async Task UnsubscribeAsync(string filter, CancellationToken cancellationToken = default)
    {
        OptionChecks.RequireFilters([new MqttTopicFilter(filter)]);
        cancellationToken.ThrowIfCancellationRequested();
        SubscriptionRequest request = Ask(() => core.Subscriptions.Unsubscribe([new MqttTopicFilter(filter)]));
        try
        {
            await request.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (core.Gate) core.Subscriptions.Withdraw(request);
            throw;
        }
    }

    /// <summary>Asks the server for a sign of life, and returns the time until its answer.</summary>
    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<TimeSpan>(cancellationToken);
        Task<TimeSpan> answer;
        ClientConnection connection;
        FlushStep step;
        lock (core.Gate)
        {
            if (core.Connection is null || !core.Session.IsConnected) throw core.End?.Copy() ?? new MqttException(MqttErrorCode.NotConnected, "There is no connection to ping over.");
            connection = core.Connection;
            TimeSpan now = core.Now;
            core.Session.Ping(now, connection.Output);
            answer = core.Pings.Add(now);
            core.AnswerAwaited();
            step = connection.Appended();
        }

        connection.Flush(step);
        keepAlive.Arm();
        return answer.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until what was published is delivered, for <paramref name="drain"/> at the most (5 s if null), then sends DISCONNECT and closes: the server forgets the Will.</summary>
    /// <returns>What was not delivered.</returns>
    public Task<MqttDrainResult> DisconnectAsync(TimeSpan? drain = null, CancellationToken cancellationToken = default) =>
        life.DisconnectAsync(drain ?? TimeSpan.FromSeconds(5), cancellationToken);

    /// <summary>Makes the next attempt at once if the client is waiting for it, and does nothing otherwise: for when the application knows that the network has come back.</summary>
    public void ReconnectNow() => life.Hurry();

    /// <summary>Gives up the connection without a DISCONNECT, as if the network had failed: the server publishes the Will. Another is made if the options say so.</summary>
    public void Abort() => core.Connection?.Fail(ConnectFaults.Aborted());

    /// <summary>Disconnects without waiting for what is under way, and ends all: calls that wait fail with <see cref="MqttErrorCode.Disposed"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await life.DisposeAsync().ConfigureAwait(false);
        await keepAlive.DisposeAsync().ConfigureAwait(false);
        core.AckTimer?.Dispose();
        core.SessionFile?.Dispose();
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SubscriptionRequest Ask(Func<SubscriptionRequest> ask)
    {
        SubscriptionRequest request;
        ClientConnection? connection;
        FlushStep step;
        lock (core.Gate)
        {
            request = ask();
            connection = core.Connection;
            step = connection?.Appended() ?? FlushStep.None;
        }

        connection?.Flush(step);
        return request;
    }

    private void OnChanged(MqttStateChange change)
    {
        if (change.To == MqttClientState.Connected) keepAlive.Arm();
        StateChanged?.Invoke(change);
    }
}
