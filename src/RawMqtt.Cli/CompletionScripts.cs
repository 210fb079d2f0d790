// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Cli;

/// <summary>The scripts of <c>rawmqtt completion</c>. Each finds the command by the words in front, and completes its words, options and values.</summary>
internal static class CompletionScripts
{
    public static string Bash(CompletedCommand[] commands)
    {
        var script = new StringBuilder("_rawmqtt() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n");
        script.Append("  local command= i words= options= files=\n");
        script.Append("  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"${command:+$command }${COMP_WORDS[i]}\" in\n      ");
        script.Append(string.Join('|', PathsOf(commands).Select(path => $"'{path}'")));
        script.Append(") command=\"${command:+$command }${COMP_WORDS[i]}\" ;;\n      *) break ;;\n    esac\n  done\n  case \"$command:$before\" in\n");
        foreach (CompletedCommand command in commands)
        {
            static string Proposed(CompletedOption option) =>
                option.TakesFile ? "-f" : option.TakesFolder ? "-d" : option.Values.Length > 0 ? $"-W '{string.Join(' ', option.Values)}'" : "";
            foreach (IGrouping<string, CompletedOption> alike in command.Options.Where(option => option.TakesValue).GroupBy(Proposed))
            {
                string names = string.Join('|', alike.SelectMany(option => option.Names).Select(name => $"'{command.Path}:{name}'"));
                string what = alike.Key.Length > 0 ? $"COMPREPLY=($(compgen {alike.Key} -- \"$word\")); " : "";
                script.Append($"    {names}) {what}return ;;\n");
            }
        }

        script.Append("  esac\n  case \"$command\" in\n");
        foreach (CompletedCommand command in commands)
        {
            string options = string.Join(' ', command.Options.SelectMany(option => option.Names));
            string words = string.Join(' ', command.Words.Select(one => one.Word));
            script.Append($"    '{command.Path}') words='{words}' options='{options}' files={(command.TakesFiles ? "-f" : "")} ;;\n");
        }

        script.Append("  esac\n  [[ $word == -* ]] && words=$options files=\n");
        return script.Append("  COMPREPLY=($(compgen $files -W \"$words\" -- \"$word\"))\n}\ncomplete -o filenames -F _rawmqtt rawmqtt\n").ToString();
    }

    public static string Zsh(CompletedCommand[] commands)
    {
        var script = new StringBuilder("#compdef rawmqtt\n_rawmqtt() {\n  local command= next\n  local -a names\n");
        script.Append("  while (( CURRENT > 2 )); do\n    next=\"${command:+$command }$words[2]\"\n    case \"$next\" in\n      (");
        script.Append(string.Join('|', PathsOf(commands).Select(path => $"'{path}'")));
        script.Append(") command=\"$next\"; shift words; (( CURRENT-- )) ;;\n      (*) break ;;\n    esac\n  done\n  case \"$command\" in\n");
        foreach (CompletedCommand command in commands)
        {
            script.Append($"    ('{command.Path}')\n");
            if (command.Words.Length > 0)
            {
                script.Append("      names=(\n");
                foreach ((string word, string description) in command.Words) script.Append($"        {Quote($"{word}:{description}")}\n");
                script.Append("      )\n      [[ $words[CURRENT] != -* ]] && _describe command names\n");
            }

            script.Append("      _arguments -s \\\n");
            foreach (CompletedOption option in command.Options)
            {
                string action = option.TakesFile ? "_files" : option.TakesFolder ? "_files -/" : $"({string.Join(' ', option.Values)})";
                string value = option.TakesValue ? $":value:{(action == "()" ? " " : action)}" : "";
                string what = option.Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);
                foreach (string name in option.Names) script.Append($"        {Quote($"*{name}[{what}]{value}")} \\\n");
            }

            script.Append($"        {(command.TakesFiles ? "'*:file:_files'" : "'*: : '")} ;;\n");
        }

        return script.Append("  esac\n}\nif [ \"$funcstack[1]\" = _rawmqtt ]; then _rawmqtt \"$@\"; else compdef _rawmqtt rawmqtt; fi\n").ToString();
    }

    public static string Fish(CompletedCommand[] commands)
    {
        var script = new StringBuilder("function __rawmqtt_at\n  set -l path\n  for word in (commandline -opc)[2..-1]\n");
        script.Append($"    contains -- (string join ' ' -- $path $word) {string.Join(' ', PathsOf(commands).Select(Quote))}; or break\n");
        script.Append("    set -a path $word\n  end\n  test \"$path\" = \"$argv\"\nend\n");
        foreach (CompletedCommand command in commands)
        {
            string at = $"complete -c rawmqtt -n {Quote($"__rawmqtt_at {command.Path}".TrimEnd())}";
            if (!command.TakesFiles) script.Append($"{at} -f\n");
            foreach ((string word, string description) in command.Words) script.Append($"{at} -a {word} -d {Quote(description)}\n");
            foreach (CompletedOption option in command.Options)
            {
                static string Named(string name) => name.StartsWith("--", StringComparison.Ordinal) ? $" -l {name[2..]}" : $" -s {Quote(name[1..])}";
                string names = string.Concat(option.Names.Select(Named));
                string value = !option.TakesValue ? "" : option.TakesFile || option.TakesFolder ? " -r -F"
                    : option.Values.Length > 0 ? $" -x -a {Quote(string.Join(' ', option.Values))}" : " -x";
                script.Append($"{at}{names}{value} -d {Quote(option.Description)}\n");
            }
        }

        return script.ToString();
    }

    public static string PowerShell(CompletedCommand[] commands)
    {
        var script = new StringBuilder("Register-ArgumentCompleter -Native -CommandName rawmqtt -ScriptBlock {\n  param($word, $line, $position)\n");
        script.Append("  $words = @{\n");
        foreach (CompletedCommand command in commands) script.Append($"    '{command.Path}' = @({Listed(command.Words.Select(one => one.Word))})\n");
        script.Append("  }\n  $options = @{\n");
        foreach (CompletedCommand command in commands)
            script.Append($"    '{command.Path}' = @({Listed(command.Options.SelectMany(option => option.Names))})\n");
        script.Append("  }\n  $values = @{\n");
        foreach (CompletedCommand command in commands)
        {
            foreach (CompletedOption option in command.Options.Where(option => option.Values.Length > 0))
            {
                foreach (string name in option.Names) script.Append($"    '{command.Path}:{name}' = @({Listed(option.Values)})\n");
            }
        }

        return script.Append("""
              }
              $given = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { $_.ToString() })
              $path = ''
              foreach ($one in ($given | Select-Object -Skip 1)) {
                $next = "$path $one".Trim()
                if ($words.ContainsKey($next)) { $path = $next } else { break }
              }
              $before = "$($path):$($given[-1])"
              $list = if ($values.ContainsKey($before)) { $values[$before] } elseif ($word -like '-*') { $options[$path] } else { $words[$path] }
              $list | Where-Object { $_ -clike "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }

            """.ReplaceLineEndings("\n")).ToString();
    }

    private static IEnumerable<string> PathsOf(CompletedCommand[] commands) => commands.Select(command => command.Path).Where(path => path.Length > 0);

    private static string Listed(IEnumerable<string> words) => string.Join(", ", words.Select(word => $"'{word}'"));

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
