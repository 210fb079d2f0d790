// SPDX-License-Identifier: MIT

namespace RawMqtt.Extensions;

/// <summary>Specifies how an asynchronous function gets the messages of a subscription.</summary>
public sealed record MqttReceivingOptions
{
    /// <summary>Gets the QoS of filters that are given as texts.</summary>
    public QualityOfService Qos { get; init; }

    /// <summary>Gets the most messages that the function works on at once: at least 1. With 1, the default, each message waits for the one before it; with
    /// more, their order is lost.</summary>
    public int MaxConcurrent { get; init; } = 1;

    /// <summary>Gets the function that hears of a message whose function threw; null: the first exception ends the subscription, and
    /// <see cref="MqttReceiving.Completion"/> fails with it.</summary>
    /// <remarks>The message counts as handled when the function has returned: it is acknowledged.</remarks>
    public Action<MqttMessage, Exception>? Failed { get; init; }

    /// <summary>Gets the limits of what waits for the function.</summary>
    public MqttSubscribeOptions Subscription { get; init; } = new();
}
