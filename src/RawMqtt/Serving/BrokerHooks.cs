// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;

namespace RawMqtt.Serving;

/// <summary>Asks the program that runs the broker what the core wants to know, and tells it what happened.</summary>
internal sealed class BrokerHooks
{
    private readonly MqttBrokerOptions options;
    private readonly Admission admission;
    private readonly BrokerEvents? events;
    private readonly BrokerLog? log;

    public BrokerHooks(MqttBrokerOptions options, BrokerEvents? events, BrokerLog? log)
    {
        this.options = options;
        this.log = log;
        this.events = events;
        admission = new Admission(options, log);
        Callbacks = new BrokerCallbacks
        {
            Asked = (admission.IsNeeded ? AskedPackets.Connect : 0) |
                (options.AuthorizePublish is null ? 0 : AskedPackets.Publish | AskedPackets.Connect) |
                (options.AuthorizeSubscribe is null ? 0 : AskedPackets.Subscribe | AskedPackets.Connect),
            Connected = events is null ? null : (connection, subscriber) => events.Add(new MqttBrokerEvent(MqttBrokerEventKind.Connected, ClientOf(connection, subscriber))),
            Ended = events is null && log is null ? null : WhenEnded,
            Published = events is null ? null : WhenPublished,
        };
    }

    /// <summary>Gets what the core asks and reports; nothing is paid for what no option needs.</summary>
    public BrokerCallbacks Callbacks { get; }

    /// <summary>Answers the packet at the start of <paramref name="waiting"/>. A hook that throws refuses, and so does one that has not answered when <paramref name="cancellationToken"/> is cancelled.</summary>
    public async ValueTask<HookAnswer> AnswerAsync(ServedConnection connection, ReadOnlyMemory<byte> waiting, CancellationToken cancellationToken)
    {
        try
        {
            ValueTask<HookAnswer> answering = Ask(connection, waiting, cancellationToken);
            if (answering.IsCompleted) return await answering.ConfigureAwait(false);
            return await answering.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) // whatever a hook throws ends this packet and nothing else
        {
            log?.Add($"event=hook-failed client={BrokerLog.Quote(ClientIdOf(connection))} error={BrokerLog.Quote(e.Message)}");
            return new HookAnswer { ReturnCode = ConnectReturnCode.ServerUnavailable, IsAllowed = false, AllowedFilters = new bool[waiting.Length] };
        }
    }

    /// <summary>A client as programs see it. Under the lock of the shell.</summary>
    public static MqttBrokerClient ClientOf(BrokerConnection? connection, Subscriber subscriber)
    {
        var served = connection?.Carrier as ServedConnection;
        return new MqttBrokerClient
        {
            ClientId = Encoding.UTF8.GetString(subscriber.ClientId),
            UserName = served?.UserName,
            IsConnected = subscriber.Connection is not null,
            CleanSession = subscriber.CleanSession,
            RemoteAddress = served?.RemoteAddress,
            ForwardedAddress = served?.ForwardedAddress,
            Listener = served?.Listener ?? "",
            Subscriptions = subscriber.Filters?.Count ?? 0,
            InFlight = subscriber.Session.InFlight,
            Queued = subscriber.Session.Queued,
        };
    }

    private ValueTask<HookAnswer> Ask(ServedConnection connection, ReadOnlyMemory<byte> waiting, CancellationToken cancellationToken)
    {
        var reader = new PacketReader(waiting.Span, MqttRole.Client);
        if (reader.Read() != OperationStatus.Done) return new ValueTask<HookAnswer>(HookAnswer.Allowed);
        switch (reader.Header.Type)
        {
            case PacketType.Connect when ConnectPacket.TryRead(reader.Body, out ConnectPacket connect, out _):
                var will = new MqttMessageView { Topic = connect.WillTopic, Payload = connect.WillMessage, Qos = connect.WillQos, Retain = connect.WillRetain };
                return AskConnectAsync(connection, RequestOf(connection, connect), connect.HasWill ? MessageOf(will) : null, cancellationToken);
            case PacketType.Publish when PublishPacket.TryRead(reader.Header, reader.Body, out PublishPacket publish, out _):
                return AskPublishAsync(connection, MessageOf(ViewOf(publish)), cancellationToken);
            case PacketType.Subscribe when SubscribePacket.TryRead(reader.Body, out SubscribePacket subscribe, out _):
                return AskSubscribeAsync(connection, FiltersOf(subscribe), cancellationToken);
            default:
                return new ValueTask<HookAnswer>(HookAnswer.Allowed); // broken: the core will say so
        }
    }

    private async ValueTask<HookAnswer> AskConnectAsync(ServedConnection connection, MqttConnectRequest request, MqttMessage? will, CancellationToken cancellationToken)
    {
        connection.UserName = request.UserName;
        ConnectReturnCode code = await admission.DecideAsync(request, cancellationToken).ConfigureAwait(false);
        if (code != ConnectReturnCode.Accepted) return new HookAnswer { ReturnCode = code };
        if (will is null || options.AuthorizePublish is null) return HookAnswer.Allowed;

        var client = new MqttBrokerClient { ClientId = request.ClientId, UserName = request.UserName, RemoteAddress = request.RemoteAddress, ForwardedAddress = request.ForwardedAddress, Listener = request.Listener };
        return await options.AuthorizePublish(client, will, cancellationToken).ConfigureAwait(false) ? HookAnswer.Allowed : HookAnswer.Refused;
    }

    private async ValueTask<HookAnswer> AskPublishAsync(ServedConnection connection, MqttMessage message, CancellationToken cancellationToken) =>
        await options.AuthorizePublish!(ClientOf(connection), message, cancellationToken).ConfigureAwait(false) ? HookAnswer.Allowed : HookAnswer.Refused;

    private async ValueTask<HookAnswer> AskSubscribeAsync(ServedConnection connection, List<MqttTopicFilter> filters, CancellationToken cancellationToken)
    {
        bool[] allowed = new bool[filters.Count];
        MqttBrokerClient client = ClientOf(connection);
        for (int i = 0; i < allowed.Length; i++) allowed[i] = await options.AuthorizeSubscribe!(client, filters[i], cancellationToken).ConfigureAwait(false);
        return new HookAnswer { AllowedFilters = allowed };
    }

    private void WhenEnded(BrokerConnection connection, Subscriber? subscriber)
    {
        MqttConnectionEnd end = connection.End!.Value;
        string? rule = connection.Violation?.Rule;
        if (subscriber is not null) events?.Add(new MqttBrokerEvent(MqttBrokerEventKind.Disconnected, ClientOf(connection, subscriber)) { End = end, Rule = rule });
        if (log is null) return;
        var served = (ServedConnection)connection.Carrier!;
        string client = subscriber is null ? "" : Encoding.UTF8.GetString(subscriber.ClientId);
        log.Add($"event=ended client={BrokerLog.Quote(client)} address={served.RemoteAddress} forwarded={served.ForwardedAddress} listener={served.Listener} reason={end} violation={BrokerLog.Quote(connection.Violation?.ToString() ?? "")}");
    }

    private void WhenPublished(BrokerConnection connection, in PublishPacket packet)
    {
        if (connection.Subscriber is { } subscriber) events!.Add(new MqttBrokerEvent(MqttBrokerEventKind.Published, ClientOf(connection, subscriber)) { Message = MessageOf(ViewOf(packet)) });
    }

    private static MqttBrokerClient ClientOf(ServedConnection connection) =>
        ClientOf(connection.Connection, connection.Connection.Subscriber ?? throw new InvalidOperationException("The connection has ended."));

    private static string ClientIdOf(ServedConnection connection) => connection.Connection.Subscriber is { } subscriber ? Encoding.UTF8.GetString(subscriber.ClientId) : "";

    private static MqttConnectRequest RequestOf(ServedConnection connection, in ConnectPacket packet) => new()
    {
        ClientId = Encoding.UTF8.GetString(packet.ClientId),
        UserName = packet.HasUserName ? Encoding.UTF8.GetString(packet.UserName) : null,
        Password = packet.HasPassword ? packet.Password.ToArray() : null,
        CleanSession = packet.CleanSession,
        KeepAlive = packet.KeepAlive,
        WillTopic = packet.HasWill ? Encoding.UTF8.GetString(packet.WillTopic) : null,
        RemoteAddress = connection.RemoteAddress,
        ForwardedAddress = connection.ForwardedAddress,
        Listener = connection.Listener,
    };

    private static List<MqttTopicFilter> FiltersOf(in SubscribePacket packet)
    {
        var filters = new List<MqttTopicFilter>();
        foreach (Subscription subscription in packet.Subscriptions) filters.Add(new MqttTopicFilter(Encoding.UTF8.GetString(subscription.Filter), subscription.Qos));
        return filters;
    }

    private static MqttMessageView ViewOf(in PublishPacket packet) =>
        new() { Topic = packet.Topic, Payload = packet.Payload, Qos = packet.Qos, Retain = packet.Retain, Duplicate = packet.Duplicate };

    private static MqttMessage MessageOf(in MqttMessageView view) => new(Encoding.UTF8.GetString(view.Topic), view);
}
