// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>The groups in which the help shows options: those of connections by their names, and the command's own before them.</summary>
internal static class OptionGroups
{
    private static readonly (string Title, string[] Names)[] Groups =
    [
        ("Where the broker is", ["--url", "--host", "--port", "--protocol", "--ws", "--path", "--unix", "--account", "--bind", "--proxy", "--nodelay",
            "--header", "--connect-timeout"]),
        ("Login and session", ["--username", "--pw", "--password-file", "--id", "--id-prefix", "--disable-clean-session", "--session-file", "--keepalive",
            "--protocol-version", "--max-packet", "--options", "--options-file"]),
        ("TLS", ["--cafile", "--capath", "--cert", "--key", "--keyform", "--key-password-file", "--pin", "--servername", "--insecure", "--tls-alpn",
            "--tls-version", "--ciphers", "--tls-use-os-certs", "--no-tls", "--tls-keylog"]),
        ("Will", ["--will-topic", "--will-payload", "--will-qos", "--will-retain"]),
        ("What is written", ["--trace", "--trace-secrets", "--quiet"]),
    ];

    /// <summary>Returns the options of a command that are not hidden, in groups; none is empty.</summary>
    public static IEnumerable<(string Title, Option[] Options)> Of(Command command)
    {
        Option[] shown = [.. command.Options.Where(option => !option.Hidden)];
        bool connects = shown.Any(option => option.Name == "--host"); // a broker has options of the same names, which are its own
        Option[] own = connects ? [.. shown.Where(option => !Groups.Any(group => group.Names.Contains(option.Name)))] : shown;
        if (own.Length > 0) yield return ("Options", own);
        if (!connects) yield break;
        foreach ((string title, string[] names) in Groups)
        {
            Option[] options = [.. shown.Where(option => names.Contains(option.Name))];
            if (options.Length > 0) yield return (title, options);
        }
    }
}
