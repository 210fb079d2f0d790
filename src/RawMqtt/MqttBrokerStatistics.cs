// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>What the broker has done since it started.</summary>
public sealed record MqttBrokerStatistics
{
    /// <summary>Network connections accepted.</summary>
    public long Connections { get; internal set; }

    /// <summary>Network connections closed because <see cref="MqttBrokerLimits.MaxConnections"/> or <see cref="MqttBrokerLimits.MaxConnectionsPerAddress"/> was reached, or because few handles were left.</summary>
    public long ConnectionsRefused { get; internal set; }

    /// <summary>CONNECTs accepted.</summary>
    public long ClientsConnected { get; internal set; }

    /// <summary>CONNECTs answered with another return code than 0.</summary>
    public long ConnectsRefused { get; internal set; }

    /// <summary>Sessions discarded because <see cref="MqttBrokerLimits.MaxAwaySessions"/> was reached.</summary>
    public long SessionsGivenUp { get; internal set; }

    /// <summary>Sessions discarded because of <see cref="MqttBrokerLimits.SessionExpiry"/>.</summary>
    public long SessionsExpired { get; internal set; }

    /// <summary>CONNECTs refused because <see cref="MqttBrokerLimits.MaxKeptBytes"/> had no room for their Wills.</summary>
    public long WillsRefused { get; internal set; }

    /// <summary>Connections without a CONNECT within <see cref="MqttBrokerLimits.ConnectTimeout"/>.</summary>
    public long ConnectTimeouts { get; internal set; }

    /// <summary>Connections ended because an incomplete packet or frame took longer than <see cref="MqttBrokerLimits.PacketTimeout"/> or was slower than <see cref="MqttBrokerLimits.MinPacketRate"/>.</summary>
    public long PacketTimeouts { get; internal set; }

    /// <summary>Connections ended because <see cref="MqttBrokerLimits.MaxUnfinishedBytes"/> was reached.</summary>
    public long UnfinishedBytesReached { get; internal set; }

    /// <summary>Clients silent for one and a half times their Keep Alive.</summary>
    public long KeepAlivesExpired { get; internal set; }

    /// <summary>Clients that connected once more.</summary>
    public long TakeOvers { get; internal set; }

    /// <summary>Connections ended because the client broke a rule.</summary>
    public long ProtocolViolations { get; internal set; }

    /// <summary>Among them, packets longer than <see cref="MqttBrokerLimits.MaxPacketLength"/>.</summary>
    public long PacketsTooLong { get; internal set; }

    /// <summary>Among them, CONNECTs longer than <see cref="MqttBrokerLimits.MaxConnectLength"/>.</summary>
    public long ConnectsTooLong { get; internal set; }

    /// <summary>Among them, topic names of more than <see cref="MqttBrokerLimits.MaxTopicLevels"/> levels.</summary>
    public long TopicsTooDeep { get; internal set; }

    /// <summary>Connections ended because of <see cref="MqttBrokerLimits.SendTimeout"/> or twice <see cref="MqttBrokerLimits.MaxOutgoingBytes"/>.</summary>
    public long TooSlow { get; internal set; }

    /// <summary>Bytes of control packets received.</summary>
    public long BytesReceived { get; internal set; }

    /// <summary>Bytes of control packets sent.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>PUBLISHes received.</summary>
    public long MessagesReceived { get; internal set; }

    /// <summary>PUBLISHes sent.</summary>
    public long MessagesSent { get; internal set; }

    /// <summary>Messages at QoS 0 not sent because <see cref="MqttBrokerLimits.MaxOutgoingBytes"/> was reached.</summary>
    public long MessagesShed { get; internal set; }

    /// <summary>Sweeps that found <see cref="MqttBrokerLimits.MaxTotalOutgoingBytes"/> exceeded.</summary>
    public long AllOutgoingReached { get; internal set; }

    /// <summary>Messages at QoS 1 and 2 that had to wait, for a client that is away or because <see cref="MqttBrokerLimits.InitialInFlight"/> was reached.</summary>
    public long MessagesQueued { get; internal set; }

    /// <summary>Messages at QoS 1 and 2 dropped because a queue or <see cref="MqttBrokerLimits.MaxKeptBytes"/> was full.</summary>
    public long MessagesDropped { get; internal set; }

    /// <summary>Messages not passed on because their topic begins with $ or the program did not allow them.</summary>
    public long MessagesNotAllowed { get; internal set; }

    /// <summary>Retained messages not kept because <see cref="MqttBrokerLimits.MaxRetainedMessages"/> or <see cref="MqttBrokerLimits.MaxRetainedBytes"/> was reached.</summary>
    public long RetainedDropped { get; internal set; }

    /// <summary>Retained messages not kept because <see cref="MqttBrokerLimits.MaxRetainedLevels"/> was reached.</summary>
    public long RetainedLevelsReached { get; internal set; }

    /// <summary>Subscriptions answered with 0x80 because <see cref="MqttBrokerLimits.MaxSubscriptionBytes"/> was reached.</summary>
    public long SubscriptionBytesReached { get; internal set; }

    /// <summary>Subscriptions answered with 0x80 because <see cref="MqttBrokerLimits.MaxTotalSubscriptionBytes"/> was reached.</summary>
    public long AllSubscriptionBytesReached { get; internal set; }

    /// <summary>Subscriptions answered with 0x80 because of <see cref="MqttBrokerLimits.MaxSubscriptions"/> or <see cref="MqttBrokerLimits.MaxTopicLevels"/>.</summary>
    public long SubscriptionsRefused { get; internal set; }

    /// <summary>Subscriptions answered with 0x80 because the program did not allow them.</summary>
    public long SubscriptionsNotAllowed { get; internal set; }

    /// <summary>Times that retained messages for new subscriptions had to wait for their next turn because of <see cref="MqttBrokerLimits.MaxRetainedSearch"/>.</summary>
    public long ReplaysPaused { get; internal set; }

    /// <summary>Messages that had to wait because <see cref="MqttBrokerLimits.MaxInFlightBytes"/> was reached.</summary>
    public long InFlightBytesReached { get; internal set; }

    /// <summary>Publishers that had to wait for a client with a full queue.</summary>
    public long PublishersHeld { get; internal set; }

    /// <summary>Messages, events and log lines that the program was too slow for, see <see cref="MqttBrokerLimits.MaxProgramBytes"/>.</summary>
    public long ProgramDropped { get; internal set; }

    /// <summary>Packets refused because a hook did not answer within <see cref="MqttBrokerLimits.HookTimeout"/>.</summary>
    public long HooksTimedOut { get; internal set; }

    /// <summary>Clients that held publishers back for longer than <see cref="MqttBrokerLimits.MaxHoldTime"/>.</summary>
    public long Lagging { get; internal set; }
}
