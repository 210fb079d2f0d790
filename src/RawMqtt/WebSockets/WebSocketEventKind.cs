// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>What came out of the bytes given to <see cref="WebSocketConnection"/>.</summary>
public enum WebSocketEventKind
{
    /// <summary>A text message has ended; its last bytes stand at the end of what was written.</summary>
    Text,

    /// <summary>A binary message has ended; told only by a connection that takes text.</summary>
    Binary,

    /// <summary>A ping; its pong is in the replies.</summary>
    Ping,

    /// <summary>A pong, asked for or not.</summary>
    Pong,

    /// <summary>The peer's Close.</summary>
    Close,

    /// <summary>The peer broke a rule.</summary>
    Violation,
}
