// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Cli;

/// <summary>The options for TLS, with the names of mosquitto_pub and mosquitto_sub.</summary>
internal sealed class TlsArguments
{
    private static readonly string[] Schemes = ["WSS", "MQTTS", "SSL", "TLS", "WXS", "ALIS"];

    public Option<string?> CaFile { get; } = new("--cafile", "--ca")
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

    public Option<bool> Insecure { get; } = new("--insecure")
    {
        Description = "Accept any certificate; beside --cafile or --capath, one of theirs for any name. For tests only.",
    };

    public Option<string?> Version { get; } = new("--tls-version")
    {
        Description = "The lowest version to use: tlsv1.2 or tlsv1.3.",
        HelpName = "tlsv1.2|tlsv1.3",
    };

    public Option<string?> Ciphers { get; } = new("--ciphers")
    {
        Description = "Use these cipher suites alone, by their names in OpenSSL or in the RFCs, with ':' between.",
        HelpName = "NAMES",
    };

    public Option<bool> OsAuthorities { get; } = new("--tls-use-os-certs")
    {
        Description = "Use TLS with the machine's authorities, as mqtts and wss do anyway.",
    };

    public Option<bool> NoTls { get; } = new("--no-tls") { Description = "Use no TLS, whatever a file of defaults or the port says." };

    public Option<string?> KeyForm { get; } = new("--keyform") { Description = "pem: the only form of --key.", HelpName = "pem" };

    public Option<string?> KeyLog { get; } = new("--tls-keylog")
    {
        Description = "Append the secrets of the connection to this file, for Wireshark. Whoever has it can read the connection.",
        HelpName = "FILE",
    };

    public Option<string?> ServerName { get; } = new("--servername")
    {
        Description = "Send this name (SNI) and expect it in the server's certificate, in place of the address's host.",
        HelpName = "NAME",
    };

    private Option[] All =>
        [CaFile, CaPath, Cert, Key, KeyPasswordFile, KeyForm, Pin, Insecure, ServerName, Alpn, Version, Ciphers, OsAuthorities, KeyLog];

    /// <summary>Returns whether an address has TLS by its scheme.</summary>
    public static bool IsTls(string url) => Schemes.Contains(url.Split("://")[0], StringComparer.OrdinalIgnoreCase);

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Options.Add(NoTls);
        Require(Version, "tlsv1.2 or tlsv1.3 (1.1 and 1.0 are broken, RFC 8996)", static value => value is "tlsv1.2" or "tlsv1.3");
        Require(KeyForm, "pem", static value => value == "pem");
        Require(Ciphers, $"names such as {CipherNames.Example}; the list is in docs/tool.md", static value => CipherNames.TryRead(value, out _));
        command.Validators.Add(result =>
        {
            foreach (Option option in new Option[] { Key, KeyPasswordFile })
            {
                if (result.GetResult(option) is not null && result.GetResult(Cert) is null) result.AddError($"{option.Name} has no effect without {Cert.Name}");
            }
        });
    }

    /// <summary>Returns whether TLS is asked for by any of these options; null if there are none, false for --no-tls.</summary>
    public bool? IsGiven(ParseResult parsed) =>
        parsed.GetValue(NoTls) ? false : All.Any(option => parsed.GetResult(option) is { Implicit: false }) ? true : null;

    /// <summary>Returns the options given, or null if there are none. The library refuses them beside an address without TLS.</summary>
    public MqttTlsOptions? Read(ParseResult parsed, string url, Account? account = null)
    {
        if (parsed.GetValue(NoTls))
        {
            return IsTls(url) ? throw new ArgumentException($"--no-tls forbids {url.Split("://")[0]}: write the address with mqtt or ws.") : null;
        }

        if (!IsTls(url)) account = null;
        var tls = new MqttTlsOptions
        {
            CertificateAuthorityFile = parsed.GetValue(CaFile) ?? account?.CaFile,
            CertificateAuthorityFolder = parsed.GetValue(CaPath),
            CertificateFile = parsed.GetValue(Cert) ?? account?.Cert,
            KeyFile = parsed.GetValue(Key) ?? account?.Key,
            Configure = ConfigurationOf(parsed),
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

        if (tls.AllowUntrusted && (tls.CertificateAuthorityFile ?? tls.CertificateAuthorityFolder) is not null)
        {
            Tool.Warn("--insecure accepts a certificate for any name, so that another server can claim to be this one.");
            return tls with { AllowUntrusted = false, ValidateCertificate = IsTrustedForAnyName };
        }

        if (tls.AllowUntrusted) Tool.Warn("--insecure accepts any certificate, so that any server can claim to be this one.");
        return tls == new MqttTlsOptions() ? null : tls;
    }

    private static void Require(Option<string?> option, string wanted, Func<string, bool> isTaken) => option.Validators.Add(result =>
    {
        foreach (Token token in result.Tokens.Where(token => !isTaken(token.Value))) result.AddError($"{option.Name} takes {wanted}, not \"{token.Value}\"");
    });

    private static bool IsTrustedForAnyName(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;

    private Action<SslClientAuthenticationOptions>? ConfigurationOf(ParseResult parsed)
    {
        if (parsed.GetValue(KeyLog) is { } file) KeepSecrets(file);
        string? version = parsed.GetValue(Version);
        string? ciphers = parsed.GetValue(Ciphers);
        if (version is null && ciphers is null) return null;
        SslProtocols protocols = version == "tlsv1.3" ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;
        if (ciphers is not null) protocols &= CipherNames.ProtocolsOf(ciphers); // a version without a suite fails before its first byte
        if (protocols == SslProtocols.None) throw new ArgumentException("--ciphers names no suite of TLS 1.3, which --tls-version tlsv1.3 needs.");
        return options =>
        {
            options.EnabledSslProtocols = protocols;
            if (ciphers is not null) options.CipherSuitesPolicy = CipherNames.PolicyOf(ciphers);
        };
    }

    /// <summary>The framework reads both when the first connection is made.</summary>
    private static void KeepSecrets(string file)
    {
        AppContext.SetSwitch("System.Net.EnableSslKeyLogging", true);
        Environment.SetEnvironmentVariable("SSLKEYLOGFILE", file);
    }
}
