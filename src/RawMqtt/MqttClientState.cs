// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Where a client stands.</summary>
public enum MqttClientState
{
    /// <summary>Not opened yet, or disconnected on purpose.</summary>
    Disconnected,

    /// <summary>The first connection is being made.</summary>
    Connecting,

    /// <summary>The server has accepted the connection.</summary>
    Connected,

    /// <summary>The connection is lost; the next is waited for or being made.</summary>
    Reconnecting,

    /// <summary>What is under way is being finished before DISCONNECT.</summary>
    Disconnecting,

    /// <summary>Disposed of.</summary>
    Closed,
}
