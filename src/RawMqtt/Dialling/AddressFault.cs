// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Makes the exceptions for invalid addresses: each says what is wrong and what was probably meant.</summary>
internal static class AddressFault
{
    private const string Known = "ws, wss, mqtt, mqtts (also tcp, ssl, tls, wx, wxs)";

    public static MqttException Empty() => Fault($"The address is empty; write one such as ws://localhost:8083/mqtt.");

    public static MqttException MissingScheme(string text) =>
        Fault($"The address \"{Shown(text)}\" has no protocol in front; try {SuggestionFor(text)}.");

    public static MqttException UnknownScheme(string text, int schemeEnd)
    {
        string scheme = text[..schemeEnd];
        string rest = Shown(text)[schemeEnd..];
        string? meant = scheme.ToUpperInvariant() switch
        {
            "HTTP" or "WEBSOCKET" or "WEBSOCKETS" or "MQTT+WS" or "WS+MQTT" or "MQTTWS" => "ws",
            "HTTPS" or "MQTT+WSS" or "WSS+MQTT" or "MQTTWSS" or "MQTTS+WS" or "WS+SSL" => "wss",
            "MQTT+SSL" or "MQTT+TLS" or "MQTT-TLS" or "SECURE-MQTT" => "mqtts",
            _ => null,
        };
        return Fault(meant is null
            ? $"The protocol \"{scheme}\" is not known; the known ones are {Known}."
            : $"The protocol \"{scheme}\" does not carry MQTT; try {meant}{rest}, the known ones are {Known}.");
    }

    public static MqttException Fragment(string text) => // [WS-3-4], [WS-3-5]
        new(
            MqttErrorCode.InvalidAddress,
            $"The address \"{Shown(text)}\" has a fragment, which RFC 6455 section 3 forbids; leave out what follows #, or write %23 if it belongs to the " +
            "path.")
        { Rule = "WS-3-4" };

    public static MqttException ForbiddenCharacter(string text, char c) =>
        Fault(c is > ' ' and < (char)127
            ? $"The address \"{Shown(text)}\" holds the character '{c}', which has no place there; if it belongs to the user, the password or the path, " +
                $"write it as %{(int)c:X2}."
            : c < 127
                ? $"The address holds a space or a control character (U+{(int)c:X4}); remove it, or write it as %{(int)c:X2}."
                : $"The address holds the character U+{(int)c:X4}; write a host name in its ASCII form (xn--...), and anything else percent-encoded.");

    public static MqttException PercentSign(string text) =>
        Fault($"The user or the password in \"{Shown(text)}\" holds a % without two hexadecimal digits; write the character % itself as %25.");

    public static MqttException UserNameNotUtf8(string text) =>
        Fault($"The user name in \"{Shown(text)}\" is not UTF-8 after its % escapes are decoded; write each character as the escapes of its UTF-8 bytes.");

    public static MqttException MissingHost(string text) => Fault($"The address \"{Shown(text)}\" has no host; write one such as ws://localhost:8083/mqtt.");

    public static MqttException BracketOpen(string text) =>
        Fault($"The bracket of the IPv6 address in \"{Shown(text)}\" is not closed; write it as ws://[::1]:8083/mqtt.");

    public static MqttException NotIPv6(string text, ReadOnlySpan<char> host) =>
        Fault($"\"{host}\" in \"{Shown(text)}\" is not an IPv6 address; only these stand in brackets.");

    public static MqttException IPv6WithoutBrackets(string text, ReadOnlySpan<char> authority) =>
        Fault($"The host in \"{Shown(text)}\" has more than one colon; an IPv6 address stands in brackets, as in [{authority}].");

    public static MqttException BadPort(string text, ReadOnlySpan<char> port)
    {
        if (text.Contains('@', StringComparison.Ordinal) && text.LastIndexOf('@') > text.IndexOf("://", StringComparison.Ordinal) + 3 &&
            !Shown(text).Contains(port.ToString(), StringComparison.Ordinal))
        {
            return Fault(
                $"What stands before @ in \"{Shown(text)}\" cannot be read as a user and a password; write the character / in them as %2F, and ? as %3F.");
        }

        int digits = port.IndexOfAnyExceptInRange('0', '9');
        return Fault(digits > 0
            ? $"The port \"{port}\" in \"{Shown(text)}\" is not a number; was :{port[..digits]}/{port[digits..].TrimStart('/')} meant?"
            : $"The port \"{port}\" in \"{Shown(text)}\" is not a number from 1 to 65535.");
    }

    public static MqttException PortOutOfRange(string text, ReadOnlySpan<char> port, int lowest) =>
        Fault(
            $"The port {port} in \"{Shown(text)}\" is outside {lowest} to 65535; brokers usually have 8083 for ws, 8084 for wss, 1883 for mqtt and 8883 for " +
            "mqtts.");

    public static MqttException PathOnTcp(MqttAddress address) =>
        Fault(
            $"An {MqttAddress.NameOf(address.Scheme)} address has no path, and \"{address.ShownPath}\" was given; leave it out, or write " +
            $"{(address.IsTls ? "wss" : "ws")}://{address.Host}:{(address.IsTls ? 8084 : 8083)}{address.ShownPath} if a WebSocket was meant.");

    public static MqttException UserOfListener(MqttAddress address) =>
        Fault($"The address {address} to listen on names a user; leave out what stands before @.");

    public static string WithoutQuery(string text) => text.IndexOf('?', StringComparison.Ordinal) is var query and >= 0 ? $"{text[..query]}?***" : text;

    /// <summary>Without the password and the query, and not longer than a line.</summary>
    public static string Shown(string text)
    {
        int start = text.IndexOf("://", StringComparison.Ordinal);
        start = start < 0 ? 0 : start + 3;
        int at = text.LastIndexOf('@');
        int colon = text.IndexOf(':', start);
        if (colon >= 0 && colon < at) text = $"{text[..colon]}:***{text[at..]}";
        text = WithoutQuery(text);
        return text.Length <= 200 ? text : $"{text[..200]}...";
    }

    /// <summary>The same address with the scheme that its port, or what stands for the scheme, suggests.</summary>
    private static string SuggestionFor(string text)
    {
        foreach (string scheme in new[] { "wss", "ws", "mqtts", "mqtt" }) // ws:/host, ws:host, ws//host
        {
            if (!text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) continue;
            ReadOnlySpan<char> rest = text.AsSpan(scheme.Length);
            if (rest.StartsWith(":/") || rest.StartsWith("//")) return Shown($"{scheme}://{rest.TrimStart(":/")}");
        }

        string shown = Shown(text).TrimStart('/');
        int hostEnd = shown.IndexOfAny(['/', '?', '#']);
        string authority = hostEnd < 0 ? shown : shown[..hostEnd];
        string path = hostEnd < 0 ? "/mqtt" : shown[hostEnd..];
        return authority[(authority.LastIndexOf(':') + 1)..] switch
        {
            "1883" => $"mqtt://{authority}",
            "8883" => $"mqtts://{authority}",
            "443" or "8084" or "8081" or "8884" => $"wss://{authority}{path}",
            "80" or "8083" or "8080" or "8000" or "9001" or "15675" => $"ws://{authority}{path}",
            _ when authority.Contains(':', StringComparison.Ordinal) => $"ws://{authority}{path} for a WebSocket, or mqtt://{authority} for TCP",
            _ => $"ws://{authority}:8083{path} for a WebSocket, or mqtt://{authority}:1883 for TCP",
        };
    }

    private static MqttException Fault(string message) => new(MqttErrorCode.InvalidAddress, message);
}
