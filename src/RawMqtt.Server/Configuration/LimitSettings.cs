// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Configuration;

/// <summary>The settings that are limits, each by its name in <see cref="MqttBrokerLimits"/>.</summary>
internal static class LimitSettings
{
    public static IEnumerable<Setting> Create() =>
    [
        Bytes(nameof(MqttBrokerLimits.MaxPacketLength), "The longest packet.", l => l.MaxPacketLength, (l, v) => l with { MaxPacketLength = v }),
        Bytes(nameof(MqttBrokerLimits.MaxConnectLength), "The longest CONNECT.", l => l.MaxConnectLength, (l, v) => l with { MaxConnectLength = v }),
        Time(nameof(MqttBrokerLimits.ConnectTimeout), "From the acceptance of a connection to its CONNECT.", l => l.ConnectTimeout,
            (l, v) => l with { ConnectTimeout = v }),
        Time(nameof(MqttBrokerLimits.PacketTimeout), "From the first byte of a packet to its last.", l => l.PacketTimeout,
            (l, v) => l with { PacketTimeout = v }),
        Bytes(nameof(MqttBrokerLimits.MinPacketRate), "Bytes a second that an incomplete packet must bring.", l => l.MinPacketRate,
            (l, v) => l with { MinPacketRate = v }),
        Time(nameof(MqttBrokerLimits.PacketRateTime), "The time over which MinPacketRate is measured.", l => l.PacketRateTime,
            (l, v) => l with { PacketRateTime = v }),
        Bytes(nameof(MqttBrokerLimits.MaxUnfinishedBytes), "Memory of all incomplete packets.", l => l.MaxUnfinishedBytes,
            (l, v) => l with { MaxUnfinishedBytes = v }),
        Time(nameof(MqttBrokerLimits.SendTimeout), "In which a client must take each 256 KiB.", l => l.SendTimeout, (l, v) => l with { SendTimeout = v }),
        Count(nameof(MqttBrokerLimits.MaxConnections), "Network connections.", l => l.MaxConnections, (l, v) => l with { MaxConnections = v }),
        Count(nameof(MqttBrokerLimits.MaxConnectionsPerAddress), "Network connections of one address.", l => l.MaxConnectionsPerAddress,
            (l, v) => l with { MaxConnectionsPerAddress = v }),
        Count(nameof(MqttBrokerLimits.MaxAwaySessions), "Sessions of clients that are away.", l => l.MaxAwaySessions, (l, v) => l with { MaxAwaySessions = v }),
        Time(nameof(MqttBrokerLimits.SessionExpiry), "For which a client may be away.", l => l.SessionExpiry, (l, v) => l with { SessionExpiry = v }),
        Count(nameof(MqttBrokerLimits.MaxSubscriptions), "Topic filters of one client.", l => l.MaxSubscriptions, (l, v) => l with { MaxSubscriptions = v }),
        Bytes(nameof(MqttBrokerLimits.MaxSubscriptionBytes), "Memory of the filters of one client.", l => l.MaxSubscriptionBytes,
            (l, v) => l with { MaxSubscriptionBytes = v }),
        Bytes(nameof(MqttBrokerLimits.MaxTotalSubscriptionBytes), "Memory of all filters.", l => l.MaxTotalSubscriptionBytes,
            (l, v) => l with { MaxTotalSubscriptionBytes = v }),
        Count(nameof(MqttBrokerLimits.MaxTopicLevels), "Levels of a topic.", l => l.MaxTopicLevels, (l, v) => l with { MaxTopicLevels = v }),
        Count(nameof(MqttBrokerLimits.MaxRetainedSearch), "Levels of retained topics searched in one turn.", l => l.MaxRetainedSearch,
            (l, v) => l with { MaxRetainedSearch = v }),
        Count(nameof(MqttBrokerLimits.MaxTurnSteps), "Steps of a connection before others go first.", l => l.MaxTurnSteps,
            (l, v) => l with { MaxTurnSteps = v }),
        Count(nameof(MqttBrokerLimits.MaxWaitingLogins), "CONNECTs whose passwords wait to be checked.", l => l.MaxWaitingLogins,
            (l, v) => l with { MaxWaitingLogins = v }),
        Count(nameof(MqttBrokerLimits.InitialInFlight), "Messages in flight to a new client.", l => l.InitialInFlight,
            (l, v) => l with { InitialInFlight = v }),
        Count(nameof(MqttBrokerLimits.MaxInFlight), "Messages in flight to a client that keeps up.", l => l.MaxInFlight, (l, v) => l with { MaxInFlight = v }),
        Bytes(nameof(MqttBrokerLimits.MaxInFlightBytes), "Bytes in flight to one client.", l => l.MaxInFlightBytes, (l, v) => l with { MaxInFlightBytes = v }),
        Count(nameof(MqttBrokerLimits.MaxQueuedMessages), "Messages that wait for a client.", l => l.MaxQueuedMessages,
            (l, v) => l with { MaxQueuedMessages = v }),
        Bytes(nameof(MqttBrokerLimits.MaxQueuedBytes), "Bytes that wait for a client.", l => l.MaxQueuedBytes, (l, v) => l with { MaxQueuedBytes = v }),
        Time(nameof(MqttBrokerLimits.MaxHoldTime), "For which a slow reader may hold publishers.", l => l.MaxHoldTime, (l, v) => l with { MaxHoldTime = v }),
        Time(nameof(MqttBrokerLimits.MaxPublisherHoldTime), "For which slow readers may hold one publisher.", l => l.MaxPublisherHoldTime,
            (l, v) => l with { MaxPublisherHoldTime = v }),
        Bytes(nameof(MqttBrokerLimits.MaxOutgoingBytes), "Bytes that wait to be sent on one connection.", l => l.MaxOutgoingBytes,
            (l, v) => l with { MaxOutgoingBytes = v }),
        Bytes(nameof(MqttBrokerLimits.MaxTotalOutgoingBytes), "Bytes that wait to be sent on all connections.", l => l.MaxTotalOutgoingBytes,
            (l, v) => l with { MaxTotalOutgoingBytes = v }),
        Count(nameof(MqttBrokerLimits.MaxRetainedMessages), "Retained messages.", l => l.MaxRetainedMessages, (l, v) => l with { MaxRetainedMessages = v }),
        Bytes(nameof(MqttBrokerLimits.MaxRetainedBytes), "Bytes of all retained messages.", l => l.MaxRetainedBytes, (l, v) => l with { MaxRetainedBytes = v }),
        Count(nameof(MqttBrokerLimits.MaxRetainedLevels), "Topic levels of all retained messages.", l => l.MaxRetainedLevels,
            (l, v) => l with { MaxRetainedLevels = v }),
        Bytes(nameof(MqttBrokerLimits.MaxKeptBytes), "Bytes of all messages that the broker keeps.", l => l.MaxKeptBytes,
            (l, v) => l with { MaxKeptBytes = v }),
        Bytes(nameof(MqttBrokerLimits.MaxJournalMemory), "Memory of messages, above which those that wait are in the journal alone.", l => l.MaxJournalMemory,
            (l, v) => l with { MaxJournalMemory = v }),
        Bytes(nameof(MqttBrokerLimits.JournalSegmentLength), "The length of a file of the journal.", l => l.JournalSegmentLength,
            (l, v) => l with { JournalSegmentLength = v }),
        Bytes(nameof(MqttBrokerLimits.MaxJournalLength), "Bytes of all files of the journal; 0 for no limit.", l => l.MaxJournalLength,
            (l, v) => l with { MaxJournalLength = v }),
        Bytes(nameof(MqttBrokerLimits.MaxProgramBytes), "Bytes of log lines that wait to be written.", l => l.MaxProgramBytes,
            (l, v) => l with { MaxProgramBytes = v }),
        Time(nameof(MqttBrokerLimits.HookTimeout), "In which a decision about a client must come.", l => l.HookTimeout, (l, v) => l with { HookTimeout = v }),
    ];

    private static Setting Count(string name, string description, Func<MqttBrokerLimits, int> get, Func<MqttBrokerLimits, int, MqttBrokerLimits> set) =>
        Of(SettingKind.Count, name, description, l => (long)get(l), (l, v) => set(l, (int)(long)v)) with { Maximum = int.MaxValue };

    private static Setting Bytes(string name, string description, Func<MqttBrokerLimits, int> get, Func<MqttBrokerLimits, int, MqttBrokerLimits> set) =>
        Of(SettingKind.Bytes, name, description, l => (long)get(l), (l, v) => set(l, (int)(long)v)) with { Maximum = int.MaxValue };

    private static Setting Bytes(string name, string description, Func<MqttBrokerLimits, long> get, Func<MqttBrokerLimits, long, MqttBrokerLimits> set) =>
        Of(SettingKind.Bytes, name, description, l => get(l), (l, v) => set(l, (long)v));

    private static Setting Time(
        string name, string description, Func<MqttBrokerLimits, TimeSpan> get, Func<MqttBrokerLimits, TimeSpan, MqttBrokerLimits> set) =>
        Of(SettingKind.Time, name, description, l => get(l), (l, v) => set(l, (TimeSpan)v));

    private static Setting Of(
        SettingKind kind, string name, string description, Func<MqttBrokerLimits, object> get, Func<MqttBrokerLimits, object, MqttBrokerLimits> set) =>
        new(SettingTable.LimitPrefix + name, kind, description, s => get(s.Options.Limits),
            (s, v) => s with { Options = s.Options with { Limits = set(s.Options.Limits, v!) } });
}
