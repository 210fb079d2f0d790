// SPDX-License-Identifier: MIT

using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt;

/// <summary>Describes a CONNECT that the broker must accept or refuse.</summary>
public sealed record MqttConnectRequest
{
    /// <summary>Gets the client identifier; empty if the broker must assign one.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the user name; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets the password; null for none.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Gets whether the client starts a session that ends with the connection, 3.1.2.4.</summary>
    public bool CleanSession { get; init; }

    /// <summary>Gets the keep alive time in seconds, 3.1.2.10; 0 for none.</summary>
    public ushort KeepAlive { get; init; }

    /// <summary>Gets the topic of the Will; null for none.</summary>
    public string? WillTopic { get; init; }

    /// <summary>Gets the address of the connection's peer; null for a connection in memory.</summary>
    public IPEndPoint? RemoteAddress { get; init; }

    /// <summary>Gets the client's address according to a trusted proxy; 0.0.0.0 if the proxy sent no valid address; null without a trusted proxy.</summary>
    public IPEndPoint? ForwardedAddress { get; init; }

    /// <summary>Gets the address of the listener that accepted the connection; empty for a connection in memory.</summary>
    public string Listener { get; init; } = "";

    /// <summary>Gets the certificate that the client showed and <see cref="MqttBrokerOptions.ConfigureTls"/> lets pass; null for none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Gets whether <see cref="MqttBrokerOptions.Identify"/> named the user.</summary>
    internal bool IsIdentified { get; init; }

    /// <summary>Gets whether the connection is the program's own, see <see cref="MqttBroker.Connect"/>.</summary>
    internal bool IsOwn { get; init; }

    /// <summary>It is that of a bridge too: no rule of access concerns it.</summary>
    internal bool IsOwnBridge { get; init; }
}
