// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>The kinds of <see cref="SessionEvent"/>.</summary>
public enum SessionEventKind
{
    /// <summary>Nothing that concerns the application.</summary>
    None,

    /// <summary>CONNACK accepted the connection; what the session had in flight was sent again.</summary>
    Connected,

    /// <summary>CONNACK refused the connection: the client closes it.</summary>
    Refused,

    /// <summary>A message to deliver; the application acknowledges it at QoS 1 and 2.</summary>
    Message,

    /// <summary>The server has taken over a message that was sent: PUBACK or PUBCOMP came, and the packet identifier is free.</summary>
    Delivered,

    /// <summary>The server answered a message at QoS 2 with PUBACK: it has taken it at QoS 1. The packet identifier is free.</summary>
    Downgraded,

    /// <summary>SUBACK.</summary>
    Subscribed,

    /// <summary>UNSUBACK.</summary>
    Unsubscribed,

    /// <summary>PINGRESP.</summary>
    Pong,

    /// <summary>The server broke a rule: the client closes the connection [MQTT-4.8.0-1].</summary>
    Violation,
}
