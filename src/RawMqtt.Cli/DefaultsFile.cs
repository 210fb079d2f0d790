// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>Options of pub and sub from a file, one on each line with its value behind a space: that of -o, or those that mosquitto's tools read.</summary>
internal static class DefaultsFile
{
    private const string Letter = "-o";

    /// <summary>Options that the file adds to, also beside the command line.</summary>
    private static readonly string[] Added = ["--topic", "--filter-out", "--unsubscribe"];

    /// <summary>Gets the option that names a file; it is read before the others.</summary>
    public static Option<string?> Option { get; } = new("--options-file", Letter)
    {
        Description = "Read options from this file instead of ~/.config/mosquitto_pub or _sub: one on each line, as here. Options given here win.",
        HelpName = "FILE",
    };

    /// <summary>Returns the arguments with those of the file behind the command's name.</summary>
    /// <exception cref="IOException">The file of -o cannot be read.</exception>
    public static string[] Expand(Command root, string[] arguments)
    {
        Command? command = arguments.Length == 0 ? null : root.Subcommands.FirstOrDefault(one => one.Name == arguments[0]);
        if (command is null || !command.Options.Contains(Option)) return arguments;
        int place = Array.FindIndex(arguments, argument => argument is Letter or "--options-file");
        string file = place > 0 && place + 1 < arguments.Length ? arguments[place + 1] : Path.Combine(AccountFile.ConfigFolder, $"mosquitto_{command.Name}");
        if (place < 0 && !File.Exists(file)) return arguments;

        ParseResult given = root.Parse(arguments, Tool.Parsing);
        IEnumerable<string> defaults = Read(File.ReadLines(file)).Where(line => !IsGiven(command, given, line[0])).SelectMany(line => line);
        return [arguments[0], .. defaults, .. arguments[1..]];
    }

    /// <summary>Returns name and value of each line; lines that begin with # are comments.</summary>
    internal static IEnumerable<string[]> Read(IEnumerable<string> lines) =>
        lines.Where(line => line.Length > 0 && line[0] != '#').Select(line => line.TrimStart(' ').Split(' ', 2)).Where(line => line[0].Length > 0);

    private static bool IsGiven(Command command, ParseResult given, string name)
    {
        Option? option = command.Options.FirstOrDefault(one => one.Name == name || one.Aliases.Contains(name));
        return option is not null && !Added.Contains(option.Name) && given.GetResult(option) is { Implicit: false };
    }
}
