using RawMqtt.Sessions;

namespace RawMqtt.Routing;

/// <summary>A client as the broker knows it, connected or away: its session and the topic filters that belong to it, 4.1.</summary>
internal sealed class Subscriber(byte[] clientId, ServerSession session, bool cleanSession)
{
    public byte[] ClientId { get; } = clientId;

    public ServerSession Session { get; } = session;

    /// <summary>The session ends with the connection [MQTT-3.1.2-6].</summary>
    public bool CleanSession { get; set; } = cleanSession;

    /// <summary>Null while the client is away.</summary>
    public BrokerConnection? Connection { get; set; }

    /// <summary>The filters that it is subscribed to; null for none yet.</summary>
    public HashSet<byte[]>? Filters { get; set; }

    /// <summary>When the client went away.</summary>
    public TimeSpan AwaySince { get; set; }

    /// <summary>The last search of the <see cref="SubscriptionTree"/> that found this client, and where in its result.</summary>
    internal (long Search, int Index) Found { get; set; }
}
