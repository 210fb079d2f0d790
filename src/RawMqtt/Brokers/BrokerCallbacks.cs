// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>What the shell wants to know from a <see cref="BrokerCore"/>. A callback that is null is not called, and costs nothing.</summary>
internal sealed record BrokerCallbacks
{
    /// <summary>The packets that a connection waits with until they are answered, see <see cref="Pause.Asks"/>.</summary>
    public AskedPackets Asked { get; init; }

    /// <summary>Returns whether a client may get the messages of a topic; null: each may. It must not use the core.</summary>
    public Func<Subscriber, ReadOnlySpan<byte>, bool>? CanRead { get; init; }

    /// <summary>Returns whether a client may publish to a topic, a Will included; null: each may. It must not use the core.</summary>
    public Func<Subscriber, ReadOnlySpan<byte>, bool>? CanWrite { get; init; }

    /// <summary>Whether a PUBLISH that is not allowed ends the connection, [MQTT-3.3.5-2].</summary>
    public bool EndsRefusedPublishers { get; init; }

    /// <summary>Called when a client was refused something, at most once a second for each.</summary>
    public RefusalObserver? Refused { get; init; }

    /// <summary>A CONNECT with the client identifier of another user's session replaces that session; otherwise it is refused.</summary>
    public bool SharesClientIds { get; init; }

    /// <summary>Bridges may connect, <see cref="MqttBrokerOptions.AllowBridges"/>.</summary>
    public bool AllowsBridges { get; init; }

    /// <summary>Called for each CONNECT that was accepted.</summary>
    public Action<BrokerConnection, Subscriber>? Connected { get; init; }

    /// <summary>Called for each connection that ended, with its client if the CONNECT had been accepted.</summary>
    public Action<BrokerConnection, Subscriber?>? Ended { get; init; }

    /// <summary>Called when a client has lost messages, at most once a minute for each.</summary>
    public DropObserver? Dropped { get; init; }

    /// <summary>Returns what happens when the queue of a client is full; null: the newest message is dropped. It must not use the core.</summary>
    public Func<Subscriber, MqttWhenQueueFull>? WhenQueueFull { get; init; }

    /// <summary>Called when a session ends because its queue is full, with the messages that are lost.</summary>
    public DropObserver? SessionEnded { get; init; }

    /// <summary>Called for each message of a client that the broker passes on.</summary>
    public PublishObserver? Published { get; init; }
}
