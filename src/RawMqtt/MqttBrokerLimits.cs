// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt;

/// <summary>Contains the limits of a broker's memory and work. <see cref="MqttBrokerStatistics"/> counts how often each was reached.</summary>
public sealed record MqttBrokerLimits
{
    internal const int DefaultConnectionsPerAddress = 20_000;

    /// <summary>Gets the maximum length of a control packet in bytes. The broker ends the connection when it has read the header of a longer packet
    /// [MQTT-4.8.0-2].</summary>
    public int MaxPacketLength { get; init; } = 16 << 20;

    /// <summary>Gets the maximum length of the first packet, the CONNECT, in bytes. The broker ends the connection when it has read the header of a longer
    /// packet. No valid CONNECT is longer than the default.</summary>
    public int MaxConnectLength { get; init; } = ConnectPacket.MaxLength;

    /// <summary>Gets the maximum time from the acceptance of a network connection to its CONNECT, 3.1.4, including the TLS and WebSocket handshakes.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the maximum time from the first byte of a packet or WebSocket frame to its last one. The broker then disconnects the client as too slow.
    /// Time in which the broker does not read the connection does not count.</summary>
    public TimeSpan PacketTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets the minimum rate at which an incomplete packet must go on, in bytes per second over each <see cref="PacketRateTime"/>. The broker
    /// disconnects a client that is slower.</summary>
    public int MinPacketRate { get; init; } = 1024;

    /// <summary>Gets the time over which <see cref="MinPacketRate"/> is measured. A packet that is complete within this time may be slower.</summary>
    public TimeSpan PacketRateTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the maximum memory of the incomplete packets of all connections together, in bytes; connections before their login may have an eighth of
    /// it. When it is exceeded, the broker disconnects the clients with the largest packets of the user, or address, that takes most.</summary>
    public long MaxUnfinishedBytes { get; init; } = 64 << 20;

    /// <summary>Gets the maximum time that a client may take to accept each 256 KiB that the broker sends. The broker then disconnects the client as too
    /// slow.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets the maximum number of network connections. The broker closes further connections when it accepts them.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>Gets the maximum number of network connections from one IPv4 address or one IPv6 network of 64 bits. The broker closes further connections
    /// when it accepts them. The default is 20 000, or half of the file handles of the process if these are fewer.</summary>
    public int MaxConnectionsPerAddress { get; init; } = DefaultConnectionsPerAddress;

    /// <summary>Gets the maximum number of sessions of clients that are away. When another client goes away, the broker discards the longest away of the user
    /// that has most of them; clients without a user name count for their address.</summary>
    public int MaxAwaySessions { get; init; } = 10_000;

    /// <summary>Gets the time that a client may be away before the broker discards its session.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Gets the maximum number of topic filters of one client. Further filters get SUBACK return code 0x80.</summary>
    public int MaxSubscriptions { get; init; } = 1000;

    /// <summary>Gets the maximum memory of the topic filters of one client: their bytes, and 256 for each of their levels. Further filters get SUBACK return
    /// code 0x80.</summary>
    public int MaxSubscriptionBytes { get; init; } = 2 << 20;

    /// <summary>Gets the memory of the topic filters of all clients together. When it is exceeded, each client may use these bytes divided by the number of
    /// sessions; further filters get SUBACK return code 0x80.</summary>
    public long MaxTotalSubscriptionBytes { get; init; } = 256 << 20;

    /// <summary>Gets the maximum number of levels of a topic. A filter with more gets SUBACK return code 0x80; a PUBLISH or a Will with more ends the
    /// connection.</summary>
    public int MaxTopicLevels { get; init; } = 200;

    /// <summary>Gets the number of steps after which the turn of a connection ends and others go first: packets, levels of topics and subscriptions that the
    /// search for subscribers visits, and receivers of its messages. A read counts as 500.</summary>
    public int MaxTurnSteps { get; init; } = 20_000;

    /// <summary>Gets the maximum number of CONNECTs whose passwords wait to be checked; one address may have an eighth of them. Further ones are refused with
    /// return code 3.</summary>
    public int MaxWaitingLogins { get; init; } = 256;

    /// <summary>Gets the maximum number of levels of retained topics that new subscriptions search in one turn. Other connections go first before the search
    /// continues.</summary>
    public int MaxRetainedSearch { get; init; } = 2000;

    /// <summary>Gets the initial maximum number of messages at QoS 1 and 2 in flight to one client, 1 to 65535. Further messages wait in the client's
    /// queue.</summary>
    public int InitialInFlight { get; init; } = 20;

    /// <summary>Gets the maximum number of messages in flight to one client that keeps up. The window doubles each time that a whole window was acknowledged
    /// while others waited.</summary>
    public int MaxInFlight { get; init; } = 1280;

    /// <summary>Gets the maximum bytes of topics and payloads in flight to one client; the last message may exceed it. Further messages wait in the client's
    /// queue.</summary>
    public int MaxInFlightBytes { get; init; } = 1 << 20;

    /// <summary>Gets the maximum number of messages that wait for a client that is away; see <see cref="MqttBrokerOptions.WhenQueueFull"/> for what
    /// happens to others, and <see cref="MaxHoldTime"/> for a client that is connected.</summary>
    public int MaxQueuedMessages { get; init; } = 1000;

    /// <summary>Gets the maximum bytes of topics and payloads that wait for a client that is away; see <see cref="MqttBrokerOptions.WhenQueueFull"/>
    /// for what happens to others.</summary>
    public int MaxQueuedBytes { get; init; } = 1 << 20;

    /// <summary>Gets the maximum time that a connected client with a full queue may hold back the clients that publish to it. After that, until the client
    /// has caught up, <see cref="MqttBrokerOptions.WhenQueueFull"/> decides about what exceeds ten times the queue's limits.</summary>
    public TimeSpan MaxHoldTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the maximum time that slow readers together may hold back one client that publishes: in any second at QoS 0, after which messages to them
    /// are shed; at a time at QoS 1 and 2, after which the broker takes at least one more packet.</summary>
    public TimeSpan MaxPublisherHoldTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets the maximum bytes that wait to be sent on one connection. Above it the broker drops messages at QoS 0 and queues those at QoS 1 and 2;
    /// at twice the limit it ends the connection.</summary>
    public int MaxOutgoingBytes { get; init; } = 1 << 20;

    /// <summary>Gets the bytes that may wait to be sent on all connections together. While they are exceeded, each connection may have these bytes divided by
    /// the number of connections in place of <see cref="MaxOutgoingBytes"/>; one message always fits.</summary>
    public long MaxTotalOutgoingBytes { get; init; } = 256 << 20;

    /// <summary>Gets the maximum number of retained messages. When it is reached, each user, or client without a user name, may have its share of it.</summary>
    public int MaxRetainedMessages { get; init; } = 100_000;

    /// <summary>Gets the maximum bytes of topics and payloads of all retained messages. When they are reached, each user, or client without a user name, may
    /// have its share of them; a message in place of a shorter one may exceed them once.</summary>
    public long MaxRetainedBytes { get; init; } = 64 << 20;

    /// <summary>Gets the maximum number of topic levels of all retained messages; a level that several topics share counts once. When it is reached, each
    /// user, or client without a user name, may have its share of it.</summary>
    public int MaxRetainedLevels { get; init; } = 250_000;

    /// <summary>Gets the bytes of topics and payloads of all messages that the broker keeps, and 64 for each place where one is kept. When they are exceeded,
    /// each client may have these bytes divided by the number of sessions in flight, in its queue and as a Will.</summary>
    public long MaxKeptBytes { get; init; } = 256 << 20;

    /// <summary>Gets the bytes of topics and payloads of all messages that the broker keeps in memory, and 64 for each place where one is kept, above which
    /// messages that wait are kept in the journal alone. It has a meaning with <see cref="MqttBrokerOptions.Durability"/> only.</summary>
    public long MaxJournalMemory { get; init; } = 64 << 20;

    /// <summary>Gets the length of the files of the broker's journal: 4096 bytes to 1 GiB. On disk there are at most twice the bytes that count, and two
    /// files.</summary>
    public long JournalSegmentLength { get; init; } = 64 << 20;

    /// <summary>Gets the maximum bytes of all files of the broker's journal; 0 for no limit. What counts may take half of it without two files. Beyond that
    /// each kept session may have its share, above which <see cref="MqttBrokerOptions.WhenQueueFull"/> decides. When the journal is two files below the limit,
    /// clients wait that publish what would be kept; those that have waited for a minute are disconnected.</summary>
    public long MaxJournalLength { get; init; }

    /// <summary>Gets the maximum bytes that wait for the program that runs the broker, in each of its subscriptions, for
    /// <see cref="MqttBrokerOptions.Observe"/> and for <see cref="MqttBrokerOptions.Log"/>: topics, payloads and text, and 256 for each message, event and
    /// line. The broker drops further ones.</summary>
    public long MaxProgramBytes { get; init; } = 16 << 20;

    /// <summary>Gets the maximum time that a hook of the program may take to answer. The broker then refuses and cancels the hook's token.</summary>
    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(10);

    internal static int SizeOf(ReadOnlySpan<byte> filter) => filter.Length + (256 * (filter.Count((byte)'/') + 1));

    internal bool IsTooDeep(ReadOnlySpan<byte> topic) => topic.Length >= MaxTopicLevels && topic.Count((byte)'/') >= MaxTopicLevels;
}
