// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Why a network connection ended. All but the first leave the Will to be published [MQTT-3.1.2-8].</summary>
public enum MqttConnectionEnd
{
    /// <summary>The client sent DISCONNECT, 3.14.</summary>
    Disconnected,

    /// <summary>The network connection failed or was closed without a DISCONNECT.</summary>
    Lost,

    /// <summary>The client broke a rule [MQTT-4.8.0-1].</summary>
    ProtocolViolation,

    /// <summary>Nothing came within one and a half times the Keep Alive [MQTT-3.1.2-24].</summary>
    KeepAliveExpired,

    /// <summary>No CONNECT came in time, 3.1.4.</summary>
    NoConnect,

    /// <summary>The CONNECT was refused [MQTT-3.2.2-5].</summary>
    Refused,

    /// <summary>The same client connected once more [MQTT-3.1.4-2].</summary>
    TakenOver,

    /// <summary>The client did not take what it had asked for, or did not finish a packet that it had begun.</summary>
    TooSlow,

    /// <summary>There are too many connections, in all or of one address.</summary>
    TooMany,

    /// <summary>The application that runs the broker ended it.</summary>
    ByApplication,

    /// <summary>The broker stops.</summary>
    BrokerStops,
}
