// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Represents a received message in the buffer that it was read into. It is valid only during the call, and nothing is allocated for it.</summary>
public readonly ref struct MqttMessageView
{
    /// <summary>Gets the topic name, in UTF-8.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>Gets the payload.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Gets the QoS of this delivery: the lower one of the publisher's and the subscription's [MQTT-3.8.4-6].</summary>
    public QualityOfService Qos { get; init; }

    /// <summary>Gets whether the server had stored the message before this subscription was made, section 3.3.1.3.</summary>
    public bool Retain { get; init; }

    /// <summary>Gets whether the message may have been delivered before, section 3.3.1.1. If false, it may still be a repetition at QoS 1.</summary>
    public bool Duplicate { get; init; }

    /// <summary>Gets the packet identifier that it came with at QoS 1 and 2, section 2.3.1; 0 at QoS 0, and for a message from a session file.</summary>
    public ushort PacketId { get; init; }

    /// <summary>Gets the number that names this message at QoS 2; see <see cref="MqttMessage.DeliveryId"/>.</summary>
    public long? DeliveryId { get; init; }
}
