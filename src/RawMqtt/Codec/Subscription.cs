// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>A topic filter and the highest QoS wanted for it, 3.8.3.</summary>
public readonly ref struct Subscription
{
    /// <summary>1 to 65535 bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> Filter { get; init; }

    /// <summary>The highest QoS at which the client wants the messages.</summary>
    public QualityOfService Qos { get; init; }
}
