// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Notes whether the server asked for a certificate of the client in the TLS handshake, RFC 8446 4.3.2.</summary>
internal sealed class ClientCertificateRequest
{
    /// <summary>Gets or sets whether the server asked for one.</summary>
    public bool IsMade { get; set; }

    /// <summary>Gets or sets whether the client has one to show.</summary>
    public bool IsAnswered { get; set; }
}
