// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;

namespace RawMqtt.Serving;

/// <summary>Makes the public types, which the application keeps, from the core's types and packets.</summary>
internal static class ApplicationViews
{
    /// <summary>Returns a client as the application sees it. Call it under the lock.</summary>
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
            Dropped = subscriber.Lost,
        };
    }

    /// <summary>Returns a client as predicates see it: by identifier and user name, which do not change.</summary>
    public static MqttBrokerClient ClientOf(Subscriber subscriber) => new()
    {
        ClientId = Encoding.UTF8.GetString(subscriber.ClientId),
        UserName = subscriber.UserName is { } name ? Encoding.UTF8.GetString(name) : null,
    };

    /// <summary>Returns a client whose CONNECT is not accepted yet.</summary>
    public static MqttBrokerClient ClientOf(MqttConnectRequest request) => new()
    {
        ClientId = request.ClientId,
        UserName = request.UserName,
        RemoteAddress = request.RemoteAddress,
        ForwardedAddress = request.ForwardedAddress,
        Listener = request.Listener,
    };

    public static string ClientIdOf(Subscriber? subscriber) => subscriber is null ? "" : Encoding.UTF8.GetString(subscriber.ClientId);

    public static MqttConnectRequest RequestOf(ServedConnection connection, in ConnectPacket packet) => new()
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
        ClientCertificate = connection.ClientCertificate,
        IsOwn = connection.IsOwn,
        IsOwnBridge = connection.IsOwn && packet.IsBridge,
    };

    public static MqttMessage WillOf(in ConnectPacket packet) =>
        MessageOf(new MqttMessageView { Topic = packet.WillTopic, Payload = packet.WillMessage, Qos = packet.WillQos, Retain = packet.WillRetain });

    public static MqttMessage MessageOf(in PublishPacket packet) => MessageOf(new MqttMessageView
    {
        Topic = packet.Topic,
        Payload = packet.Payload,
        Qos = packet.Qos,
        Retain = packet.Retain,
        Duplicate = packet.Duplicate,
    });

    /// <summary>Returns the filters, not more than a hook is asked about.</summary>
    public static List<MqttTopicFilter> FiltersOf(in SubscribePacket packet, int most)
    {
        var filters = new List<MqttTopicFilter>();
        foreach (Subscription subscription in packet.Subscriptions)
        {
            if (filters.Count == most) break;
            filters.Add(new MqttTopicFilter(Encoding.UTF8.GetString(subscription.Filter), subscription.Qos));
        }

        return filters;
    }

    private static MqttMessage MessageOf(in MqttMessageView view) => new(Encoding.UTF8.GetString(view.Topic), view);
}
