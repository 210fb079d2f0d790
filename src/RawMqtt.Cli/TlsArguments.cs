// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>The options for TLS, with the names of mosquitto_pub and mosquitto_sub.</summary>
internal sealed class TlsArguments
{
    private static readonly string[] Schemes = ["WSS", "MQTTS", "SSL", "TLS", "WXS", "ALIS"];

    public Option<string?> CaFile { get; } = new("--cafile")
    {
        Description = "Trust the authorities of this PEM file instead of the machine's.",
        HelpName = "FILE",
    };

    public Option<string?> Cert { get; } = new("--cert") { Description = "The client's own certificate, PEM.", HelpName = "FILE" };

    public Option<string?> Key { get; } = new("--key") { Description = "The private key of --cert, PEM.", HelpName = "FILE" };

    public Option<bool> Insecure { get; } = new("--insecure") { Description = "Accept any certificate: for tests only." };

    public Option<string?> ServerName { get; } = new("--servername")
    {
        Description = "Expect this name in the server's certificate, in place of the address's host.",
        HelpName = "NAME",
    };

    /// <summary>Returns whether an address has TLS by its scheme.</summary>
    public static bool IsTls(string url) => Schemes.Contains(url.Split("://")[0], StringComparer.OrdinalIgnoreCase);

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { CaFile, Cert, Key, Insecure, ServerName }) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Key) is not null && result.GetResult(Cert) is null) result.AddError($"{Key.Name} has no effect without {Cert.Name}");
        });
    }

    /// <summary>Returns whether any of these options is given.</summary>
    public bool IsGiven(ParseResult parsed) =>
        new Option[] { CaFile, Cert, Key, Insecure, ServerName }.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>Returns the options given, or null if there are none. The library refuses them beside an address without TLS.</summary>
    public MqttTlsOptions? Read(ParseResult parsed, string url)
    {
        var tls = new MqttTlsOptions
        {
            CertificateAuthorityFile = parsed.GetValue(CaFile),
            CertificateFile = parsed.GetValue(Cert),
            KeyFile = parsed.GetValue(Key),
            AllowUntrusted = parsed.GetValue(Insecure),
            ServerName = parsed.GetValue(ServerName),
        };
        if (IsTls(url))
        {
            IEnumerable<string> files = new[] { tls.CertificateAuthorityFile, tls.CertificateFile, tls.KeyFile }.OfType<string>();
            foreach (string file in files) File.OpenRead(file).Dispose(); // a missing file costs no connection
        }

        if (tls.AllowUntrusted) Console.Error.WriteLine("rawmqtt: --insecure accepts any certificate, so that any server can claim to be this one.");
        return tls == new MqttTlsOptions() ? null : tls;
    }
}
