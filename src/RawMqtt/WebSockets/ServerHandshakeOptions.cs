namespace RawMqtt.WebSockets;

/// <summary>Which opening handshakes a server accepts, RFC 6455 4.2.2.</summary>
internal sealed record ServerHandshakeOptions
{
    /// <summary>Paths that are served, compared exactly and without the query; null: any.</summary>
    public IReadOnlyList<string>? Paths { get; init; } = ["/mqtt"];

    /// <summary>Subprotocols spoken here, compared exactly; the client's first one among them is chosen. null: its first one, whatever it is.</summary>
    public IReadOnlyList<string>? Subprotocols { get; init; } = ["mqtt", "mqttv3.1"];

    /// <summary>Accept a client that offers no subprotocol spoken here; the answer then names none.</summary>
    public bool AllowMissingSubprotocol { get; init; }

    /// <summary>Origins, such as <c>https://example.com</c>, of pages that may connect besides those of the same host and port; <c>*</c>: all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>A path that answers a plain GET with 200; null: none.</summary>
    public string? HealthPath { get; init; } = "/health";
}

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

    /// <summary>The X-Forwarded-For fields, joined by commas. Any client can write them.</summary>
    public string? ForwardedFor { get; init; }

    /// <summary>The X-Real-IP field. Any client can write it.</summary>
    public string? RealIp { get; init; }

    /// <summary>The Forwarded fields of RFC 7239, joined by commas. Any client can write them.</summary>
    public string? Forwarded { get; init; }
}
