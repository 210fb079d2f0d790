// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>A topic filter, and the highest QoS that the client asks for, 3.8.3.</summary>
public readonly ref struct Subscription
{
    /// <summary>Gets the topic filter: 1 to 65535 bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> Filter { get; init; }

    /// <summary>Gets the highest QoS at which the server may send the messages.</summary>
    public QualityOfService Qos { get; init; }
}
