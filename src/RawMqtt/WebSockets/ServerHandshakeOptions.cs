// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Which opening handshakes a server accepts, RFC 6455 4.2.2.</summary>
internal sealed record ServerHandshakeOptions
{
    /// <summary>Paths that are served, compared exactly and without the query; null: any.</summary>
    public IReadOnlyList<string>? Paths { get; init; } = ["/mqtt"];

    /// <summary>Subprotocols spoken here, compared exactly; the first one of them that the client offers is chosen. null: the client's first one, whatever it
    /// is.</summary>
    public IReadOnlyList<string>? Subprotocols { get; init; } = ["mqtt", "mqttv3.1"];

    /// <summary>Accept a client that offers no subprotocol spoken here; the answer then names none.</summary>
    public bool AllowMissingSubprotocol { get; init; }

    /// <summary>Origins, such as <c>https://example.com</c>, of pages that may connect besides those of the same host and port; <c>*</c>: all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The hosts that are ours, in lower case and without port; none: all are. See <see cref="OriginCheck"/>.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>The connection came with TLS, see <see cref="OriginCheck"/>.</summary>
    public bool IsTls { get; init; }

    /// <summary>The accepted socket's own address is a loopback address, see <see cref="OriginCheck"/>.</summary>
    public bool IsLocal { get; init; }

    /// <summary>The peer is a trusted proxy, see <see cref="OriginCheck"/>.</summary>
    public bool IsFromProxy { get; init; }

    /// <summary>Called with the refusal of a request; null for none.</summary>
    public Action<HandshakeRefusal>? Refused { get; init; }

    /// <summary>The field in which a proxy names the address of its client.</summary>
    public string ProxyHeader { get; init; } = "X-Forwarded-For";

    /// <summary>Returns the text that answers a plain GET of a path; null as function or result: the request must be an upgrade.</summary>
    public Func<string, string?>? AnswerGet { get; init; } = path => path == "/health" ? "ok" : null;

    /// <summary>Returns the whole answer to the head of a plain GET or HEAD; null as function or result: <see cref="AnswerGet"/> is asked.</summary>
    public Func<string, ReadOnlyMemory<byte>?>? AnswerHttp { get; init; }
}
