// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>When a connection ends unless its client sends or takes something, and why.</summary>
internal readonly record struct Deadline(TimeSpan At, MqttConnectionEnd Reason)
{
    /// <summary>Returns the deadline of a connection that comes first; null for none.</summary>
    public static Deadline? Of(BrokerConnection connection, MqttBrokerLimits limits)
    {
        if (connection.End is not null) return null;
        if (connection is { Subscriber: null, Pause: Pause.Held }) // its CONNECT waits for the journal
            return new Deadline(connection.LastReceived + JournalHolds.Longest, MqttConnectionEnd.NoRoom);
        if (connection.Subscriber is null) return new Deadline(connection.LastReceived + limits.ConnectTimeout, MqttConnectionEnd.NoConnect); // 3.1.4

        Deadline? slow = connection.Flushing > 0 ? new Deadline(connection.FlushingSince + limits.SendTimeout, MqttConnectionEnd.TooSlow) : null;
        Deadline? silent = connection.KeepAlive > 0 && connection.Pause == Pause.None
            ? new Deadline(connection.LastReceived + TimeSpan.FromSeconds(1.5 * connection.KeepAlive), MqttConnectionEnd.KeepAliveExpired) // [MQTT-3.1.2-24]
            : null;
        return slow is null || silent?.At <= slow.Value.At ? silent : slow;
    }
}
