// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Counts what a bridge has done since it was started.</summary>
public readonly record struct MqttBridgeStatistics
{
    /// <summary>Gets the bridge's name.</summary>
    public string Name { get; init; }

    /// <summary>Gets whether the far broker is connected.</summary>
    public bool IsConnected { get; init; }

    /// <summary>Gets the number of connections that the far broker accepted.</summary>
    public long Connections { get; init; }

    /// <summary>Gets the number of messages that the far broker has taken.</summary>
    public long Sent { get; init; }

    /// <summary>Gets their payloads, in bytes.</summary>
    public long SentBytes { get; init; }

    /// <summary>Gets the number of messages that the far broker did not take, each for a reason in the log.</summary>
    public long SendingDropped { get; init; }

    /// <summary>Gets the number of messages that found no room at the own broker, see <see cref="MqttBridgeOptions.MaxQueuedMessages"/> and
    /// <see cref="MqttBridgeOptions.MaxQueuedBytes"/>, since the bridge's session began or the broker was started.</summary>
    public long QueueDropped { get; init; }

    /// <summary>Gets the number of messages that waited longer than <see cref="MqttBridgeOptions.MaxAge"/>.</summary>
    public long Expired { get; init; }

    /// <summary>Gets the number of messages that the own broker has taken from the far one.</summary>
    public long Received { get; init; }

    /// <summary>Gets their payloads, in bytes.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Gets the number of messages of the far broker that the own one did not take, each for a reason in the log.</summary>
    public long ReceivingDropped { get; init; }

    /// <summary>Gets the number of messages at QoS 1 and 2 that wait at the own broker for the far one.</summary>
    public int Waiting { get; init; }

    /// <summary>Gets how long the oldest of them has waited, to a second; zero if none waits.</summary>
    public TimeSpan Lag { get; init; }
}
