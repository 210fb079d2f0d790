// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>What a client has done since it was made.</summary>
public readonly record struct MqttClientStatistics
{
    /// <summary>PUBLISH packets sent for the first time.</summary>
    public long MessagesSent { get; init; }

    /// <summary>PUBLISH packets received and not received before.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>Bytes of MQTT packets written to connections.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes of MQTT packets taken from connections.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Connections that a server accepted; the first, and one for each time it was lost.</summary>
    public long Connections { get; init; }

    /// <summary>QoS 1 and 2 messages sent and not yet acknowledged, now.</summary>
    public int InFlight { get; init; }

    /// <summary>Messages that wait to be sent, now.</summary>
    public int Queued { get; init; }

    /// <summary>Messages that did not fit into <see cref="MqttClientOptions.MaxQueuedMessages"/> or <see cref="MqttClientOptions.MaxQueuedBytes"/>, the send buffer included; their callers were told.</summary>
    public long Dropped { get; init; }

    /// <summary>Messages thrown away because a subscription's reader was far behind: at QoS 0, and in a clean session those at QoS 1 and 2 that were seen to be lost with the connection.</summary>
    public long DroppedIncoming { get; init; }

    /// <summary>Messages that matched no subscription.</summary>
    public long Unmatched { get; init; }

    /// <summary>Exceptions thrown by the application's receivers.</summary>
    public long ReceiverFailures { get; init; }
}
