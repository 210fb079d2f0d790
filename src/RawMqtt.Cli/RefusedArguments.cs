// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>Options of the other tools that this one does not have. Each is refused with its reason, so that no script runs without its effect.</summary>
internal static class RefusedArguments
{
    private const string Version5 = "belongs to MQTT 5, and this tool speaks MQTT 3.1.1";

    /// <summary>Gets the names of each option, the number of values that it takes elsewhere, and why it is refused.</summary>
    public static IReadOnlyList<(string Name, string[] Aliases, int Values, string Reason)> All { get; } =
    [
        ("--property", ["-D"], 4, Version5),
        ("--session-expiry", ["-x"], 1, Version5),
        ("--retain-as-published", [], 0, Version5),
        ("--retain-handling", [], 1, Version5),
        ("--psk", [], 1, "needs TLS with a pre-shared key, which .NET does not have; use --cert and --key"),
        ("--psk-identity", [], 1, "needs TLS with a pre-shared key, which .NET does not have; use --cert and --key"),
        ("--tls-engine", [], 1, "needs an engine of OpenSSL, which .NET does not load; use --cert and --key"),
        ("--tls-engine-kpass-sha1", [], 1, "needs an engine of OpenSSL, which .NET does not load; use --key-password-file"),
        ("--srv", ["-S"], 0, "needs SRV records, which .NET cannot look up; give the host by -h"),
    ];

    /// <summary>Adds the options, hidden from the help.</summary>
    public static void AddTo(Command command)
    {
        foreach ((string name, string[] aliases, int values, string reason) in All)
        {
            var option = new Option<string[]>(name, aliases)
            {
                Hidden = true,
                Arity = new ArgumentArity(0, Math.Max(values, 1)),
                AllowMultipleArgumentsPerToken = true,
            };
            option.Validators.Add(result => result.AddError($"{result.IdentifierToken?.Value ?? name} {reason}. docs/tool.md has the list"));
            command.Options.Add(option);
        }
    }
}
