// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>The parts of an address that the doctor examines, read as the library reads them, which has checked the address before.</summary>
/// <param name="Scheme">ws, wss, mqtt or mqtts.</param>
/// <param name="Host">The host, without brackets.</param>
/// <param name="Port">The port.</param>
/// <param name="Path">The path of a WebSocket address, without its query.</param>
/// <param name="Query">The query with its question mark, which may be a login; empty for none.</param>
internal sealed record DoctorTarget(string Scheme, string Host, int Port, string Path, string Query)
{
    /// <summary>Gets the user name in the address; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets the password in the address, whose bytes need not be text; null for none.</summary>
    public byte[]? Password { get; init; }

    public bool IsTls => Scheme is "wss" or "mqtts";

    public bool IsWebSocket => Scheme is "ws" or "wss";

    /// <summary>Gets whether the host is this machine by its spelling alone: an answer of the name service is no proof.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <summary>Gets host and port as in a Host field.</summary>
    public string Authority => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>Gets the path at which the port is asked for a WebSocket: of an address without WebSocket the one that brokers have.</summary>
    public string UpgradePath => IsWebSocket ? Path : "/mqtt";

    /// <summary>Returns the address with another scheme, without its login, to be shown.</summary>
    public string With(string scheme) => $"{scheme}://{Authority}{(scheme[0] == 'w' ? UpgradePath + (Query.Length > 0 ? "?***" : "") : "")}";

    /// <summary>Returns the address to connect to; without its query, which may be a login, if that is not to be sent.</summary>
    public string Dialled(bool hasQuery) => $"{Scheme}://{Authority}{(IsWebSocket ? Path + (hasQuery ? Query : "") : "")}";

    /// <summary>Reads an address.</summary>
    /// <exception cref="MqttException">The address cannot be read; the message suggests a better one.</exception>
    public static async Task<DoctorTarget> ReadAsync(string url)
    {
        await new MqttClient(new MqttClientOptions { Address = url }).DisposeAsync(); // the library's check, and its suggestion
        int schemeEnd = url.IndexOf("://", StringComparison.Ordinal);
        string scheme = url[..schemeEnd].ToLowerInvariant() switch
        {
            "tcp" => "mqtt",
            "ssl" or "tls" => "mqtts",
            "wx" or "ali" => "ws",
            "wxs" or "alis" => "wss",
            string known => known,
        };
        string rest = url[(schemeEnd + 3)..];
        int authorityEnd = rest.IndexOfAny(['/', '?']) is var end and >= 0 ? end : rest.Length;
        string resource = rest[authorityEnd..];
        if (resource.EndsWith('?')) resource = resource[..^1];
        string[] path = resource.Split('?', 2);
        string authority = rest[..authorityEnd];
        int at = authority.LastIndexOf('@');
        string[] login = at < 0 ? [] : authority[..at].Split(':', 2);
        string place = authority[(at + 1)..];
        int hostEnd = place.StartsWith('[') ? place.IndexOf(']') + 1 : place.IndexOf(':') is var colon and >= 0 ? colon : place.Length;
        string digits = place[hostEnd..].TrimStart(':');
        int port = digits.Length > 0 ? int.Parse(digits, CultureInfo.InvariantCulture)
            : scheme switch { "mqtt" => 1883, "mqtts" => 8883, "ws" => 80, _ => 443 };
        return new DoctorTarget(scheme, HostOf(place[..hostEnd]), port, path[0].Length > 0 ? path[0] : "/", path.Length == 2 ? $"?{path[1]}" : "")
        {
            UserName = login.Length > 0 ? Encoding.UTF8.GetString(Decode(login[0])) : null,
            Password = login.Length == 2 ? Decode(login[1]) : null,
        };
    }

    /// <summary>In lower case, and an IPv6 address without brackets in its usual form.</summary>
    private static string HostOf(string text) => text.StartsWith('[')
        ? IPAddress.Parse(text[1..^1].Replace("%25", "%", StringComparison.Ordinal)).ToString()
        : text.ToLowerInvariant();

    /// <summary>Returns the bytes of a text with percent signs: they need not be UTF-8.</summary>
    private static byte[] Decode(string encoded)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < encoded.Length; i++)
        {
            bytes.Add(encoded[i] == '%' ? Convert.ToByte(encoded.Substring(i + 1, 2), 16) : (byte)encoded[i]);
            if (encoded[i] == '%') i += 2;
        }

        return [.. bytes];
    }
}
