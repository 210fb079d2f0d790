// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Which end of the connection this is: a client masks its frames, a server does not. RFC 6455 5.1.</summary>
public enum WebSocketRole
{
    /// <summary>The end that asked for the connection.</summary>
    Client,

    /// <summary>The end that accepted it.</summary>
    Server,
}
