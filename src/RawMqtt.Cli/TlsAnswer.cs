// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Cli;

/// <summary>What a port showed in a TLS handshake.</summary>
/// <param name="Certificate">The server's certificate.</param>
/// <param name="Errors">What is wrong with it for a client with the user's options.</param>
/// <param name="Chain">What is wrong with its chain, and with what part.</param>
internal sealed record TlsAnswer(X509Certificate2 Certificate, SslPolicyErrors Errors, IReadOnlyList<X509ChainStatus> Chain) : IDisposable
{
    /// <summary>Gets the version and the cipher suite, such as <c>TLS 1.3, TLS_AES_256_GCM_SHA384</c>; null if the handshake failed after the
    /// certificate.</summary>
    public string? Version { get; init; }

    /// <summary>Gets the application protocol that the server chose; empty if it chose none.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Gets whether the server asked for a client certificate.</summary>
    public bool AsksForCertificate { get; init; }

    public void Dispose() => Certificate.Dispose();
}
