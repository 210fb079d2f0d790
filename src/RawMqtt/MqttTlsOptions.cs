// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>How a client checks the server's certificate, and shows its own: for <c>wss</c> and <c>mqtts</c> alike.</summary>
public sealed record MqttTlsOptions
{
    /// <summary>A PEM file of one or more authorities to trust instead of the machine's; null for the machine's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>The client's own certificate, PEM, with its chain if it has one; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The private key of <see cref="CertificateFile"/>, PEM, not encrypted; null when that file holds both.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name that the server's certificate must be for, also sent as SNI; null for the address's host.</summary>
    public string? ServerName { get; init; }

    /// <summary>Accepts any certificate. The connection is then encrypted, but nobody knows with whom: for tests only.</summary>
    public bool AllowUntrusted { get; init; }
}
