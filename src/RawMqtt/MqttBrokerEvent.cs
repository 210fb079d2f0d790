// SPDX-License-Identifier: MIT


namespace RawMqtt;

/// <summary>Describes something that happened in a broker.</summary>
/// <param name="Kind">The kind of the event.</param>
/// <param name="Client">The client that connected, disconnected or published.</param>
public sealed record MqttBrokerEvent(MqttBrokerEventKind Kind, MqttBrokerClient Client)
{
    /// <summary>Gets the message of a <see cref="MqttBrokerEventKind.Published"/> event; otherwise null.</summary>
    public MqttMessage? Message { get; init; }

    /// <summary>Gets the reason of a <see cref="MqttBrokerEventKind.Disconnected"/> event; otherwise null.</summary>
    public MqttConnectionEnd? End { get; init; }

    /// <summary>Gets the rule that the client broke, if that was the reason; otherwise null.</summary>
    public string? Rule { get; init; }
}
