// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies how a client checks the server's certificate, and which certificate it shows: for <c>wss</c> and <c>mqtts</c>.</summary>
public sealed record MqttTlsOptions
{
    /// <summary>Gets the path of a PEM file with the authorities to trust instead of the machine's; null for the machine's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Gets the path of a PEM file with the client's own certificate, and its chain if it has one; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Gets the path of a PEM file with the private key of <see cref="CertificateFile"/>, not encrypted; null if that file holds both.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Gets the name that the server's certificate must be for, also sent as SNI; null for the host of the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>Gets whether any certificate is accepted. The connection is then encrypted, but the server's identity is unknown: use it only in
    /// tests.</summary>
    public bool AllowUntrusted { get; init; }
}
