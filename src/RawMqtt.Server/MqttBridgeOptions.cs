// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Contains all settings of a bridge between an own broker and a far one. The record is immutable.</summary>
public sealed record MqttBridgeOptions
{
    /// <summary>Gets the bridge's name: it names its session at the own broker (<c>bridge-NAME</c>) and its state topic, so it has no +, no # and
    /// no /.</summary>
    public required string Name { get; init; }

    /// <summary>Gets how the far broker is reached. The bridge sets <see cref="MqttClientOptions.CleanSession"/> to false, waits for the far broker as long
    /// as it takes, and has limits of its own in place of the client's. Without a <see cref="MqttClientOptions.ClientId"/> it connects as
    /// <c>MACHINE.NAME</c>. Messages go out at QoS 2 only with a <see cref="MqttClientOptions.SessionFile"/>.</summary>
    public required MqttClientOptions Remote { get; init; }

    /// <summary>Gets which messages are passed on: at least one rule. Of several rules that match a topic the first one counts.</summary>
    public required IReadOnlyList<MqttBridgeRule> Rules { get; init; }

    /// <summary>Gets the most messages of one direction that are taken from one broker and not yet acknowledged by the other: 1 to 65535. Some brokers
    /// allow their clients few: 100 at AWS IoT.</summary>
    public int MaxInFlight { get; init; } = 1000;

    /// <summary>Gets the maximum number of messages that wait at the own broker for the far one, at least 1. The broker drops newer ones. It holds the clients
    /// that publish back, as <see cref="MqttBrokerLimits.MaxHoldTime"/> says, from half of this on while the far broker takes messages.</summary>
    public int MaxQueuedMessages { get; init; } = 1_000_000;

    /// <summary>Gets the maximum bytes, topics and payloads, of those messages. They count on top of <see cref="MqttBrokerLimits.MaxKeptBytes"/>.</summary>
    public long MaxQueuedBytes { get; init; } = 256 << 20;

    /// <summary>Gets the maximum time that a message may wait at the own broker for the far one; the bridge then drops it. Accurate to
    /// a second. The time counts from the start of the bridge for what waited already. null for no limit.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Gets the function that receives the log lines; null for none.</summary>
    public MqttLog? Log { get; init; }
}
