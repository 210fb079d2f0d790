// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>The catalogue of diagnoses: addresses and options that are refused before anything is sent.</summary>
internal static class AddressDiagnoses
{
    private const MqttErrorCode Kind = MqttErrorCode.InvalidAddress;
    private const string Known = "ws, wss, mqtt, mqtts (also tcp, ssl, tls, wx, wxs)";

    public static DiagnosisEntry Empty => new("address.empty", Kind, "The address is empty.", "", "Write one such as ws://localhost:8083/mqtt.");

    public static DiagnosisEntry NoScheme => new("address.no-scheme", Kind, "The address \"{given}\" has no protocol in front.", "", "Try {try}.");

    public static DiagnosisEntry UnknownScheme => new("address.unknown-scheme", Kind, "The protocol \"{scheme}\" is not known.",
        $"The known ones are {Known}.", "Try {try}.");

    public static DiagnosisEntry OtherScheme => new("address.other-scheme", Kind, "The protocol \"{scheme}\" does not carry MQTT.",
        $"The known ones are {Known}.", "Try {try}.");

    public static DiagnosisEntry Fragment => new("address.fragment", Kind, "The address \"{given}\" has a fragment, which RFC 6455 section 3 forbids.", "",
        "Leave out what follows #, or write %23 if it belongs to the path.");

    public static DiagnosisEntry Character => new("address.character", Kind,
        "The address \"{given}\" holds the character '{character}', which has no place there.", "",
        "If it belongs to the user, the password or the path, write it as {escape}.");

    public static DiagnosisEntry Backslash => new("address.backslash", Kind, "The address \"{given}\" holds a backslash, which has no place there.", "",
        "Try {try}, or write the backslash as %5C if it belongs to a password.");

    public static DiagnosisEntry Space => new("address.space", Kind, "The address holds a space or a control character (U+{character}).", "",
        "Remove it, or write it as {escape}.");

    public static DiagnosisEntry NotAscii => new("address.not-ascii", Kind, "The address holds the character U+{character}, which is not ASCII.", "",
        "Write a host name in its ASCII form (xn--...), and anything else percent-encoded.");

    public static DiagnosisEntry PercentSign => new("address.percent", Kind,
        "The user or the password in \"{given}\" holds a % without two hexadecimal digits.", "", "Write the character % itself as %25.");

    public static DiagnosisEntry UserNotUtf8 => new("address.user-not-utf8", Kind,
        "The user name in \"{given}\" is not UTF-8 after its % escapes are decoded.", "", "Write each character as the escapes of its UTF-8 bytes.");

    public static DiagnosisEntry NoHost => new("address.no-host", Kind, "The address \"{given}\" has no host.", "", "Write one such as {try}.");

    public static DiagnosisEntry BracketOpen => new("address.bracket-open", Kind, "The bracket of the IPv6 address in \"{given}\" is not closed.", "",
        "Write it as ws://[::1]:8083/mqtt.");

    public static DiagnosisEntry NotIPv6 => new("address.not-ipv6", Kind, "\"{part}\" in \"{given}\" is not an IPv6 address.",
        "Only these stand in brackets.", "Leave the brackets out for a name or an IPv4 address.");

    public static DiagnosisEntry IPv6WithoutBrackets => new("address.ipv6-without-brackets", Kind, "The host in \"{given}\" has more than one colon.",
        "An IPv6 address stands in brackets.", "Try {try}.");

    public static DiagnosisEntry Colons => new("address.colons", Kind, "The host in \"{given}\" has more than one colon, and is not an IPv6 address.",
        "Only one port follows a host.", "Write HOST:PORT, and the path after /.");

    public static DiagnosisEntry LoginCharacters => new("address.login-characters", Kind,
        "What stands before @ in \"{given}\" cannot be read as a user and a password.", "", "Write the character / in them as %2F, and ? as %3F.");

    public static DiagnosisEntry PortNotNumber => new("address.port-not-number", Kind, "The port \"{port}\" in \"{given}\" is not a number from 1 to 65535.",
        "", "{meant}");

    public static DiagnosisEntry PortRange => new("address.port-range", Kind, "The port {port} in \"{given}\" is outside {lowest} to 65535.", "",
        "Brokers usually have 8083 for ws, 8084 for wss, 1883 for mqtt and 8883 for mqtts.");

    public static DiagnosisEntry PathOnTcp => new("address.path-on-tcp", Kind, "An {scheme} address has no path, and \"{path}\" was given.",
        "A topic does not belong into the address.", "Leave it out ({without}), or write {try} if a WebSocket was meant.");

    public static DiagnosisEntry ListenerUser => new("address.listener-user", Kind, "The address {url} to listen on names a user.", "",
        "Leave out what stands before @.");

    public static DiagnosisEntry TlsOptionsWithoutTls => new("options.tls-without-tls", MqttErrorCode.InvalidOptions,
        "There are TLS options, and {url} has no TLS.", "", "Write {secure} if TLS was meant.");

    public static DiagnosisEntry TlsLeftOut => new("options.tls-left-out", MqttErrorCode.InvalidOptions,
        "{url} wants TLS, and this program was built without it.", "",
        "Build it with RawMqtt.Tls.IsSupported = true, or use an address of ws or mqtt on a network that you trust.");

    public static DiagnosisEntry AuthorityFile => new("options.authority-file", MqttErrorCode.InvalidOptions,
        "The file of the authorities, {file}, cannot be used: {reason}.", "",
        "A file in DER form becomes PEM by: openssl x509 -inform der -in FILE -out ca.pem");

    public static DiagnosisEntry CertificateFile => new("options.certificate-file", MqttErrorCode.InvalidOptions,
        "The client certificate {file} cannot be used.", "", "Its cause: {reason}");

    public static DiagnosisEntry Browser => new("options.browser", MqttErrorCode.InvalidOptions,
        "{url} cannot be dialled here: pages in browsers have no sockets.", "",
        "Add the assembly RawMqtt.Browser, and pass the options through BrowserWebSocket.Use.");

    public static DiagnosisEntry RequestHeaders => new("options.request-headers", MqttErrorCode.InvalidOptions,
        "The WebSocket handshake cannot be written: {reason}", "", "Leave the fields of the handshake itself out of RequestHeaders.");
}
