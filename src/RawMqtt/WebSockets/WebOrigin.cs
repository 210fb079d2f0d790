// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.WebSockets;

/// <summary>Whether a page may connect, RFC 6455 10.2: scheme, host and port compared whole, never as a part of a text.</summary>
internal static class WebOrigin
{
    /// <summary>The page comes from the host and port that it connects to, or its origin is on the list. [WS-10.1-1] [WS-10.2-1]</summary>
    public static bool IsAllowed(string origin, string host, IReadOnlyList<string> allowed)
    {
        foreach (string one in allowed)
        {
            if (one == "*" || string.Equals(one.TrimEnd('/'), origin, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return IsSameHost(origin, host);
    }

    private static bool IsSameHost(string origin, string host)
    {
        int scheme = origin.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return false;
        string defaultPort = origin.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        return string.Equals(WithPort(origin[(scheme + 3)..], defaultPort), WithPort(host, defaultPort), StringComparison.OrdinalIgnoreCase);
    }

    private static string WithPort(string authority, string defaultPort)
    {
        int colon = authority.LastIndexOf(':');
        bool hasPort = colon > authority.LastIndexOf(']')
            && ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return hasPort ? authority : authority + defaultPort;
    }
}
