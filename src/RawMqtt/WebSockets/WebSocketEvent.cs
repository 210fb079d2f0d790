// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>What came out of the bytes given to <see cref="WebSocketConnection"/>.</summary>
internal enum WebSocketEventKind
{
    /// <summary>A piece of a text message.</summary>
    Text,

    /// <summary>A piece of a binary message.</summary>
    Binary,

    /// <summary>A ping; its pong is already in the output.</summary>
    Ping,

    /// <summary>A pong, asked for or not.</summary>
    Pong,

    /// <summary>The peer's Close; the reply, when one was due, is already in the output.</summary>
    Close,

    /// <summary>The peer broke a rule; a Close that says so is already in the output.</summary>
    Violation,
}

/// <summary>One event; the payload is a view of the caller's bytes, valid until they change.</summary>
internal readonly ref struct WebSocketEvent
{
    /// <summary>What happened.</summary>
    public WebSocketEventKind Kind { get; init; }

    /// <summary>The piece of the message, or what the control frame carries.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>For text and binary: the message ends with this piece.</summary>
    public bool EndOfMessage { get; init; }
}
