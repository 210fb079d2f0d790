// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>A message that came, seen in the buffer that it was received in: valid during the call alone, and nothing is allocated for it.</summary>
public readonly ref struct MqttMessageView
{
    /// <summary>The topic name, UTF-8.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>The QoS of this delivery.</summary>
    public QualityOfService Qos { get; init; }

    /// <summary>The server had kept it before this subscription was made, 3.3.1.3.</summary>
    public bool Retain { get; init; }

    /// <summary>It may have been delivered before, 3.3.1.1; says nothing certain.</summary>
    public bool Duplicate { get; init; }
}

/// <summary>Receives messages on the thread that reads the connection: it returns soon, and does not block.</summary>
/// <remarks>Publishing from here is fine, waiting for it is not. At QoS 1 and 2 the message is acknowledged when it returns. An
/// exception is logged and counted, and ends nothing.</remarks>
public delegate void MqttMessageReceiver(in MqttMessageView message);
