// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Specifies why <see cref="OriginCheck"/> refuses a page.</summary>
internal enum OriginFault
{
    /// <summary>The page may connect, or another check refused the request.</summary>
    None,

    /// <summary>The page has another origin than the Host, and is not on the list of allowed ones.</summary>
    OtherOrigin,

    /// <summary>The origin is <c>null</c> or no origin: that of file pages, and of sandboxed frames of any site.</summary>
    Opaque,

    /// <summary>The connection came to a loopback address, and the Host is not loopback: a name may have been re-bound.</summary>
    ReboundName,

    /// <summary>A peer that is not a trusted proxy forwards the request, and the Host is not loopback.</summary>
    UntrustedProxy,

    /// <summary>The Host is not on the list of host names that are ours.</summary>
    UnknownHost,

    /// <summary>A page without TLS wants a connection with TLS.</summary>
    WithoutTls,
}
