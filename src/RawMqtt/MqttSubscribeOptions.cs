// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies how the messages of one subscription are delivered.</summary>
public sealed record MqttSubscribeOptions
{
    /// <summary>Gets the function that receives each message, instead of the stream; null for the stream.</summary>
    public MqttMessageReceiver? Receiver { get; init; }

    /// <summary>Gets whether messages at QoS 1 and 2 are acknowledged only by <see cref="MqttMessage.Acknowledge"/>. Only with the stream.</summary>
    /// <remarks>Answers leave in the order of arrival all the same: a message that is never acknowledged holds up all answers after it.</remarks>
    public bool ManualAcknowledgement { get; init; }

    /// <summary>Gets whether subscribing succeeds although the server refuses a filter; <see cref="MqttSubscription.Granted"/> then shows which.</summary>
    public bool AllowRefused { get; init; }

    /// <summary>Gets the number of unread messages at which the client stops reading from the connection until the reader has caught up. At least 1.</summary>
    public int MaxMessages { get; init; } = 1024;

    /// <summary>Gets the number of unread bytes, topics and payloads, at which the client stops reading from the connection until the reader has caught up.
    /// At least 1.</summary>
    public long MaxBytes { get; init; } = 1 << 20;
}
