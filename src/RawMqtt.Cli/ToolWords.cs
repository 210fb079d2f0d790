// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;

namespace RawMqtt.Cli;

/// <summary>Turns the library's texts into the tool's: a text names the option that the user can give, not the member that the tool sets.</summary>
internal static partial class ToolWords
{
    /// <summary>Advice that names members for which the tool has no option, and what the tool says in its place.</summary>
    private static readonly (string Library, string Tool)[] Advice =
    [
        ("Pin, ValidateCertificate and AllowUntrusted exclude each other: each decides", "--pin and --insecure exclude each other: each decides"),
        ("set AcceptPubAckForQos2 to take", "put \"acceptPubAckForQos2\": true into the file of --options to take"),
        (", and MaxQueuedBytes is ", ", and the limit is "),
        (" Raise MaxQueuedBytes.", " Publish it while the broker can be reached."),
        ("Publish more slowly, await what was published, or raise MaxQueuedMessages or MaxQueuedBytes.", "Publish fewer messages at once."),
        ("Await what was published, publish more slowly, or raise MaxQueuedBytes.", "Publish more slowly, or at QoS 1."),
        (" Read faster, or raise MaxMessages or MaxBytes of the subscription.", " Take the output faster."),
        (" To avoid this, name the filters in MqttClientOptions.Subscriptions, or call Subscribe before OpenAsync.", ""),
        (" messages go to UnmatchedMessages or are dropped. Read the stream, keep what waits in a SessionFile, or raise MaxWaitingTime.",
            " messages are printed as they are."),
        (", and OfflinePublishing is Fail. Publish when State is Connected, or let messages wait with MqttOfflinePublishing.Queue.", "."),
        (" within the AckTimeout of ", " within "),
        ("with CleanSession the", "without --session-file the"),
        (" by DisconnectAsync.", "."),
        (" by Abort.", "."),
    ];

    /// <summary>Returns what a failure says, with the tool's advice in place of the library's.</summary>
    public static string Of(MqttException failure) => failure.Diagnosis is { } diagnosis && ToolAdvice.ByCode.TryGetValue(diagnosis.Code, out string? advice)
        ? $"{diagnosis.Observation} {diagnosis.Fill(advice)}"
        : Of(failure.Message);

    /// <summary>Returns the message with options of the tool in place of members of the library.</summary>
    public static string Of(string message) =>
        Member().Replace(Advice.Aggregate(message, static (text, one) => text.Replace(one.Library, one.Tool, StringComparison.Ordinal)), OptionFor);

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
