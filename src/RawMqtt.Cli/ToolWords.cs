// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;

namespace RawMqtt.Cli;

/// <summary>Turns the library's texts into the tool's: a text names the option that the user can give, not the member that the tool sets.</summary>
internal static partial class ToolWords
{
    /// <summary>Returns what a failure says, with the tool's advice in place of the library's.</summary>
    public static string Of(MqttException failure) => failure.Diagnosis is { } diagnosis && ToolAdvice.ByCode.TryGetValue(diagnosis.Code, out string? advice)
        ? $"{diagnosis.Observation} {diagnosis.Fill(advice)}"
        : Of(failure.Message);

    /// <summary>Returns the message with options of the tool in place of members of the library.</summary>
    public static string Of(string message) => Member().Replace(message, member => OptionFor(member));

    private static string OptionFor(Match match) => match.Groups["pin"] is { Success: true } pin ? $"--pin {pin.Value}" : OptionFor(match.Value);

    private static string OptionFor(string member) => member switch
    {
        "CleanSession = false" => "--session-file",
        "MaxPacketLength" => "--max-packet",
        "CertificateAuthorityFile" => "--cafile",
        "CertificateAuthorityFolder" => "--capath",
        "CertificateFile" => "--cert",
        "KeyFile" => "--key",
        "KeyPassword" => "--key-password-file",
        "Pin" => "--pin",
        "ApplicationProtocols" => "--tls-alpn",
        "AllowUntrusted" => "--insecure",
        "ServerName" => "--servername",
        "RequestHeaders" => "--header",
        "ConnectTimeout" => "--connect-timeout",
        "KeepAlive" => "--keepalive",
        "ClientId" => "--id",
        "SessionFile" => "--session-file",
        "AllowAnonymous" => "--allow-anonymous",
        "AllowedOrigins" => "--allow-origin",
        "HostNames" => "--host-name",
        "TrustedProxies" => "--trusted-proxy",
        "ProxyHeader" => "--proxy-header",
        "PasswordFile" => "--password-file",
        _ => member,
    };

    [GeneratedRegex(@"CleanSession = false|\bPin = ""(?<pin>sha256//[A-Za-z0-9+/=]{44})""|\b(MaxPacketLength|CertificateAuthorityFolder"
        + @"|Certificate(Authority)?File|KeyFile|KeyPassword|Pin|ApplicationProtocols|AllowUntrusted|ServerName|RequestHeaders|ConnectTimeout"
        + @"|KeepAlive|ClientId|SessionFile|AllowAnonymous|AllowedOrigins|HostNames|TrustedProxies|ProxyHeader|PasswordFile)\b")]
    private static partial Regex Member();
}
