// SPDX-License-Identifier: MIT

using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt;

/// <summary>Represents the opening handshake of a WebSocket that another HTTP server received, for <see cref="MqttBroker.ServeUpgradeAsync"/>.</summary>
public sealed record MqttUpgradeRequest
{
    /// <summary>Gets the host that was asked, with its port: the Host field, or <c>:authority</c> in HTTP/2.</summary>
    public required string Host { get; init; }

    /// <summary>Gets the path and query that were asked for. That the path is served, the HTTP server has decided.</summary>
    public required string Target { get; init; }

    /// <summary>Gets the header fields, without Host.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Gets whether it is a CONNECT with the protocol <c>websocket</c>, RFC 8441 and RFC 9220, in place of an upgrade of HTTP/1.1. It has no
    /// key.</summary>
    public bool IsExtendedConnect { get; init; }

    /// <summary>Gets whether the request came over TLS.</summary>
    public bool IsTls { get; init; }

    /// <summary>Gets the address of the connection's peer; null if there is none.</summary>
    public IPEndPoint? RemoteAddress { get; init; }

    /// <summary>Gets the address at which the connection was accepted; null if there is none. Web pages have stricter rules at a loopback address.</summary>
    public IPEndPoint? LocalAddress { get; init; }

    /// <summary>Gets the certificate that the client showed; null for none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Gets the name of the place for logs and hooks, such as <c>wss://0.0.0.0:443/mqtt</c>.</summary>
    public string Listener { get; init; } = "";
}
