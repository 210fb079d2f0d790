// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies what the broker does when a message at QoS 1 or 2 has no place in the queue of a client: because of
/// <see cref="MqttBrokerLimits.MaxQueuedMessages"/>, <see cref="MqttBrokerLimits.MaxQueuedBytes"/>, or the client's share of
/// <see cref="MqttBrokerLimits.MaxJournalLength"/> or <see cref="MqttBrokerLimits.MaxKeptBytes"/>. Each message that is lost is counted and logged.</summary>
public enum MqttWhenQueueFull
{
    /// <summary>The broker drops the new message.</summary>
    DropNewest,

    /// <summary>The broker drops the messages that have waited longest, as many as the new one needs. Messages in flight stay; if they leave no room,
    /// the broker drops the new message.</summary>
    DropOldest,

    /// <summary>The broker discards the session with all of its messages and subscriptions, and disconnects its client with
    /// <see cref="MqttConnectionEnd.QueueFull"/>. The next CONNACK says that no session is present: the client knows that it has missed messages.</summary>
    EndSession,
}
