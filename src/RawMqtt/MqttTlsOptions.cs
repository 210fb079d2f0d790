// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RawMqtt;

/// <summary>Specifies how a client checks the server's certificate, and which certificate it shows: for <c>wss</c> and <c>mqtts</c>.</summary>
public sealed record MqttTlsOptions
{
    /// <summary>Gets the path of a PEM file with one or more authorities to trust instead of the machine's; null for the machine's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Gets the path of a folder whose PEM files hold authorities to trust instead of the machine's, together with those of
    /// <see cref="CertificateAuthorityFile"/>; null for none.</summary>
    public string? CertificateAuthorityFolder { get; init; }

    /// <summary>Gets the path of the client's own certificate, and its chain if it has one: PEM, or PKCS #12 (.pfx, .p12), which contains the key too; null
    /// for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Gets the path of a PEM file with the private key of <see cref="CertificateFile"/>; null if that file holds both.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Gets the passphrase of an encrypted private key, or of a PKCS #12 file; null for none.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>Gets authorities to trust instead of the machine's, together with those of <see cref="CertificateAuthorityFile"/> and
    /// <see cref="CertificateAuthorityFolder"/>; empty for none.</summary>
    public IReadOnlyList<X509Certificate2> CertificateAuthorities { get; init; } = [];

    /// <summary>Gets the client's own certificate with its private key, instead of <see cref="CertificateFile"/>; null for none. The caller keeps it, and
    /// disposes of it after the client.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Gets the name that the server's certificate must be for, also sent as SNI; null for the host of the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>Gets the pin of the server's public key, as curl writes it: <c>sha256//</c> and the Base64 of the SHA-256 of its SubjectPublicKeyInfo; several
    /// with <c>;</c> between. null for none.</summary>
    /// <remarks>A certificate with that key is accepted whoever issued it and for whatever name, but not outside its dates. One with another key is
    /// refused, also if its authority is trusted.</remarks>
    public string? Pin { get; init; }

    /// <summary>Gets the application protocols to offer, RFC 7301 (ALPN), the preferred one first; empty for <c>http/1.1</c> with wss and none with
    /// mqtts.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];

    /// <summary>Gets a function that decides about the server's certificate in place of the client's own check of chain, dates and name, whose result it
    /// gets; null for the client's own check. If it throws, the certificate is refused.</summary>
    public RemoteCertificateValidationCallback? ValidateCertificate { get; init; }

    /// <summary>Gets a function that may change the framework's options before each handshake, such as the versions and cipher suites; null for
    /// none.</summary>
    public Action<SslClientAuthenticationOptions>? Configure { get; init; }

    /// <summary>Gets whether any certificate is accepted. The connection is then encrypted, but the server's identity is unknown: use it only in
    /// tests.</summary>
    public bool AllowUntrusted { get; init; }

    /// <summary>Prints no secrets.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"CertificateAuthorityFile = {CertificateAuthorityFile}, CertificateFile = {CertificateFile}, ");
        text.Append(CultureInfo.InvariantCulture, $"ServerName = {ServerName}, Pin = {Pin}, AllowUntrusted = {AllowUntrusted}");
        return true;
    }
}
