// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Contains the counters of a broker since its start.</summary>
public sealed record MqttBrokerStatistics
{
    /// <summary>Gets the number of network connections accepted.</summary>
    public long Connections { get; internal set; }

    /// <summary>Gets the number of network connections closed because <see cref="MqttBrokerLimits.MaxConnections"/> or
    /// <see cref="MqttBrokerLimits.MaxConnectionsPerAddress"/> was reached, or because the process has few file handles left.</summary>
    public long ConnectionsRefused { get; internal set; }

    /// <summary>Gets the number of CONNECTs accepted.</summary>
    public long ClientsConnected { get; internal set; }

    /// <summary>Gets the number of CONNECTs answered with a return code other than 0.</summary>
    public long ConnectsRefused { get; internal set; }

    /// <summary>Gets the number of sessions discarded because <see cref="MqttBrokerLimits.MaxAwaySessions"/> was reached.</summary>
    public long SessionsGivenUp { get; internal set; }

    /// <summary>Gets the number of sessions discarded because of <see cref="MqttBrokerLimits.SessionExpiry"/>.</summary>
    public long SessionsExpired { get; internal set; }

    /// <summary>Gets the number of sessions discarded because their queues were full, see <see cref="MqttWhenQueueFull.EndSession"/>.</summary>
    public long SessionsQueueFull { get; internal set; }

    /// <summary>Gets the number of CONNECTs refused because <see cref="MqttBrokerLimits.MaxKeptBytes"/> had no room for their Wills.</summary>
    public long WillsRefused { get; internal set; }

    /// <summary>Gets the number of connections without a CONNECT within <see cref="MqttBrokerLimits.ConnectTimeout"/>.</summary>
    public long ConnectTimeouts { get; internal set; }

    /// <summary>Gets the number of connections ended because an incomplete packet or frame took longer than <see cref="MqttBrokerLimits.PacketTimeout"/> or was
    /// slower than <see cref="MqttBrokerLimits.MinPacketRate"/>.</summary>
    public long PacketTimeouts { get; internal set; }

    /// <summary>Gets the number of times that connections were ended because <see cref="MqttBrokerLimits.MaxUnfinishedBytes"/> was reached.</summary>
    public long UnfinishedBytesReached { get; internal set; }

    /// <summary>Gets the number of clients that sent nothing for one and a half times their keep alive time.</summary>
    public long KeepAlivesExpired { get; internal set; }

    /// <summary>Gets the number of connections ended because a client with the same identifier connected.</summary>
    public long TakeOvers { get; internal set; }

    /// <summary>Gets the number of connections ended because the client violated the protocol.</summary>
    public long ProtocolViolations { get; internal set; }

    /// <summary>Gets the number of protocol violations by packets longer than <see cref="MqttBrokerLimits.MaxPacketLength"/>.</summary>
    public long PacketsTooLong { get; internal set; }

    /// <summary>Gets the number of protocol violations by CONNECTs longer than <see cref="MqttBrokerLimits.MaxConnectLength"/>.</summary>
    public long ConnectsTooLong { get; internal set; }

    /// <summary>Gets the number of protocol violations by topic names with more levels than <see cref="MqttBrokerLimits.MaxTopicLevels"/>.</summary>
    public long TopicsTooDeep { get; internal set; }

    /// <summary>Gets the number of connections ended because of <see cref="MqttBrokerLimits.SendTimeout"/> or twice
    /// <see cref="MqttBrokerLimits.MaxOutgoingBytes"/>.</summary>
    public long TooSlow { get; internal set; }

    /// <summary>Gets the number of bytes of control packets received.</summary>
    public long BytesReceived { get; internal set; }

    /// <summary>Gets the number of bytes of control packets sent.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>Gets the number of PUBLISH packets received.</summary>
    public long MessagesReceived { get; internal set; }

    /// <summary>Gets the number of PUBLISH packets sent.</summary>
    public long MessagesSent { get; internal set; }

    /// <summary>Gets the number of messages at QoS 0 dropped because <see cref="MqttBrokerLimits.MaxOutgoingBytes"/> was reached.</summary>
    public long MessagesShed { get; internal set; }

    /// <summary>Gets the number of times that the broker found <see cref="MqttBrokerLimits.MaxTotalOutgoingBytes"/> exceeded; it looks four times a
    /// second.</summary>
    public long AllOutgoingReached { get; internal set; }

    /// <summary>Gets the number of messages at QoS 1 and 2 that had to wait, for a client that is away or because
    /// <see cref="MqttBrokerLimits.InitialInFlight"/> was reached.</summary>
    public long MessagesQueued { get; internal set; }

    /// <summary>Gets the number of messages at QoS 1 and 2 dropped because a queue or <see cref="MqttBrokerLimits.MaxKeptBytes"/> was full, those of
    /// sessions that were discarded for that included.</summary>
    public long MessagesDropped { get; internal set; }

    /// <summary>Gets the number of messages not passed on because their topic begins with $ or <see cref="MqttBrokerOptions.AuthorizePublish"/> did not allow
    /// them.</summary>
    public long MessagesNotAllowed { get; internal set; }

    /// <summary>Gets the number of retained messages not kept because <see cref="MqttBrokerLimits.MaxRetainedMessages"/> or
    /// <see cref="MqttBrokerLimits.MaxRetainedBytes"/> was reached.</summary>
    public long RetainedDropped { get; internal set; }

    /// <summary>Gets the number of retained messages not kept because <see cref="MqttBrokerLimits.MaxRetainedLevels"/> was reached.</summary>
    public long RetainedLevelsReached { get; internal set; }

    /// <summary>Gets the number of subscriptions answered with 0x80 because <see cref="MqttBrokerLimits.MaxSubscriptionBytes"/> was reached.</summary>
    public long SubscriptionBytesReached { get; internal set; }

    /// <summary>Gets the number of subscriptions answered with 0x80 because <see cref="MqttBrokerLimits.MaxTotalSubscriptionBytes"/> was reached.</summary>
    public long AllSubscriptionBytesReached { get; internal set; }

    /// <summary>Gets the number of subscriptions answered with 0x80 because of <see cref="MqttBrokerLimits.MaxSubscriptions"/> or
    /// <see cref="MqttBrokerLimits.MaxTopicLevels"/>.</summary>
    public long SubscriptionsRefused { get; internal set; }

    /// <summary>Gets the number of subscriptions answered with 0x80 because <see cref="MqttBrokerOptions.AuthorizeSubscribe"/> did not allow them.</summary>
    public long SubscriptionsNotAllowed { get; internal set; }

    /// <summary>Gets the number of times that retained messages for new subscriptions had to wait for another turn because of
    /// <see cref="MqttBrokerLimits.MaxRetainedSearch"/>.</summary>
    public long ReplaysPaused { get; internal set; }

    /// <summary>Gets the number of times that a connection had to wait for others because of <see cref="MqttBrokerLimits.MaxTurnSteps"/>.</summary>
    public long TurnsEnded { get; internal set; }

    /// <summary>Gets the number of CONNECTs refused because of <see cref="MqttBrokerLimits.MaxWaitingLogins"/>.</summary>
    public long LoginsRefused { get; internal set; }

    /// <summary>Gets the number of messages that had to wait because <see cref="MqttBrokerLimits.MaxInFlightBytes"/> was reached.</summary>
    public long InFlightBytesReached { get; internal set; }

    /// <summary>Gets the number of times that a publisher had to wait for a client with a full queue.</summary>
    public long PublishersHeld { get; internal set; }

    /// <summary>Gets the number of messages, events and log lines dropped because the program was too slow, see
    /// <see cref="MqttBrokerLimits.MaxProgramBytes"/>.</summary>
    public long ProgramDropped { get; internal set; }

    /// <summary>Gets the number of packets refused because a hook did not answer within <see cref="MqttBrokerLimits.HookTimeout"/>.</summary>
    public long HooksTimedOut { get; internal set; }

    /// <summary>Gets the number of clients that held publishers back for longer than <see cref="MqttBrokerLimits.MaxHoldTime"/>.</summary>
    public long Lagging { get; internal set; }

    /// <summary>Gets the number of times that the journal was written; each time serves all that had gathered.</summary>
    public long JournalCommits { get; internal set; }

    /// <summary>Gets the number of records written to the journal.</summary>
    public long JournalRecords { get; internal set; }

    /// <summary>Gets the number of bytes of these records.</summary>
    public long JournalBytes { get; internal set; }

    /// <summary>Gets the number of files of the journal that were synced.</summary>
    public long JournalSyncs { get; internal set; }

    /// <summary>Gets the number of files of the journal that were begun.</summary>
    public long JournalSegments { get; internal set; }

    /// <summary>Gets the time that writing and syncing the journal took, in microseconds.</summary>
    public long JournalMicroseconds { get; internal set; }

    /// <summary>Gets the number of bytes of the oldest files that were noted again, because they still counted.</summary>
    public long JournalCarriedBytes { get; internal set; }

    /// <summary>Gets the number of messages that were read from the journal, where they had waited.</summary>
    public long JournalLoads { get; internal set; }

    /// <summary>Gets the number of times that the journal could not be written, read or shortened.</summary>
    public long JournalFailures { get; internal set; }

    /// <summary>Gets the number of times that a packet had to wait for room in the journal.</summary>
    public long JournalHolds { get; internal set; }

    /// <summary>Gets the number of times that a publisher had to wait, or a message was dropped, because <see cref="MqttBrokerLimits.MaxJournalLength"/> was
    /// reached.</summary>
    public long JournalLengthReached { get; internal set; }
}
