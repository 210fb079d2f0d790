// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt completion</c>: writes the script by which a shell completes commands, options and their values.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    public static Command Create(Command root)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong(Shells);
        var command = new Command("completion", "Write the script by which a shell completes commands and options.") { shell };
        command.SetAction(parsed =>
        {
            Terminal.Out.Write(ScriptOf(root, parsed.GetValue(shell)!));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Returns the script for bash, zsh, fish or pwsh.</summary>
    public static string ScriptOf(Command root, string shell)
    {
        CompletedCommand[] commands = [.. AllOf(root, "")];
        return shell switch
        {
            "fish" => CompletionScripts.Fish(commands),
            "zsh" => CompletionScripts.Zsh(commands),
            "pwsh" => CompletionScripts.PowerShell(commands),
            _ => CompletionScripts.Bash(commands),
        };
    }

    private static IEnumerable<CompletedCommand> AllOf(Command command, string path)
    {
        Command[] below = [.. command.Subcommands.Where(one => !one.Hidden)];
        CompletedOption[] options = [.. command.Options.Where(option => !option.Hidden).Select(option => new CompletedOption(option))];
        if (!options.Any(option => option.Names.Contains("--help"))) options = [.. options, CompletedOption.Help];
        (string, string)[] words = command.Name switch
        {
            "help" => [.. command.Parents.OfType<Command>().SelectMany(root => root.Subcommands).Select(one => (one.Name, one.Description ?? ""))],
            "completion" => [.. Shells.Select(shell => (shell, ""))],
            _ => [.. below.Select(one => (one.Name, one.Description ?? ""))],
        };
        bool takesFiles = command.Arguments.Any(argument => !argument.Hidden) && command.Name is not ("help" or "completion");
        yield return new CompletedCommand(path, words, options, takesFiles);
        foreach (Command one in below)
        {
            foreach (CompletedCommand completed in AllOf(one, $"{path} {one.Name}".TrimStart())) yield return completed;
        }
    }
}
