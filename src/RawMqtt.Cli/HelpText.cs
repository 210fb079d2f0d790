// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>The help of a command: usage, options in groups, examples, exit codes.</summary>
internal static class HelpText
{
    private const int Column = 34;
    private const int Width = 110;
    private const int Bold = 1;

    /// <summary>Writes the help, on a terminal with its headings in bold.</summary>
    public static void Write(TextWriter output, Command command)
    {
        string text = Of(command);
        if (output is TerminalWriter terminal)
            terminal.WriteStyled(string.Join('\n', text.Split('\n').Select(line => line is [not ' ', .., ':'] ? terminal.Paint(line, Bold) : line)));
        else output.Write(text);
    }

    public static string Of(Command command)
    {
        bool isRoot = !command.Parents.OfType<Command>().Any();
        var text = new StringBuilder();
        text.Append($"{$"rawmqtt {NameOf(command)}".TrimEnd()}: {command.Description}\n\nUsage:\n  {UsageOf(command)}\n");
        if (command.Subcommands.Count > 0)
        {
            text.Append("\nCommands:\n");
            foreach (Command one in command.Subcommands.Where(one => !one.Hidden)) AppendEntry(text, one.Name, one.Description ?? "");
        }

        Argument[] arguments = [.. command.Arguments.Where(argument => !argument.Hidden)];
        if (arguments.Length > 0) text.Append("\nArguments:\n");
        foreach (Argument argument in arguments) AppendEntry(text, argument.HelpName ?? argument.Name, argument.Description ?? "");

        foreach ((string title, Option[] options) in OptionGroups.Of(command))
        {
            text.Append($"\n{title}:\n");
            foreach (Option option in options) AppendEntry(text, SignatureOf(option), option.Description ?? "");
        }

        if (HelpExamples.Of(command) is { Length: > 0 } examples)
        {
            text.Append("\nExamples:\n");
            foreach ((string does, string line) in examples) text.Append($"  # {does}\n  {line}\n");
        }

        text.Append(isRoot ? "\nrawmqtt help COMMAND shows the options of one.\n" : "");
        return text.Append($"\n{ExitCode.Table}\n").ToString().ReplaceLineEndings();
    }

    /// <summary>Returns the option's names, short ones first, and what its value is called.</summary>
    public static string SignatureOf(Option option)
    {
        string value = HasValue(option) ? $" {option.HelpName ?? "VALUE"}" : "";
        return string.Join(", ", NamesOf(option).OrderBy(name => name.StartsWith("--", StringComparison.Ordinal))) + value;
    }

    public static bool HasValue(Option option) => option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    public static IEnumerable<string> NamesOf(Option option) => [option.Name, .. option.Aliases.Where(alias => alias != option.Name)];

    /// <summary>Returns the words that call the command, such as <c>bench pub</c>; nothing for the tool itself.</summary>
    public static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}".TrimStart() : "";

    public static string UsageOf(Command command)
    {
        string words = NameOf(command) switch
        {
            "pub" => " [URL] [TOPIC [MESSAGE]]",
            "sub" => " [URL] [FILTER...]",
            _ => string.Concat(command.Arguments.Where(one => !one.Hidden).Select(one =>
                one.Arity.MinimumNumberOfValues > 0 ? $" {one.HelpName ?? one.Name}" : $" [{one.HelpName ?? one.Name}]")),
        };
        string next = command.Subcommands.Count == 0 ? "" : command.Parents.Any() ? " [COMMAND]" : " COMMAND";
        return $"rawmqtt {NameOf(command)}".TrimEnd() + next + words + (command.Options.Any(option => !option.Hidden) ? " [options]" : "");
    }

    /// <summary>Appends a name and its description, which goes on below itself.</summary>
    private static void AppendEntry(StringBuilder text, string name, string description)
    {
        text.Append($"  {name}");
        int column = name.Length + 2;
        if (column > Column - 2)
        {
            text.Append('\n');
            column = 0;
        }

        text.Append(' ', Column - column);
        column = Column;
        foreach (string word in description.Split(' '))
        {
            if (column > Column && column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', Column);
                column = Column;
            }

            text.Append(column > Column ? " " : "").Append(word);
            column += word.Length + (column > Column ? 1 : 0);
        }

        text.Append('\n');
    }
}
