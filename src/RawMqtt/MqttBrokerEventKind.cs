// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>What happened in a broker.</summary>
public enum MqttBrokerEventKind
{
    /// <summary>A CONNECT was accepted.</summary>
    Connected,

    /// <summary>The connection of a client ended.</summary>
    Disconnected,

    /// <summary>A client published a message, which was passed on.</summary>
    Published,
}
