// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Why an opening handshake is refused: the HTTP status, the rule of RFC 6455, and a sentence for the reader of the answer. An answer with
/// status 200 to a plain GET opens no WebSocket either.</summary>
internal sealed record HandshakeRefusal(int Status, string Rule, string Reason)
{
    /// <summary>The path that was asked for, without its query; null if the request cannot be read.</summary>
    public string? Path { get; init; }

    /// <summary>As in <see cref="AcceptedHandshake.ProxyHeader"/>.</summary>
    public string? ProxyHeader { get; init; }

    /// <summary>As in <see cref="AcceptedHandshake.IsForwarded"/>.</summary>
    public bool IsForwarded { get; init; }

    /// <summary>The Origin field that was refused; null if another check failed.</summary>
    public string? Origin { get; init; }

    /// <summary>The Host field beside it.</summary>
    public string? Host { get; init; }

    /// <summary>Why the page was refused.</summary>
    public OriginFault OriginFault { get; init; }

    /// <summary>Header lines that the status demands, without the last CRLF.</summary>
    public string? Header { get; init; }

    /// <summary>The whole answer, which stands for all other parts; null: it is written from them.</summary>
    public ReadOnlyMemory<byte>? Answer { get; init; }

    /// <summary>The words behind the status code.</summary>
    public string Phrase => Status switch
    {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        426 => "Upgrade Required",
        431 => "Request Header Fields Too Large",
        505 => "HTTP Version Not Supported",
        _ => "Refused",
    };

    /// <summary>400.</summary>
    public static HandshakeRefusal BadRequest(string rule, string reason) => new(400, rule, reason);

    /// <summary>431.</summary>
    public static HandshakeRefusal TooLarge(string reason) => new(431, "WS-4.2.1-1", reason);
}
