// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Dialling;

/// <summary>Proposes the address that was probably meant by one that cannot be read: with scheme, host, port and path, so that it works when typed.</summary>
internal static class AddressProposal
{
    /// <summary>Returns one address, or one for a WebSocket and one for TCP if nothing tells them apart.</summary>
    public static string For(string text)
    {
        string shown = ShownAddress.Of(text).Replace('\\', '/');
        (string? scheme, string rest) = Split(shown);
        int hostEnd = rest.IndexOfAny(['/', '?', '#']);
        string authority = hostEnd < 0 ? rest : rest[..hostEnd];
        string path = hostEnd < 0 || rest[hostEnd..] == "/" ? "/mqtt" : rest[hostEnd..];
        if (BracketedIPv6(authority) is { } bracketed) authority = bracketed;
        if (authority.Length == 0 || authority[0] == ':') authority = $"localhost{authority}";

        bool isHttp = scheme is "http" or "https";
        scheme = SchemeMeantBy(scheme ?? "") ?? SchemeOfPort(PortOf(authority));
        return scheme is null
            ? $"{Whole("ws", authority, path, isHttp)} for a WebSocket, or {Whole("mqtt", authority, path, isHttp)} for TCP"
            : Whole(scheme, authority, path, isHttp);
    }

    /// <summary>Returns the address with localhost, or with the host that stands where the path begins.</summary>
    public static string WithHost(string text)
    {
        string first = Split(text).Address.Split('/')[0];
        bool isHost = first.AsSpan().ContainsAny('.', ':') || first == "localhost";
        return For(isHost ? text : text.Insert(text.IndexOf("://", StringComparison.Ordinal) + 3, "localhost"));
    }

    /// <summary>Returns the address with brackets around its IPv6 address; null if it holds none.</summary>
    public static string? ForIPv6(string text) =>
        BracketedIPv6(Split(ShownAddress.Of(text)).Address.Split('/', '?')[0]) is null ? null : For(text);

    /// <summary>Returns the scheme of this library that another name stands for; null if it stands for none.</summary>
    public static string? SchemeMeantBy(string scheme) => scheme.ToUpperInvariant() switch
    {
        "WS" or "WX" or "ALI" or "HTTP" or "WEBSOCKET" or "WEBSOCKETS" or "MQTT+WS" or "WS+MQTT" or "MQTTWS" => "ws",
        "WSS" or "WXS" or "ALIS" or "HTTPS" or "MQTT+WSS" or "WSS+MQTT" or "MQTTWSS" or "MQTTS+WS" or "WS+SSL" or "WEBSOCKETSECURE" => "wss",
        "MQTT" or "TCP" or "MQTT+TCP" => "mqtt",
        "MQTTS" or "SSL" or "TLS" or "MQTT+SSL" or "MQTT+TLS" or "MQTT-TLS" or "SECURE-MQTT" => "mqtts",
        _ => null,
    };

    /// <summary>Reads what stands for the scheme, whatever colons and slashes follow. <c>mqtt:1883</c> is a host and its port.</summary>
    private static (string? Scheme, string Address) Split(string text)
    {
        int end = text.AsSpan().IndexOfAny(':', '/');
        string rest = end < 0 ? "" : text[end..];
        bool isScheme = rest.StartsWith("://", StringComparison.Ordinal) ||
            (end > 0 && SchemeMeantBy(text[..end]) is not null && !IsPort(rest) && (rest[0] == ':' || rest.StartsWith("//", StringComparison.Ordinal)));
        if (!isScheme) return (null, text.TrimStart('/'));
        return (text[..end].ToLowerInvariant(), (rest[0] == ':' ? rest[1..] : rest).TrimStart('/'));
    }

    private static bool IsPort(string rest) => rest[0] == ':' && rest.LastIndexOf(':') == 0 && PortOf(rest.Split('/')[0]) > 0;

    private static string Whole(string scheme, string authority, string path, bool isHttp)
    {
        string port = isHttp || PortOf(authority) > 0 ? "" : scheme switch { "ws" => ":8083", "wss" => ":8084", "mqtt" => ":1883", _ => ":8883" };
        return $"{scheme}://{authority.TrimEnd(':')}{port}{(scheme[0] == 'w' ? path : "")}";
    }

    private static string? SchemeOfPort(int port) => port switch
    {
        1883 => "mqtt",
        8883 => "mqtts",
        443 or 8084 or 8081 or 8884 => "wss",
        80 or 8083 or 8080 or 8000 or 9001 or 15675 => "ws",
        _ => null,
    };

    private static int PortOf(string authority)
    {
        string digits = authority[(authority.LastIndexOf(':') + 1)..];
        bool isPort = digits.Length < authority.Length && ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return isPort ? int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>The last number counts as the port if it may be one: 80 and more.</summary>
    private static string? BracketedIPv6(string authority)
    {
        string host = authority[(authority.LastIndexOf('@') + 1)..];
        string login = authority[..^host.Length];
        int colon = host.LastIndexOf(':');
        if (host.StartsWith('[') || host.IndexOf(':', StringComparison.Ordinal) == colon) return null;
        if (PortOf(host) >= 80 && IsIPv6(host[..colon])) return $"{login}[{host[..colon]}]{host[colon..]}";
        return IsIPv6(host) ? $"{login}[{host}]" : null;
    }

    private static bool IsIPv6(string text) => IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
}
