// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies the state of a client.</summary>
public enum MqttClientState
{
    /// <summary>The client was not opened yet, or was disconnected on purpose, or has given up.</summary>
    Disconnected,

    /// <summary>The first connection is being made.</summary>
    Connecting,

    /// <summary>The server has accepted the connection.</summary>
    Connected,

    /// <summary>The connection is lost; the client waits for the next attempt or makes it.</summary>
    Reconnecting,

    /// <summary>The client finishes what is under way before it sends DISCONNECT.</summary>
    Disconnecting,

    /// <summary>The client was disposed of.</summary>
    Closed,
}
