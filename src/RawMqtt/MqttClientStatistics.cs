// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Counts what a client has done since it was created.</summary>
public readonly record struct MqttClientStatistics
{
    /// <summary>Gets the number of PUBLISH packets sent for the first time.</summary>
    public long MessagesSent { get; init; }

    /// <summary>Gets the number of PUBLISH packets received, without repetitions at QoS 2.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>Gets the bytes of MQTT packets written to connections.</summary>
    public long BytesSent { get; init; }

    /// <summary>Gets the bytes of MQTT packets read from connections.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Gets the number of connections that a server accepted: the first one, and each reconnect.</summary>
    public long Connections { get; init; }

    /// <summary>Gets the current number of messages at QoS 1 and 2 that were sent and are not acknowledged.</summary>
    public int InFlight { get; init; }

    /// <summary>Gets the current number of messages that wait to be sent.</summary>
    public int Queued { get; init; }

    /// <summary>Gets the number of messages that exceeded <see cref="MqttClientOptions.MaxQueuedMessages"/> or <see cref="MqttClientOptions.MaxQueuedBytes"/>,
    /// the send buffer included. Their callers got an exception.</summary>
    public long Dropped { get; init; }

    /// <summary>Gets the number of messages dropped because a subscription's reader was far behind: at QoS 0, and in a clean session those
    /// at QoS 1 and 2 that were lost with the connection.</summary>
    public long DroppedIncoming { get; init; }

    /// <summary>Gets the number of messages that matched no subscription.</summary>
    public long Unmatched { get; init; }

    /// <summary>Gets the number of exceptions thrown by the application's receivers.</summary>
    public long ReceiverFailures { get; init; }
}
