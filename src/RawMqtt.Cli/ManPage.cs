// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>The man page, made of what the help is made of.</summary>
internal static class ManPage
{
    public static string Of(Command root)
    {
        var page = new StringBuilder();
        page.Append(".TH RAWMQTT 1\n.SH NAME\nrawmqtt \\- ").Append(Escape(root.Description ?? "")).Append("\n.SH SYNOPSIS\n");
        foreach (Command command in AllBelow(root)) page.Append($".B {Escape(HelpText.UsageOf(command))}\n.br\n");
        foreach (Command command in AllBelow(root)) Append(page, command);
        page.Append(".SH EXIT STATUS\n.nf\n").Append(Escape(ExitCode.Table)).Append("\n.fi\n");
        page.Append(".SH FILES\n.TP\n.I ~/.config/rawmqtt/config.json\nAccounts, for \\-\\-account.\n");
        page.Append(".TP\n.I ~/.config/mosquitto_pub, ~/.config/mosquitto_sub\nDefault options of pub and sub.\n");
        page.Append(".SH ENVIRONMENT\n.TP\n.B RAWMQTT_URL, RAWMQTT_USERNAME, RAWMQTT_PASSWORD\nAddress and login where none is given.\n");
        page.Append(".TP\n.B RAWMQTT_KEY_PASSWORD\nThe passphrase of \\-\\-key.\n.TP\n.B NO_COLOR\nNo colours.\n");
        return page.ToString();
    }

    /// <summary>Returns the commands, each followed by those below it.</summary>
    private static IEnumerable<Command> AllBelow(Command command) =>
        command.Subcommands.Where(one => !one.Hidden).SelectMany(one => AllBelow(one).Prepend(one));

    private static void Append(StringBuilder page, Command command)
    {
        page.Append($".SH \"{HelpText.NameOf(command).ToUpperInvariant()}\"\n{Escape(command.Description ?? "")}\n");
        foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            page.Append($".TP\n.I {Escape(argument.HelpName ?? argument.Name)}\n{Escape(argument.Description ?? "")}\n");
        }

        foreach ((string title, Option[] options) in OptionGroups.Of(command))
        {
            page.Append($".SS \"{Escape(title)}\"\n");
            foreach (Option option in options) page.Append($".TP\n.B {Escape(HelpText.SignatureOf(option))}\n{Escape(option.Description ?? "")}\n");
        }

        if (HelpExamples.Of(command) is not { Length: > 0 } examples) return;
        page.Append(".SS \"Examples\"\n");
        foreach ((string does, string line) in examples) page.Append($".TP\n{Escape(does)}\n.B {Escape(line)}\n");
    }

    /// <summary>A backslash, a hyphen, and a dot or a quote at the beginning of a line have a meaning of their own.</summary>
    private static string Escape(string text)
    {
        string escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.Length > 0 && escaped[0] is '.' or '\'' ? $"\\&{escaped}" : escaped;
    }
}
