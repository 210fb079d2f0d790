// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.WebSockets;

/// <summary>An origin, RFC 6454: scheme, host and port, in lower case and with the default port written out.</summary>
internal readonly record struct WebOrigin(string Scheme, string Host, int Port)
{
    /// <summary>Gets whether the origin's host is this machine, see <see cref="IsLoopbackHost"/>.</summary>
    public bool IsLoopback => IsLoopbackHost(Host);

    /// <summary>Parses an origin such as <c>https://example.com</c> or <c>file://</c>. False for <c>null</c> and for a path after the host.</summary>
    public static bool TryParse(string text, out WebOrigin origin)
    {
        origin = default;
        int end = text.IndexOf("://", StringComparison.Ordinal);
        if (end <= 0) return false;
        string scheme = text[..end].ToLowerInvariant();
        string authority = text[(end + 3)..];
        if (authority.EndsWith('/')) authority = authority[..^1]; // not part of an origin, but of an address that is copied as one
        if (authority.Length == 0 && scheme is not ("http" or "https")) origin = new WebOrigin(scheme, "", 0);
        return origin != default || TryParse(scheme, authority, out origin);
    }

    /// <summary>Parses the authority of a Host field: a host, and a port unless it is the default one of the scheme.</summary>
    public static bool TryParse(string scheme, string authority, out WebOrigin origin)
    {
        origin = default;
        int colon = authority.LastIndexOf(':');
        bool hasPort = colon > authority.LastIndexOf(']');
        string host = (hasPort ? authority[..colon] : authority).ToLowerInvariant();
        int port = scheme switch { "https" or "wss" => 443, "http" or "ws" => 80, _ => 0 };
        if (hasPort && !int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)) return false;
        if (host.Length == 0 || host.AsSpan().IndexOfAny("/?#@ ") >= 0 || port > 65_535 || (hasPort && port == 0)) return false;
        origin = new WebOrigin(scheme, host, port);
        return true;
    }

    /// <summary>Returns whether a host is this machine by its text: localhost, *.localhost, 127/8 in four decimal parts, or [::1]. Another name may be re-bound
    /// to a loopback address by the page that uses it.</summary>
    public static bool IsLoopbackHost(string host)
    {
        if (host is "localhost" or "[::1]" || host.EndsWith(".localhost", StringComparison.Ordinal)) return true;
        string[] parts = host.Split('.');
        return parts.Length == 4 && parts[0] == "127" && Array.TrueForAll(parts, IsDecimalByte);
    }

    private static bool IsDecimalByte(string part) =>
        byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out byte value) && part == value.ToString(CultureInfo.InvariantCulture);
}
