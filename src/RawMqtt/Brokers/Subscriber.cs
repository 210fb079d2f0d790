// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>A client as the broker knows it, connected or away: its session and the topic filters that belong to it, 4.1.</summary>
internal sealed class Subscriber(byte[] clientId, byte[]? userName, ServerSession session, bool cleanSession)
{
    public byte[] ClientId { get; } = clientId;

    /// <summary>Whose session it is; null for a client without a user name.</summary>
    public byte[]? UserName { get; } = userName;

    /// <summary>For whom its retained messages count: its user, or the client itself.</summary>
    public byte[] Owner { get; } = userName is null ? [(byte)'c', .. clientId] : [(byte)'u', .. userName];

    /// <summary>With whom it shares other limits: its user's, those from its address, or none.</summary>
    public byte[] ShareName => UserName is null && Origin is { } origin ? [(byte)'a', .. origin] : Owner;

    /// <summary>The address that its client came from last; null for none.</summary>
    public byte[]? Origin { get; set; }

    /// <summary>Its place among those of its group that are away; null while it is connected.</summary>
    public LinkedListNode<Subscriber>? AwayInGroup { get; set; }

    public ServerSession Session { get; } = session;

    /// <summary>The session ends with the connection [MQTT-3.1.2-6].</summary>
    public bool CleanSession { get; } = cleanSession;

    /// <summary>Whether the session was discarded.</summary>
    public bool HasEnded { get; set; }

    /// <summary>It gets none of its own messages, and RETAIN as it was published.</summary>
    public bool IsBridge { get; set; }

    /// <summary>It is the program's own bridge, which no rule of access concerns.</summary>
    public bool IsTrusted { get; set; }
    /// <summary>Its number in the <see cref="BrokerJournal"/>; 0 if it is not noted there.</summary>
    public uint Number { get; set; }

    /// <summary>The segment of the journal that was written when its state was carried forward last; 0 if it was not.</summary>
    public uint CarriedIn { get; set; }

    /// <summary>Whether its messages leave memory as soon as they are committed: its client is away, and those before them stand in the journal
    /// alone.</summary>
    public bool LeavesMemory => Connection is null && Session.Stored is { Count: > 0 };

    /// <summary>Whether its messages should leave memory.</summary>
    public bool IsToEvict { get; set; }

    /// <summary>Whether messages of its queue are being read from the journal.</summary>
    public bool IsLoading { get; set; }

    /// <summary>What may wait for the program's own bridge; null for each other client.</summary>
    public QueueBounds? Queue { get; set; }

    /// <summary>Null while the client is away.</summary>
    public BrokerConnection? Connection { get; set; }

    /// <summary>Set only for a subscription of the program itself, which has no session.</summary>
    public LocalReceiver? Local { get; init; }

    /// <summary>The filters that it is subscribed to; null for none yet.</summary>
    public HashSet<byte[]>? Filters { get; set; }

    /// <summary>The memory that they count for, <see cref="MqttBrokerLimits.MaxSubscriptionBytes"/>.</summary>
    public int FilterBytes { get; set; }

    /// <summary>Retained messages that must still be sent to new subscriptions; null for none.</summary>
    public RetainedReplay? Replay { get; set; }

    /// <summary>When the client went away.</summary>
    public TimeSpan AwaySince { get; set; }

    /// <summary>Its place among those that are away; null while it is connected.</summary>
    public LinkedListNode<Subscriber>? Away { get; set; }

    /// <summary>Its queue has reached the limit, and has not fallen to half of it since.</summary>
    public bool IsFull { get; set; }

    /// <summary>It is a subscription of the program, and the publishers wait until the program has caught up.</summary>
    public bool IsProgramFull { get; set; }

    /// <summary>It has held publishers back for <see cref="MqttBrokerLimits.MaxHoldTime"/>: they no longer wait for it, until it has caught up.</summary>
    public bool IsLagging { get; set; }

    /// <summary>It has acknowledged a message: a new client holds no publisher back before it has.</summary>
    public bool HasAcknowledged { get; set; }

    /// <summary>Messages that it lost.</summary>
    public long Lost { get; set; }

    /// <summary>Messages that it lost since the last report.</summary>
    public long Dropped { get; set; }

    /// <summary>When <see cref="DropReports"/> may report the next loss.</summary>
    public TimeSpan NextDropReport { get; set; }

    /// <summary>What it was refused since the last report.</summary>
    public long Refused { get; set; }

    /// <summary>When <see cref="RefusalReports"/> may report the next one.</summary>
    public TimeSpan NextRefusalReport { get; set; }

    /// <summary>The shell's object for this client.</summary>
    public object? View { get; set; }

    /// <summary>Whether a CONNECT is from the user whose session it is.</summary>
    public bool IsOf(byte[]? userName) => userName is null ? UserName is null : UserName is { } known && known.AsSpan().SequenceEqual(userName);

    /// <summary>The last search of the <see cref="SubscriptionTree"/> that found this client, and where in its result.</summary>
    internal (long Search, int Index) Found { get; set; }
}
