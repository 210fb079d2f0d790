// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt completion</c>: writes the script by which a shell completes commands and options.</summary>
internal static class CompletionCommand
{
    public static Command Create(Command root)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Write the script by which a shell completes commands and options.") { shell };
        command.SetAction(parsed =>
        {
            Console.Out.Write(ScriptOf(root, parsed.GetValue(shell)!));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Returns the script for bash, zsh, fish or pwsh.</summary>
    public static string ScriptOf(Command root, string shell)
    {
        Command[] commands = [.. root.Subcommands.Where(one => !one.Hidden)];
        return shell switch { "fish" => Fish(commands), "zsh" => Zsh(commands), "pwsh" => PowerShell(commands), _ => Bash(commands) };
    }

    private static string[] NamesOf(Command command) =>
        [.. command.Options.Where(option => !option.Hidden).SelectMany(HelpText.NamesOf), "--help"];

    private static string Bash(Command[] commands)
    {
        var script = new StringBuilder();
        script.Append("_rawmqtt() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" words\n  if [ \"$COMP_CWORD\" = 1 ]; then\n");
        script.Append($"    words=\"{string.Join(' ', commands.Select(one => one.Name))} --help --version\"\n  else\n    case \"${{COMP_WORDS[1]}}\" in\n");
        foreach (Command command in commands) script.Append($"      {command.Name}) words=\"{string.Join(' ', NamesOf(command))}\" ;;\n");
        script.Append("    esac\n  fi\n  case \"$word\" in\n    -*) ;;\n");
        script.Append("    *) [ \"$COMP_CWORD\" = 1 ] || { COMPREPLY=($(compgen -f -- \"$word\")); return; } ;;\n  esac\n");
        return script.Append("  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\ncomplete -o filenames -F _rawmqtt rawmqtt\n").ToString();
    }

    private static string Zsh(Command[] commands)
    {
        var script = new StringBuilder("#compdef rawmqtt\n_rawmqtt() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n");
        foreach (Command command in commands) script.Append($"      {Quote($"{command.Name}:{command.Description}")}\n");
        script.Append("    )\n    _describe command commands\n    return\n  fi\n  case \"$words[2]\" in\n");
        foreach (Command command in commands)
        {
            script.Append($"    {command.Name}) _arguments \\\n");
            foreach (Option option in command.Options.Where(option => !option.Hidden))
            {
                string files = option.HelpName is "FILE" or "DIR" or "SOCKET" ? "_files" : "";
                string value = HelpText.HasValue(option) ? $":value:{files}" : "";
                string description = option.Description ?? "";
                string what = $"[{description.Replace("[", "(", StringComparison.Ordinal).Replace("]", ")", StringComparison.Ordinal)}]";
                foreach (string name in HelpText.NamesOf(option)) script.Append($"      {Quote($"*{name}{what}{value}")} \\\n");
            }

            script.Append("      '*::file:_files' ;;\n");
        }

        return script.Append("  esac\n}\ncompdef _rawmqtt rawmqtt\n").ToString();
    }

    private static string Fish(Command[] commands)
    {
        var script = new StringBuilder();
        foreach (Command command in commands)
            script.Append($"complete -c rawmqtt -n __fish_use_subcommand -f -a {command.Name} -d {Quote(command.Description ?? "")}\n");
        foreach (Command command in commands)
        {
            foreach (Option option in command.Options.Where(option => !option.Hidden))
            {
                bool IsLong(string name) => name.StartsWith("--", StringComparison.Ordinal);
                string names = string.Concat(HelpText.NamesOf(option).Select(name => IsLong(name) ? $" -l {name[2..]}" : $" -s {name[1..]}"));
                string value = HelpText.HasValue(option) ? " -r" : "";
                script.Append($"complete -c rawmqtt -n '__fish_seen_subcommand_from {command.Name}'{names}{value} -d {Quote(option.Description ?? "")}\n");
            }
        }

        return script.ToString();
    }

    private static string PowerShell(Command[] commands)
    {
        var script = new StringBuilder("Register-ArgumentCompleter -Native -CommandName rawmqtt -ScriptBlock {\n  param($word, $line, $position)\n");
        script.Append("  $names = @{\n");
        foreach (Command command in commands) script.Append($"    '{command.Name}' = @({QuotedNames(command)})\n");
        script.Append("  }\n  $words = @($line.CommandElements | ForEach-Object { $_.ToString() })\n");
        script.Append("  $list = if ($words.Count -gt 1 -and $names.ContainsKey($words[1])) { $names[$words[1]] } else { $names.Keys | Sort-Object }\n");
        script.Append("  $list | Where-Object { $_ -like \"$word*\" } |\n    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n}\n");
        return script.ToString();
    }

    private static string QuotedNames(Command command) => string.Join(", ", NamesOf(command).Select(name => $"'{name}'"));

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
