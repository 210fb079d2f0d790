// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt;

/// <summary>What bounds the broker's memory and work. Each limit has a counter in <see cref="MqttBrokerStatistics"/> that says how often it was reached.</summary>
public sealed record MqttBrokerLimits
{
    /// <summary>Bytes of a control packet; a longer one ends the connection as soon as its header is read [MQTT-4.8.0-2].</summary>
    public int MaxPacketLength { get; init; } = 16 << 20;

    /// <summary>Bytes of the first packet, the CONNECT; a longer one ends the connection as soon as its header is read. No valid one is longer than the default.</summary>
    public int MaxConnectLength { get; init; } = ConnectPacket.MaxLength;

    /// <summary>From the acceptance of a network connection to its CONNECT, TLS and WebSocket handshake included, 3.1.4.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the maximum time from the first byte of a packet or WebSocket frame to its last one. The broker then disconnects the client as too slow.
    /// Time in which the broker does not read the connection does not count.</summary>
    public TimeSpan PacketTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets the minimum rate at which an incomplete packet must go on, in bytes per second over each <see cref="PacketRateTime"/>. The broker
    /// disconnects a client that is slower.</summary>
    public int MinPacketRate { get; init; } = 1024;

    /// <summary>Gets the time over which <see cref="MinPacketRate"/> is measured. A packet that is complete within this time may be as slow as it likes.</summary>
    public TimeSpan PacketRateTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the maximum memory of the incomplete packets of all connections together, in bytes. When it is exceeded, the broker disconnects the
    /// client whose packet takes most of it.</summary>
    public long MaxUnfinishedBytes { get; init; } = 64 << 20;

    /// <summary>How long a client may take for what it is sent, 256 KiB at a time, before it counts as too slow and is disconnected.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Network connections in all; more are closed as soon as they are accepted.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>Network connections of one address; more are closed as soon as they are accepted.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 20_000;

    /// <summary>Sessions of clients that are away; when one more goes away, the one that has been away for longest is discarded.</summary>
    public int MaxAwaySessions { get; init; } = 10_000;

    /// <summary>How long a client may be away before its session is discarded.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Topic filters of one client; more get SUBACK return code 0x80.</summary>
    public int MaxSubscriptions { get; init; } = 1000;

    /// <summary>What the topic filters of one client are reckoned to take: their bytes, and 256 for each of their levels; more get SUBACK return code 0x80.</summary>
    public int MaxSubscriptionBytes { get; init; } = 2 << 20;

    /// <summary>What the topic filters of all clients together are reckoned to take. Beyond it, one client may have no more than these bytes divided by the
    /// number of sessions; more get SUBACK return code 0x80.</summary>
    public long MaxTotalSubscriptionBytes { get; init; } = 256 << 20;

    /// <summary>Levels of a topic: a filter with more gets 0x80, a PUBLISH to a name with more, or a Will, ends the connection.</summary>
    public int MaxTopicLevels { get; init; } = 200;

    /// <summary>Levels of retained topics that new subscriptions look at in one go; before more are looked at, others have their turn.</summary>
    public int MaxRetainedSearch { get; init; } = 10_000;

    /// <summary>Messages at QoS 1 and 2 in flight to one client at first, 1 to 65535; more wait in its queue.</summary>
    public int InitialInFlight { get; init; } = 20;

    /// <summary>The most in flight to one client that keeps up: the window doubles each time that a whole one was acknowledged while others waited.</summary>
    public int MaxInFlight { get; init; } = 1280;

    /// <summary>Bytes of topics and payloads in flight to one client; the last message may go beyond. More wait in its queue.</summary>
    public int MaxInFlightBytes { get; init; } = 1 << 20;

    /// <summary>Messages that wait for one client that is away; newer ones are dropped. For one that is connected, see <see cref="MaxHoldTime"/>.</summary>
    public int MaxQueuedMessages { get; init; } = 1000;

    /// <summary>Bytes of topics and payloads that wait for one client that is away; newer ones are dropped.</summary>
    public int MaxQueuedBytes { get; init; } = 1 << 20;

    /// <summary>How long a connected client whose queue has reached its limits may hold back the others that publish to it; from then on, until it
    /// has caught up, what is above ten times the limits is dropped.</summary>
    public TimeSpan MaxHoldTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the maximum time that slow readers together may hold back one client that publishes: in any second at QoS 0, after which messages to them
    /// are shed; at a time at QoS 1 and 2, after which the broker takes at least one more packet.</summary>
    public TimeSpan MaxPublisherHoldTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Bytes that wait to be sent on one connection. Beyond it QoS 0 is shed, QoS 1 and 2 wait in the queue; at twice the limit the connection ends.</summary>
    public int MaxOutgoingBytes { get; init; } = 1 << 20;

    /// <summary>Bytes that wait to be sent on all connections together, looked at with each sweep. While they are more, each connection has these
    /// bytes divided by the number of connections in place of <see cref="MaxOutgoingBytes"/>; one message always fits.</summary>
    public long MaxTotalOutgoingBytes { get; init; } = 256 << 20;

    /// <summary>Retained messages in all; beyond it, a new one is not kept.</summary>
    public int MaxRetainedMessages { get; init; } = 100_000;

    /// <summary>Bytes of topics and payloads of all retained messages; beyond it, a new one is not kept.</summary>
    public long MaxRetainedBytes { get; init; } = 64 << 20;

    /// <summary>Levels of the topics of all retained messages, those that several share once; beyond it, a new one is not kept.</summary>
    public int MaxRetainedLevels { get; init; } = 250_000;

    /// <summary>Bytes of topics and payloads of all messages kept for any purpose. Beyond it, one client may have no more in flight, in its queue
    /// or as a Will than these bytes divided by the number of sessions.</summary>
    public long MaxKeptBytes { get; init; } = 256 << 20;

    /// <summary>What waits for the program that runs the broker, in each of its subscriptions, for <see cref="MqttBrokerOptions.Observe"/> and for <see cref="MqttBrokerOptions.Log"/>:
    /// bytes of topics, payloads and text, and 256 for each message, event and line; more are dropped.</summary>
    public long MaxProgramBytes { get; init; } = 16 << 20;

    /// <summary>How long the program may take to answer one of its hooks; then the answer is a refusal, and the hook's token is cancelled.</summary>
    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(10);

    internal static int SizeOf(ReadOnlySpan<byte> filter) => filter.Length + (256 * (filter.Count((byte)'/') + 1));

    internal bool IsTooDeep(ReadOnlySpan<byte> topic) => topic.Length >= MaxTopicLevels && topic.Count((byte)'/') >= MaxTopicLevels;
}
