// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Contains all settings of a bridge between an own broker and a far one. The record is immutable.</summary>
public sealed record MqttBridgeOptions
{
    /// <summary>Gets the bridge's name: it names its session at the own broker (<c>bridge-NAME</c>) and its state topic, so it has no +, no # and
    /// no /.</summary>
    public required string Name { get; init; }

    /// <summary>Gets how the far broker is reached. The bridge sets <see cref="MqttClientOptions.CleanSession"/> to false, and waits for the far broker as long
    /// as it takes. Without a <see cref="MqttClientOptions.ClientId"/> it connects as <c>MACHINE.NAME</c>.</summary>
    public required MqttClientOptions Remote { get; init; }

    /// <summary>Gets which messages are passed on: at least one rule.</summary>
    public required IReadOnlyList<MqttBridgeRule> Rules { get; init; }

    /// <summary>Gets the most messages of one rule and direction that are taken from one broker and not yet acknowledged by the other: 1 to 65535.</summary>
    public int MaxInFlight { get; init; } = 1000;

    /// <summary>Gets the function that receives the log lines; null for none.</summary>
    public MqttLog? Log { get; init; }
}
