// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Specifies whether clients show certificates.</summary>
public enum ClientCertificateUse
{
    /// <summary>The broker asks for none.</summary>
    None,

    /// <summary>The broker asks, and takes clients without one. A certificate that is shown must be valid.</summary>
    Optional,

    /// <summary>The TLS handshake fails without a valid certificate.</summary>
    Required,
}
