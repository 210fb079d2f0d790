// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>The kinds of <see cref="SessionEvent"/>.</summary>
internal enum SessionEventKind
{
    /// <summary>Nothing that the application sees.</summary>
    None,

    /// <summary>CONNACK accepts; what the session had in flight was sent again.</summary>
    Connected,

    /// <summary>CONNACK refuses: the connection is to be closed.</summary>
    Refused,

    /// <summary>A message to deliver; to be acknowledged at QoS 1 and 2.</summary>
    Message,

    /// <summary>A message of ours is the server's now: PUBACK or PUBCOMP came, and the packet identifier is free.</summary>
    Delivered,

    /// <summary>SUBACK.</summary>
    Subscribed,

    /// <summary>UNSUBACK.</summary>
    Unsubscribed,

    /// <summary>PINGRESP.</summary>
    Pong,

    /// <summary>The server broke a rule: the connection is to be closed [MQTT-4.8.0-1].</summary>
    Violation,
}
