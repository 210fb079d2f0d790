// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>What the request of an accepted connection said.</summary>
internal sealed record AcceptedHandshake
{
    /// <summary>The path that was asked for.</summary>
    public required string Path { get; init; }

    /// <summary>What stood behind the question mark; empty without one.</summary>
    public string Query { get; init; } = "";

    /// <summary>The Host field.</summary>
    public required string Host { get; init; }

    /// <summary>The Origin field, which a browser sends.</summary>
    public string? Origin { get; init; }

    /// <summary>The subprotocol agreed on.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>The fields named by <see cref="ServerHandshakeOptions.ProxyHeader"/>, joined by commas; null without one. Any client can write them.</summary>
    public string? ProxyHeader { get; init; }

    /// <summary>Whether there is a field by which proxies name their clients, that one or another.</summary>
    public bool IsForwarded { get; init; }
}
