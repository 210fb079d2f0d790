// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>One event; the payload is a view of the caller's bytes, valid until they change.</summary>
public readonly ref struct WebSocketEvent
{
    /// <summary>What happened.</summary>
    public WebSocketEventKind Kind { get; init; }

    /// <summary>What a control frame carries.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>A message ended here.</summary>
    public bool IsEndOfMessage => Kind is WebSocketEventKind.Text or WebSocketEventKind.Binary;
}
