// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>The options for TLS, with the names of mosquitto_pub and mosquitto_sub.</summary>
internal sealed class TlsArguments
{
    private static readonly string[] Schemes = ["WSS", "MQTTS", "SSL", "TLS", "WXS", "ALIS"];

    public Option<string?> CaFile { get; } = new("--cafile")
    {
        Description = "Trust the authorities of this PEM file, one or more, instead of the machine's.",
        HelpName = "FILE",
    };

    public Option<string?> CaPath { get; } = new("--capath") { Description = "Trust the authorities in the PEM files of this folder.", HelpName = "DIR" };

    public Option<string?> Cert { get; } = new("--cert")
    {
        Description = "The client's own certificate: PEM, or PKCS #12 (.pfx, .p12) with its key.",
        HelpName = "FILE",
    };

    public Option<string?> Key { get; } = new("--key") { Description = "The private key of --cert, PEM.", HelpName = "FILE" };

    public Option<string?> KeyPasswordFile { get; } = new("--key-password-file") { Description = KeyPassphrase.Description, HelpName = "FILE" };

    public Option<string[]> Pin { get; } = new("--pin")
    {
        Description = "Accept the certificate with this public key, whoever issued it and for whatever name; may be repeated.",
        HelpName = "sha256//BASE64",
    };

    public Option<string[]> Alpn { get; } = new("--tls-alpn")
    {
        Description = "Offer this application protocol (ALPN); may be repeated; http/1.1 by default for wss.",
        HelpName = "PROTOCOL",
    };

    public Option<bool> Insecure { get; } = new("--insecure") { Description = "Accept any certificate: for tests only." };

    public Option<string?> ServerName { get; } = new("--servername")
    {
        Description = "Send this name (SNI) and expect it in the server's certificate, in place of the address's host.",
        HelpName = "NAME",
    };

    private Option[] All => [CaFile, CaPath, Cert, Key, KeyPasswordFile, Pin, Insecure, ServerName, Alpn];

    /// <summary>Returns whether an address has TLS by its scheme.</summary>
    public static bool IsTls(string url) => Schemes.Contains(url.Split("://")[0], StringComparer.OrdinalIgnoreCase);

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            foreach (Option option in new Option[] { Key, KeyPasswordFile })
            {
                if (result.GetResult(option) is not null && result.GetResult(Cert) is null) result.AddError($"{option.Name} has no effect without {Cert.Name}");
            }
        });
    }

    /// <summary>Returns whether any of these options is given.</summary>
    public bool IsGiven(ParseResult parsed) => All.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>Returns the options given, or null if there are none. The library refuses them beside an address without TLS.</summary>
    public MqttTlsOptions? Read(ParseResult parsed, string url)
    {
        var tls = new MqttTlsOptions
        {
            CertificateAuthorityFile = parsed.GetValue(CaFile),
            CertificateAuthorityFolder = parsed.GetValue(CaPath),
            CertificateFile = parsed.GetValue(Cert),
            KeyFile = parsed.GetValue(Key),
            Pin = parsed.GetValue(Pin) is { Length: > 0 } pins ? string.Join(';', pins) : null,
            AllowUntrusted = parsed.GetValue(Insecure),
            ServerName = parsed.GetValue(ServerName),
            ApplicationProtocols = parsed.GetValue(Alpn) is { Length: > 0 } names ? names : [],
        };
        if (IsTls(url))
        {
            string? passphraseFile = parsed.GetValue(KeyPasswordFile);
            IEnumerable<string> files = new[] { tls.CertificateAuthorityFile, tls.CertificateFile, tls.KeyFile, passphraseFile }.OfType<string>();
            foreach (string file in files) File.OpenRead(file).Dispose(); // a missing file costs no connection
            if (tls.CertificateFile is not null) tls = tls with { KeyPassword = KeyPassphrase.Read(passphraseFile, tls.CertificateFile, tls.KeyFile) };
        }

        if (tls.AllowUntrusted) Console.Error.WriteLine("rawmqtt: --insecure accepts any certificate, so that any server can claim to be this one.");
        return tls == new MqttTlsOptions() ? null : tls;
    }
}
