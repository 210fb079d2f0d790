// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Specifies which part of a client certificate is the user name. A client whose certificate has no such part is refused.</summary>
public enum ClientCertificateName
{
    /// <summary>None: user name and password of the CONNECT count.</summary>
    None,

    /// <summary>The common name of the subject.</summary>
    CommonName,

    /// <summary>The whole subject, in the form of RFC 2253.</summary>
    Subject,

    /// <summary>The first DNS name among the subject alternative names.</summary>
    Dns,

    /// <summary>The first mail address among the subject alternative names.</summary>
    Mail,

    /// <summary>The first URI among the subject alternative names.</summary>
    Uri,
}
