// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Decides whether a web page may connect, RFC 6455 10.2: scheme, host and port are compared whole, never as parts of a text.</summary>
/// <param name="AllowedOrigins">The origins that may connect from anywhere; <c>*</c> for all.</param>
/// <param name="IsTls">The connection came with TLS.</param>
/// <param name="IsLocal">The accepted socket's own address is a loopback address.</param>
/// <param name="IsFromProxy">The peer is a trusted proxy, so its forwarding fields are read.</param>
internal readonly record struct OriginCheck(IReadOnlyList<string> AllowedOrigins, bool IsTls, bool IsLocal, bool IsFromProxy)
{
    /// <summary>Returns whether the page may connect. [WS-10.1-1] [WS-10.2-1]</summary>
    /// <param name="origin">The Origin field.</param>
    /// <param name="host">The Host field.</param>
    /// <param name="isForwarded">The request has a field with which proxies name their clients.</param>
    /// <param name="forwardedScheme">The scheme according to the proxy; null if it named none.</param>
    public bool IsAllowed(string origin, string host, bool isForwarded, string? forwardedScheme)
    {
        if (AllowedOrigins.Contains("*")) return true;
        if (!WebOrigin.TryParse(origin, out WebOrigin page)) return false; // null is the origin of sandboxed frames of any site
        foreach (string allowed in AllowedOrigins)
        {
            if (WebOrigin.TryParse(allowed, out WebOrigin one) && one == page) return true;
        }

        bool isBehindProxy = IsFromProxy && isForwarded;
        if (!isBehindProxy && (IsLocal || isForwarded))
        {
            // A page of any site can re-bind its name to 127.0.0.1; its Host field then still has that name.
            if (!WebOrigin.TryParse("http", host, out WebOrigin local) || !local.IsLoopback) return false;
            if (page.IsLoopback) return true;
        }

        string scheme = (isBehindProxy ? forwardedScheme : null) ?? (IsTls ? "https" : "http");
        return IsSameOrigin(page, scheme, host);
    }

    /// <summary>Returns why an entry of the list can never match; null if it can.</summary>
    public static string? FaultOf(string allowed)
    {
        if (allowed == "*" || WebOrigin.TryParse(allowed, out _)) return null;
        string advice = "Write scheme, host and port, such as https://example.com or http://localhost:3000, or * for all.";
        return $"The allowed origin \"{allowed}\" can match no page. {advice}";
    }

    private static bool IsSameOrigin(WebOrigin page, string scheme, string host)
    {
        if (scheme == "https" && page.Scheme != "https") return false; // a page without TLS may have been changed on its way
        return page.Scheme is "http" or "https" && WebOrigin.TryParse(page.Scheme, host, out WebOrigin own) && own == page;
    }
}
