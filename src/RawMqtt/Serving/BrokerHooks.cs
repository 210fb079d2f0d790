// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;

namespace RawMqtt.Serving;

/// <summary>Asks the application's hooks about CONNECT, PUBLISH and SUBSCRIBE packets.</summary>
internal sealed class BrokerHooks(MqttBrokerOptions options, Authentication authentication, BrokerReports reports)
{
    /// <summary>Gets the packets that a hook must be asked about; other packets cost nothing.</summary>
    public AskedPackets Asked { get; } =
        (authentication.IsNeeded || options.CanRead is not null || options.CanWrite is not null || options.Identify is not null ? AskedPackets.Connect : 0) |
        (options.AuthorizePublish is null ? 0 : AskedPackets.Publish | AskedPackets.Connect) |
        (options.AuthorizeSubscribe is null ? 0 : AskedPackets.Subscribe | AskedPackets.Connect);

    /// <summary>Answers the packet at the start of <paramref name="unused"/>. A hook refuses if it throws, or has not answered when
    /// <paramref name="cancellationToken"/> is cancelled.</summary>
    public async ValueTask<HookAnswer> AnswerAsync(ServedConnection connection, ReadOnlyMemory<byte> unused, CancellationToken cancellationToken)
    {
        try
        {
            ValueTask<HookAnswer> answering = AskAsync(connection, unused, cancellationToken);
            if (answering.IsCompleted) return await answering.ConfigureAwait(false);
            return await answering.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) // a hook that throws refuses this packet; nothing else changes
        {
            reports.HookFailed(connection.Connection.Subscriber, e);
            return new HookAnswer { ReturnCode = ConnectReturnCode.ServerUnavailable, IsAllowed = false, AllowedFilters = new bool[unused.Length] };
        }
    }

    /// <summary>Asks about a topic, under the lock. A predicate that throws refuses.</summary>
    public bool IsAllowed(Func<MqttBrokerClient, ReadOnlySpan<byte>, bool> predicate, Subscriber subscriber, ReadOnlySpan<byte> topic)
    {
        if (subscriber.IsTrusted) return true;
        try
        {
            return predicate(ViewOf(subscriber), topic);
        }
        catch (Exception e) // it must not leave the core half way
        {
            reports.HookFailed(subscriber, e);
            return false;
        }
    }

    /// <summary>Asks what happens when the queue of a client is full, under the lock.</summary>
    public MqttWhenQueueFull WhenQueueFull(Subscriber subscriber)
    {
        try
        {
            return options.ChooseWhenQueueFull?.Invoke(ViewOf(subscriber)) ?? options.WhenQueueFull;
        }
        catch (Exception e) // it must not leave the core half way
        {
            reports.HookFailed(subscriber, e);
            return options.WhenQueueFull;
        }
    }

    private static MqttBrokerClient ViewOf(Subscriber subscriber) => (MqttBrokerClient)(subscriber.View ??= ApplicationViews.ClientOf(subscriber));

    private ValueTask<HookAnswer> AskAsync(ServedConnection connection, ReadOnlyMemory<byte> unused, CancellationToken cancellationToken)
    {
        if (connection.Connection.Subscriber is { IsTrusted: true }) return new ValueTask<HookAnswer>(HookAnswer.Allowed);
        var reader = new PacketReader(unused.Span, MqttRole.Client);
        if (reader.Read() != OperationStatus.Done) return new ValueTask<HookAnswer>(HookAnswer.Allowed);
        switch (reader.Header.Type)
        {
            case PacketType.Connect when ConnectPacket.TryRead(reader.Body, out ConnectPacket connect, out _, allowsBridge: true):
                MqttMessage? will = connect.HasWill ? ApplicationViews.WillOf(connect) : null;
                return AskConnectAsync(connection, ApplicationViews.RequestOf(connection, connect), will, cancellationToken);
            case PacketType.Publish when PublishPacket.TryRead(reader.Header, reader.Body, out PublishPacket publish, out _):
                return AskPublishAsync(connection, ApplicationViews.MessageOf(publish), cancellationToken);
            case PacketType.Subscribe when SubscribePacket.TryRead(reader.Body, out SubscribePacket subscribe, out _):
                return AskSubscribeAsync(connection, ApplicationViews.FiltersOf(subscribe, options.Limits.MaxSubscriptions), cancellationToken);
            default:
                return new ValueTask<HookAnswer>(HookAnswer.Allowed); // malformed: the core finds the violation
        }
    }

    private async ValueTask<HookAnswer> AskConnectAsync(
        ServedConnection connection, MqttConnectRequest request, MqttMessage? will, CancellationToken cancellationToken)
    {
        if (request.IsOwnBridge) return HookAnswer.Allowed;
        string? identified = options.Identify?.Invoke(request);
        if (identified is not null) request = request with { UserName = identified, IsIdentified = true };
        connection.UserName = request.UserName;
        ConnectReturnCode code = await authentication.DecideAsync(request, connection.IsGone, cancellationToken).ConfigureAwait(false);
        if (code != ConnectReturnCode.Accepted) return new HookAnswer { ReturnCode = code };
        if (will is not null && !await MayPublishAsync(ApplicationViews.ClientOf(request), will, cancellationToken).ConfigureAwait(false))
        {
            reports.WillRefused(request);
            return HookAnswer.Refused;
        }

        return identified is null ? HookAnswer.Allowed : new HookAnswer { UserName = Encoding.UTF8.GetBytes(identified) };
    }

    private async ValueTask<bool> MayPublishAsync(MqttBrokerClient client, MqttMessage will, CancellationToken cancellationToken) =>
        options.CanWrite?.Invoke(client, Encoding.UTF8.GetBytes(will.Topic)) != false &&
        (options.AuthorizePublish is null || await options.AuthorizePublish(client, will, cancellationToken).ConfigureAwait(false));

    private async ValueTask<HookAnswer> AskPublishAsync(ServedConnection connection, MqttMessage message, CancellationToken cancellationToken) =>
        await options.AuthorizePublish!(ClientOf(connection), message, cancellationToken).ConfigureAwait(false) ? HookAnswer.Allowed : HookAnswer.Refused;

    private async ValueTask<HookAnswer> AskSubscribeAsync(ServedConnection connection, List<MqttTopicFilter> filters, CancellationToken cancellationToken)
    {
        bool[] allowed = new bool[filters.Count];
        MqttBrokerClient client = ClientOf(connection);
        for (int i = 0; i < allowed.Length; i++) allowed[i] = await options.AuthorizeSubscribe!(client, filters[i], cancellationToken).ConfigureAwait(false);
        return new HookAnswer { AllowedFilters = allowed };
    }

    private static MqttBrokerClient ClientOf(ServedConnection connection) =>
        ApplicationViews.ClientOf(connection.Connection, connection.Connection.Subscriber ?? throw new InvalidOperationException("The connection has ended."));
}
