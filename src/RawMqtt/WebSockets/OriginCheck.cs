// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Decides whether a web page may connect, RFC 6455 10.2: scheme, host and port are compared whole, never as parts of a text.</summary>
/// <param name="AllowedOrigins">The origins that may connect from anywhere; <c>*</c> for all.</param>
/// <param name="HostNames">The hosts that are ours, in lower case and without port; none: all are.</param>
/// <param name="IsTls">The connection came with TLS.</param>
/// <param name="IsLocal">The accepted socket's own address is a loopback address.</param>
/// <param name="IsFromProxy">The peer is a trusted proxy, so its forwarding fields are read.</param>
internal readonly record struct OriginCheck(
    IReadOnlyList<string> AllowedOrigins, IReadOnlyList<string> HostNames, bool IsTls, bool IsLocal, bool IsFromProxy)
{
    /// <summary>Returns why the page may not connect; None if it may. [WS-10.1-1] [WS-10.2-1]</summary>
    /// <param name="origin">The Origin field.</param>
    /// <param name="host">The Host field.</param>
    /// <param name="isForwarded">The request has a field with which proxies name their clients.</param>
    /// <param name="forwardedScheme">The scheme according to the proxy; null if it named none.</param>
    public OriginFault Judge(string origin, string host, bool isForwarded, string? forwardedScheme)
    {
        if (Has(AllowedOrigins, "*")) return OriginFault.None;
        if (!WebOrigin.TryParse(origin, out WebOrigin page)) return OriginFault.Opaque;
        foreach (string allowed in AllowedOrigins)
        {
            if (WebOrigin.TryParse(allowed, out WebOrigin one) && one == page) return OriginFault.None;
        }

        if (!WebOrigin.TryParse("http", host, out WebOrigin own)) return OriginFault.OtherOrigin;
        bool isBehindProxy = IsFromProxy && isForwarded;
        if (!isBehindProxy && (IsLocal || isForwarded))
        {
            // A page of any site can re-bind its name to 127.0.0.1; its Host field then still has that name.
            if (!own.IsLoopback) return isForwarded ? OriginFault.UntrustedProxy : OriginFault.ReboundName;
            if (page.IsLoopback) return OriginFault.None;
        }

        if (HostNames.Count > 0 && !own.IsLoopback && !Has(HostNames, own.Host)) return OriginFault.UnknownHost;
        string scheme = (isBehindProxy ? forwardedScheme : null) ?? (IsTls ? "https" : "http");
        return JudgeSameOrigin(page, scheme, host);
    }

    /// <summary>Returns why an entry of the list can never match; null if it can.</summary>
    public static string? FaultOf(string allowed)
    {
        if (allowed == "*" || WebOrigin.TryParse(allowed, out _)) return null;
        string advice = "Write scheme, host and port, such as https://example.com or http://localhost:3000, or * for all.";
        return $"The allowed origin \"{allowed}\" can match no page. {advice}";
    }

    private static bool Has(IReadOnlyList<string> list, string wanted)
    {
        foreach (string entry in list)
        {
            if (entry == wanted) return true;
        }

        return false;
    }

    private static OriginFault JudgeSameOrigin(WebOrigin page, string scheme, string host)
    {
        bool isSame = page.Scheme is "http" or "https" && WebOrigin.TryParse(page.Scheme, host, out WebOrigin own) && own == page;
        if (scheme == "https" && page.Scheme == "http") return OriginFault.WithoutTls; // a page without TLS may have been changed on its way
        return isSame ? OriginFault.None : OriginFault.OtherOrigin;
    }
}
