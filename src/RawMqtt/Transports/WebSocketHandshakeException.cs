// SPDX-License-Identifier: MIT

namespace RawMqtt.Transports;

/// <summary>The opening handshake of a WebSocket failed, RFC 6455 4.1; there is no connection.</summary>
public sealed class WebSocketHandshakeException : IOException
{
    /// <summary>Creates the exception.</summary>
    public WebSocketHandshakeException(string message)
        : base(message)
    {
    }

    /// <summary>The HTTP status of the answer; null when there was no readable one.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The header fields of the answer, in its order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Up to the first 1024 bytes of the answer's body, as text.</summary>
    public string Body { get; init; } = "";

    /// <summary>The rule of RFC 6455 that stands against the answer, such as <c>WS-4.1-32</c>.</summary>
    public string? Rule { get; init; }
}
