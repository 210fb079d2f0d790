// SPDX-License-Identifier: MIT


namespace RawMqtt;

/// <summary>Something that happened in a broker.</summary>
/// <param name="Kind">What.</param>
/// <param name="Client">Who connected, disconnected or published.</param>
public sealed record MqttBrokerEvent(MqttBrokerEventKind Kind, MqttBrokerClient Client)
{
    /// <summary>The message of <see cref="MqttBrokerEventKind.Published"/>.</summary>
    public MqttMessage? Message { get; init; }

    /// <summary>Why a client disconnected.</summary>
    public MqttConnectionEnd? End { get; init; }

    /// <summary>The rule that it broke, when that was the reason.</summary>
    public string? Rule { get; init; }
}
