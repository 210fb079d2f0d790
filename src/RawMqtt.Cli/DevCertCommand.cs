// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt dev-cert</c>: makes or renews an authority and a server certificate for development on this machine.</summary>
internal static class DevCertCommand
{
    private static readonly string[] UsualAddresses = ["wss://localhost:8084/mqtt", "mqtts://localhost:8883"];

    private static readonly Argument<string[]> Names = new("name")
    {
        Description = "Further names of this machine, such as broker.lan or 192.168.1.5. Without any, those of the last time stay.",
        Arity = ArgumentArity.ZeroOrMore,
        HelpName = "NAME",
    };

    private static readonly Option<string?> Folder = new("--dir")
    {
        Description = "Where the files are kept; a folder below yours by default.",
        HelpName = "DIR",
    };

    public static Command Create()
    {
        var command = new Command("dev-cert",
            "Make or renew a certificate for localhost, 127.0.0.1 and ::1, from an authority that can issue for these names alone. Nothing is installed.")
        {
            Names, Folder,
        };
        command.SetAction(Run);
        return command;
    }

    /// <summary>Writes what there is, and the lines by which clients trust it.</summary>
    public static void Describe(DevCertificates certificates, IReadOnlyList<string> addresses)
    {
        string authority = certificates.IsNewAuthority ? "new" : "as before";
        string server = certificates.IsNewServer ? "new" : "as before";
        string until = Date(certificates.AuthorityUntil);
        Terminal.Out.WriteLine($"authority {certificates.AuthorityFile} ({authority}, until {until}, for {certificates.Names} alone)");
        Terminal.Out.WriteLine($"certificate {certificates.ServerFile} ({server}, until {Date(certificates.ServerUntil)})");
        Terminal.Out.WriteLine($"key {certificates.ServerKeyFile}");
        Terminal.Out.WriteLine($"pin {certificates.Pin}");
        Terminal.Out.WriteLine("No client trusts this authority by itself. To trust it:");
        foreach ((string client, string line) in DevTrust.Lines(certificates, addresses)) Terminal.Out.WriteLine($"trust {client,-9} {line}");
    }

    private static int Run(ParseResult parsed)
    {
        string folder = parsed.GetValue(Folder) ?? DevCertificates.DefaultFolder;
        Describe(DevCertificates.Ensure(folder, parsed.GetValue(Names) ?? [], DateTimeOffset.UtcNow), UsualAddresses);
        return ExitCode.Done;
    }

    private static string Date(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
