// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies what the broker does when a message at QoS 1 or 2 has no place in the queue of a client: because of
/// <see cref="MqttBrokerLimits.MaxQueuedMessages"/>, <see cref="MqttBrokerLimits.MaxQueuedBytes"/>, or the client's share of
/// <see cref="MqttBrokerLimits.MaxJournalLength"/> or <see cref="MqttBrokerLimits.MaxKeptBytes"/>. Each message that is lost is counted and logged.</summary>
public enum MqttWhenQueueFull
{
    /// <summary>The broker drops the new message.</summary>
    DropNewest,

    /// <summary>The broker drops the messages that have waited longest, as many as the new one needs, and at most 64: a queue that is far too long,
    /// such as that of a client that has just lost its connection, shrinks with each new message. Messages in flight stay. If they leave no room, or if the
    /// message is longer than the whole queue may be, the broker drops the new message.</summary>
    DropOldest,

    /// <summary>The broker discards the session with all of its messages and subscriptions, and disconnects its client with
    /// <see cref="MqttConnectionEnd.QueueFull"/>. The next CONNACK says that no session is present: the client knows that it has missed messages.
    /// The limits are ten times higher while it is connected: with more than the limits waiting, it may be away only until the next message.</summary>
    EndSession,
}
