// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies what happened in a broker.</summary>
public enum MqttBrokerEventKind
{
    /// <summary>The broker accepted a client's CONNECT.</summary>
    Connected,

    /// <summary>The connection of a client ended.</summary>
    Disconnected,

    /// <summary>A client published a message, and the broker passed it on.</summary>
    Published,
}
