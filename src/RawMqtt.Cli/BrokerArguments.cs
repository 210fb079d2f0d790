// SPDX-License-Identifier: MIT

using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;

namespace RawMqtt.Cli;

/// <summary>The options of <c>rawmqtt broker</c> that become options of the library. One that would have no effect is refused.</summary>
internal static class BrokerArguments
{
    private static readonly SearchValues<char> NotInHost = SearchValues.Create(":/@[] \t");

    private static readonly Option<string[]> Ws = new("--ws")
    {
        Description = "Listen for WebSocket at HOST:PORT; may be repeated; port 0 takes a free one.",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string[]> Wss = new("--wss") { Description = "Listen for WebSocket over TLS.", HelpName = "HOST:PORT" };
    private static readonly Option<string[]> Tcp = new("--tcp") { Description = "Listen for MQTT over TCP.", HelpName = "HOST:PORT" };
    private static readonly Option<string[]> Tls = new("--tls") { Description = "Listen for MQTT over TLS.", HelpName = "HOST:PORT" };
    private static readonly Option<string> Path = new("--path") { Description = "The path of the WebSocket listeners.", DefaultValueFactory = _ => "/mqtt" };

    private static readonly Option<string?> Cert = new("--cert")
    {
        Description = "The server's certificate with its chain for --wss and --tls: PEM, or PKCS #12 (.pfx, .p12) with its key.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Key = new("--key") { Description = "The certificate's private key, PEM.", HelpName = "FILE" };

    private static readonly Option<string?> KeyPasswordFile = new("--key-password-file")
    {
        Description = KeyPassphrase.Description,
        HelpName = "FILE",
    };

    private static readonly Option<string[]> DevCert = new("--dev-cert")
    {
        Description = "Serve TLS with a certificate of rawmqtt dev-cert, made or renewed now, and say how clients trust it. NAME: further names.",
        HelpName = "NAME",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> DevCertFolder = new("--dev-cert-dir") { Description = "Where dev-cert keeps its files.", HelpName = "DIR" };

    private static readonly Option<int?> MaxPacket = new("--max-packet")
    {
        Description = "The longest packet that clients may send, in bytes.", HelpName = "BYTES",
    };

    private static readonly Option<string?> PasswordFile = new("--password-file")
    {
        Description = "User names and hashes, as rawmqtt passwd writes them.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> AllowAnonymous = new("--allow-anonymous")
    {
        Description = "Take clients without a user name, from other machines too.",
    };

    private static readonly Option<string[]> AllowOrigin = new("--allow-origin")
    {
        Description = "An origin of web pages that may connect; * for all; may be repeated.",
        HelpName = "ORIGIN",
    };

    private static readonly Option<string[]> HostName = new("--host-name")
    {
        Description = "A name or address by which browsers reach the broker: pages by another host are refused; may be repeated.",
        HelpName = "HOST",
    };

    private static readonly Option<string[]> TrustedProxy = new("--trusted-proxy")
    {
        Description = "An address or network of proxies that tell the broker their clients' addresses; may be repeated.",
        HelpName = "NETWORK",
    };

    private static readonly Option<string> ProxyHeader = new("--proxy-header")
    {
        Description = "The one header in which those proxies name their clients.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "X-Forwarded-For",
    };

    private static readonly Option<string[]>[] WebSockets = [Ws, Wss];
    private static readonly Option<string[]>[] WithTls = [Wss, Tls];

    /// <summary>Adds the options and their checks.</summary>
    public static void AddTo(Command command)
    {
        Option[] all =
        [
            Ws, Wss, Tcp, Tls, Path, Cert, Key, KeyPasswordFile, DevCert, DevCertFolder, PasswordFile, AllowAnonymous, AllowOrigin, HostName,
            TrustedProxy, ProxyHeader, MaxPacket,
        ];
        foreach (Option option in all) command.Options.Add(option);
        foreach (Option<string[]> listener in new[] { Ws, Wss, Tcp, Tls })
        {
            listener.Validators.Add(result =>
            {
                foreach (Token token in result.Tokens.Where(token => !IsHostAndPort(token.Value)))
                {
                    result.AddError($"{result.Option.Name} takes HOST:PORT such as 127.0.0.1:0, not \"{token.Value}\"");
                }
            });
        }

        command.Validators.Add(result =>
        {
            bool hasListener = IsGiven(result, [Ws, Wss, Tcp, Tls]);
            Require(result, [Path, AllowOrigin, HostName], "--ws or --wss", !hasListener || IsGiven(result, WebSockets));
            Require(result, [Cert, Key, KeyPasswordFile], "--wss or --tls", IsGiven(result, WithTls));
            Require(result, [Key, KeyPasswordFile], "--cert", IsGiven(result, [Cert]));
            Require(result, [ProxyHeader], "--trusted-proxy", IsGiven(result, [TrustedProxy]));
            Require(result, [DevCertFolder], "--dev-cert", IsGiven(result, [DevCert]));
            Require(result, [DevCert], "--wss or --tls", !hasListener || IsGiven(result, WithTls));
            if (IsGiven(result, [DevCert]) && IsGiven(result, [Cert, Key]))
                result.AddError("--dev-cert brings a certificate and its key: leave out --cert and --key");
        });
    }

    /// <summary>Makes or renews the certificate of --dev-cert, and keeps it valid; null if the option is not given.</summary>
    public static DevCertRenewal? StartDevCert(ParseResult parsed) =>
        parsed.GetResult(DevCert) is null ? null : DevCertRenewal.Start(parsed.GetValue(DevCertFolder), parsed.GetValue(DevCert)!);

    /// <summary>Returns the broker's options, without those of its log.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="dev">The certificate of --dev-cert; null for none.</param>
    public static MqttBrokerOptions Read(ParseResult parsed, DevCertRenewal? dev)
    {
        string path = parsed.GetValue(Path)!;
        if (!path.StartsWith('/')) path = $"/{path}";
        string[] listeners =
        [
            .. (parsed.GetValue(Ws) ?? []).Select(endpoint => $"ws://{endpoint}{path}"),
            .. (parsed.GetValue(Wss) ?? []).Select(endpoint => $"wss://{endpoint}{path}"),
            .. (parsed.GetValue(Tcp) ?? []).Select(endpoint => $"mqtt://{endpoint}"),
            .. (parsed.GetValue(Tls) ?? []).Select(endpoint => $"mqtts://{endpoint}"),
        ];
        string[] secure = dev is null ? [] : [$"wss://127.0.0.1:8084{path}", "mqtts://127.0.0.1:8883"];
        var options = new MqttBrokerOptions
        {
            Listeners = listeners.Length > 0 ? listeners : [$"ws://127.0.0.1:8083{path}", "mqtt://127.0.0.1:1883", .. secure],
            CertificateFile = dev?.Certificates.ServerFile ?? parsed.GetValue(Cert),
            KeyFile = dev?.Certificates.ServerKeyFile ?? parsed.GetValue(Key),
            KeyPassword = dev is null ? KeyPassphrase.Read(parsed.GetValue(KeyPasswordFile), parsed.GetValue(Cert), parsed.GetValue(Key)) : null,
            PasswordFile = parsed.GetValue(PasswordFile),
            AllowAnonymous = parsed.GetValue(AllowAnonymous) ? true : null,
            AllowedOrigins = parsed.GetValue(AllowOrigin) ?? [],
            HostNames = parsed.GetValue(HostName) ?? [],
            TrustedProxies = parsed.GetValue(TrustedProxy) ?? [],
            ProxyHeader = parsed.GetValue(ProxyHeader)!,
        };
        return parsed.GetValue(MaxPacket) is { } bytes ? options with { Limits = options.Limits with { MaxPacketLength = bytes } } : options;
    }

    private static bool IsHostAndPort(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || text.Length - colon - 1 is < 1 or > 5 || text.AsSpan(colon + 1).ContainsAnyExceptInRange('0', '9')) return false;
        string host = text[..colon];
        return host is ['[', _, .., ']'] || !host.AsSpan().ContainsAny(NotInHost);
    }

    private static void Require(CommandResult result, Option[] options, string needed, bool isThere)
    {
        foreach (Option option in options.Where(option => !isThere && IsGiven(result, [option])))
        {
            result.AddError($"{option.Name} has no effect without {needed}");
        }
    }

    private static bool IsGiven(CommandResult result, Option[] options) => options.Any(option => result.GetResult(option) is { Implicit: false });
}
