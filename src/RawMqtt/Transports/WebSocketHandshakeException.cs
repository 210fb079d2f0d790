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

    /// <summary>Gets the HTTP status of the answer; null if there was none that could be read.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Gets the words behind the status; empty if there are none.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Gets the header fields of the answer, in its order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Gets up to the first 1024 bytes of the answer's body, as text.</summary>
    public string Body { get; init; } = "";

    /// <summary>Gets the rule of RFC 6455 that the answer breaks, such as <c>WS-4.1-32</c>.</summary>
    public string? Rule { get; init; }
}
