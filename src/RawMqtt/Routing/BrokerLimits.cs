namespace RawMqtt.Routing;

/// <summary>What bounds the broker's memory and work: each has a counter in <see cref="BrokerCounters"/> that says how often it was reached.</summary>
internal sealed record BrokerLimits
{
    /// <summary>Bytes of a control packet.</summary>
    public int MaximumPacketLength { get; init; } = 1 << 20;

    /// <summary>From the acceptance of a network connection to its CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Levels of a topic name or filter.</summary>
    public int TopicLevels { get; init; } = 128;

    /// <summary>Messages at QoS 1 and 2 in flight to one client.</summary>
    public int InFlight { get; init; } = 20;

    /// <summary>Messages that wait for one client.</summary>
    public int QueuedMessages { get; init; } = 1000;

    /// <summary>Bytes of topics and payloads that wait for one client.</summary>
    public int QueuedBytes { get; init; } = 1 << 20;

    /// <summary>Bytes that wait to be sent on one connection.</summary>
    public int OutgoingBytes { get; init; } = 1 << 20;

    /// <summary>How long one flush may take before the client counts as too slow.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Retained messages in all.</summary>
    public int RetainedMessages { get; init; } = 100_000;

    /// <summary>Bytes of topics and payloads of all retained messages.</summary>
    public long RetainedBytes { get; init; } = 64 << 20;

    /// <summary>Topic filters of one client.</summary>
    public int Subscriptions { get; init; } = 1000;

    /// <summary>Sessions of clients that are away.</summary>
    public int AwaySessions { get; init; } = 10_000;
}
