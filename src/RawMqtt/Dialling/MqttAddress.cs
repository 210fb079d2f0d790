// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace RawMqtt.Dialling;

/// <summary>Represents the address of a broker or a listener, such as <c>ws://user:password@host:8083/mqtt</c>.</summary>
/// <remarks>The address is parsed by RFC 3986 and RFC 6455 3, without guesses. An invalid address is refused with a suggestion.
/// <see cref="Uri"/> is not used: it parses <c>localhost:8083</c> as a scheme and gives no reason when it refuses.</remarks>
internal sealed record MqttAddress(MqttScheme Scheme, string Host, int Port, string PathAndQuery, string? UserName, byte[]? Password)
{
    public bool IsTls => Scheme is MqttScheme.Mqtts or MqttScheme.Wss;

    public bool IsWebSocket => Scheme is MqttScheme.Ws or MqttScheme.Wss;

    /// <summary>Gets the port of the scheme: 80 and 443 for ws and wss [WS-3-1], 1883 and 8883 for mqtt and mqtts.</summary>
    public int DefaultPort => DefaultPortOf(Scheme);

    /// <summary>Gets the value of HTTP's Host header: the host without a zone, and the port unless it is the default one.</summary>
    public string HostHeader => Port == DefaultPort ? Bracketed(WithoutZone(Host)) : $"{Bracketed(WithoutZone(Host))}:{Port}";

    /// <summary>Gets host and port, as in <c>[::1]:8083</c>.</summary>
    public string Authority => $"{Bracketed(Host)}:{Port}";

    /// <summary>Gets whether the host is an IP address. TLS compares it with other entries of a certificate than a name.</summary>
    public bool HostIsAddress => IPAddress.TryParse(Host, out _);

    /// <summary>Parses an address to connect to.</summary>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidAddress"/>, with a suggestion.</exception>
    public static MqttAddress Parse(string text) => Parse(text, lowestPort: 1);

    /// <summary>Parses an address to listen on: the port may be 0, and a user is refused.</summary>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidAddress"/>, with a suggestion.</exception>
    public static MqttAddress ParseListener(string text)
    {
        MqttAddress address = Parse(text, lowestPort: 0);
        return address.UserName is null ? address : throw AddressFault.UserOfListener(address);
    }

    /// <summary>Gets the path, with *** in place of the query, because a signed address has its secret there.</summary>
    public string ShownPath => ShownAddress.WithoutQuery(PathAndQuery);

    /// <summary>Returns the address with its port and without its secrets.</summary>
    public override string ToString() =>
        $"{NameOf(Scheme)}://{(UserName is null ? "" : Uri.EscapeDataString(UserName) + "@")}{Authority}{(IsWebSocket ? ShownPath : "")}";

    public static string NameOf(MqttScheme scheme) => scheme switch
    {
        MqttScheme.Mqtt => "mqtt",
        MqttScheme.Mqtts => "mqtts",
        MqttScheme.Ws => "ws",
        _ => "wss",
    };

    public static int DefaultPortOf(MqttScheme scheme) => scheme switch
    {
        MqttScheme.Mqtt => 1883,
        MqttScheme.Mqtts => 8883,
        MqttScheme.Ws => 80,
        _ => 443,
    };

    private static MqttAddress Parse(string text, int lowestPort)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) throw AddressFault.Empty();
        foreach (char c in text)
        {
            if (c is <= ' ' or >= (char)127 or '\\' or '"' or '<' or '>') throw AddressFault.ForbiddenCharacter(text, c);
        }

        int schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 0) throw AddressFault.MissingScheme(text);
        if (SchemeNamed(text.AsSpan(0, schemeEnd)) is not { } scheme) throw AddressFault.UnknownScheme(text, schemeEnd);
        if (text.Contains('#', StringComparison.Ordinal)) throw AddressFault.Fragment(text); // [WS-3-4]

        ReadOnlySpan<char> rest = text.AsSpan(schemeEnd + 3);
        int authorityEnd = rest.IndexOfAny('/', '?');
        ReadOnlySpan<char> authority = authorityEnd < 0 ? rest : rest[..authorityEnd];
        ReadOnlySpan<char> resource = authorityEnd < 0 ? default : rest[authorityEnd..];

        (string? userName, byte[]? password) = ReadUser(text, ref authority);
        string host = ReadHost(text, ref authority);
        int port = authority.IsEmpty ? DefaultPortOf(scheme) : ReadPort(text, authority, lowestPort);
        var address = new MqttAddress(scheme, host, port, ResourceName(resource), userName, password);
        if (!address.IsWebSocket && address.PathAndQuery != "/") throw AddressFault.PathOnTcp(address);
        return address;
    }

    /// <summary>Returns the scheme of a name in any letter case [WS-3-2]. Mini programs call their WebSocket schemes wx and ali.</summary>
    private static MqttScheme? SchemeNamed(ReadOnlySpan<char> name) => name switch
    {
        _ when Is(name, "ws") || Is(name, "wx") || Is(name, "ali") => MqttScheme.Ws,
        _ when Is(name, "wss") || Is(name, "wxs") || Is(name, "alis") => MqttScheme.Wss,
        _ when Is(name, "mqtt") || Is(name, "tcp") => MqttScheme.Mqtt,
        _ when Is(name, "mqtts") || Is(name, "ssl") || Is(name, "tls") => MqttScheme.Mqtts,
        _ => null,
    };

    private static bool Is(ReadOnlySpan<char> name, string scheme) => name.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the user, RFC 3986 3.2.1, which ends at the last @. The first colon ends the name, so that a password may contain others.</summary>
    private static (string? UserName, byte[]? Password) ReadUser(string text, ref ReadOnlySpan<char> authority)
    {
        int at = authority.LastIndexOf('@');
        if (at < 0) return (null, null);
        ReadOnlySpan<char> user = authority[..at];
        authority = authority[(at + 1)..];
        int colon = user.IndexOf(':');
        return colon < 0 ? (DecodeUserName(text, user), null) : (DecodeUserName(text, user[..colon]), Decode(text, user[(colon + 1)..]));
    }

    /// <summary>Decodes a user name, which CONNECT sends as a string, 3.1.3.4; the password is bytes, 3.1.3.5.</summary>
    private static string DecodeUserName(string text, ReadOnlySpan<char> encoded)
    {
        byte[] bytes = Decode(text, encoded);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw AddressFault.UserNameNotUtf8(text);
    }

    private static byte[] Decode(string text, ReadOnlySpan<char> encoded)
    {
        byte[] bytes = new byte[encoded.Length]; // all of the address is ASCII
        int length = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%') bytes[length++] = (byte)encoded[i];
            else if (i + 2 >= encoded.Length
                || Convert.FromHexString(encoded.Slice(i + 1, 2), bytes.AsSpan(length), out _, out int written) != 0 || written != 1)
            {
                throw AddressFault.PercentSign(text);
            }
            else
            {
                length++;
                i += 2;
            }
        }

        Array.Resize(ref bytes, length); // a range would pull the type loader of the runtime into a native program
        return bytes;
    }

    /// <summary>Reads the host and the colon after it; <paramref name="authority"/> is then the port, or empty.</summary>
    private static string ReadHost(string text, ref ReadOnlySpan<char> authority)
    {
        ReadOnlySpan<char> host;
        if (authority.StartsWith('['))
        {
            int end = authority.IndexOf(']');
            if (end < 0) throw AddressFault.BracketOpen(text);
            host = authority[1..end];
            authority = authority[(end + 1)..];
            if (host.IndexOf("%25") is var zone and >= 0) host = $"{host[..zone]}%{host[(zone + 3)..]}"; // RFC 6874 escapes the zone's %
            if (!IPAddress.TryParse(host, out IPAddress? ip) || ip.AddressFamily != AddressFamily.InterNetworkV6) throw AddressFault.NotIPv6(text, host);
            if (!authority.IsEmpty && authority[0] != ':') throw AddressFault.BadPort(text, authority);
        }
        else
        {
            if (authority.Count(':') > 1) throw AddressFault.SeveralColons(text);
            int colon = authority.IndexOf(':');
            host = colon < 0 ? authority : authority[..colon];
            authority = colon < 0 ? default : authority[colon..];
            if (host.IsEmpty) throw AddressFault.MissingHost(text);
            foreach (char c in host)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) throw AddressFault.ForbiddenCharacter(text, c);
            }
        }

        if (!authority.IsEmpty) authority = authority[1..]; // a colon without digits means the default port, RFC 3986 3.2.3
        return host.ToString();
    }

    private static int ReadPort(string text, ReadOnlySpan<char> digits, int lowest)
    {
        int port = 0;
        foreach (char c in digits)
        {
            if (!char.IsAsciiDigit(c)) throw AddressFault.BadPort(text, digits);
            port = Math.Min(port * 10 + (c - '0'), 100_000);
        }

        return port >= lowest && port <= 65_535 ? port : throw AddressFault.PortOutOfRange(text, digits, lowest);
    }

    /// <summary>Returns the path, / if it is empty, and the query unless it is empty [WS-3-3].</summary>
    private static string ResourceName(ReadOnlySpan<char> resource)
    {
        if (resource.EndsWith('?')) resource = resource[..^1];
        if (resource.IsEmpty) return "/";
        return resource[0] == '/' ? resource.ToString() : $"/{resource}";
    }

    private static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static string WithoutZone(string host) => host.Contains('%', StringComparison.Ordinal) ? host[..host.IndexOf('%', StringComparison.Ordinal)] : host;
}
