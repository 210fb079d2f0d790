using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>What the parts of a client share: the session, the connection it has now, and the gate that guards both.</summary>
/// <remarks>No user code runs and nothing is awaited while the gate is held.</remarks>
internal sealed class ClientCore
{
    private readonly long start;

    public ClientCore(MqttClientOptions options)
    {
        Options = options;
        Session = new ClientSession(options.InFlightLimit, options.MaximumPacketLength, options.EffectivePingTimeout);
        Outgoing = new OutgoingMessages(this);
        Subscriptions = new ClientSubscriptions(this);
        start = options.TimeProvider.GetTimestamp();
    }

    public MqttClientOptions Options { get; }

    public Lock Gate { get; } = new();

    public ClientSession Session { get; }

    public OutgoingMessages Outgoing { get; }

    public ClientSubscriptions Subscriptions { get; }

    public Pings Pings { get; } = new();

    public ClientStatistics Statistics { get; } = new();

    /// <summary>The connection that the server has accepted; null while there is none.</summary>
    public ClientConnection? Connection { get; set; }

    public MqttClientState State { get; set; }

    /// <summary>Whether the server had kept the session, said by the last CONNACK.</summary>
    public bool SessionPresent { get; set; }

    /// <summary>Why the client has no connection and makes no more; null while it may.</summary>
    public MqttException? End { get; set; }

    /// <summary>The session's time: since this client was made.</summary>
    public TimeSpan Now => Options.TimeProvider.GetElapsedTime(start);

    /// <summary>Why a message may not wait now; null if it may.</summary>
    public MqttException? QueueingFault()
    {
        if (End is not null) return End;
        if (Connection is not null || Options.OfflinePublishing == MqttOfflinePublishing.Queue) return null;
        return new MqttException(MqttErrorCode.NotConnected, "There is no connection, and OfflinePublishing is Fail. Publish when State is Connected, or let messages wait with MqttOfflinePublishing.Queue.");
    }
}
