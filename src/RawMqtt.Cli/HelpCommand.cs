// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt help</c>: the help of a command, or the man page of all.</summary>
internal static class HelpCommand
{
    public static Command Create(Command root)
    {
        var names = new Argument<string[]>("COMMAND")
        {
            Description = "The command to explain; without it, the list of commands.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var man = new Option<bool>("--man") { Description = "Write the man page." };
        var command = new Command("help", "Explain a command.") { names, man };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(man))
            {
                Terminal.Out.Write(ManPage.Of(root));
                return ExitCode.Done;
            }

            Command found = root;
            foreach (string name in parsed.GetValue(names) ?? [])
            {
                Command? next = found.Subcommands.FirstOrDefault(one => one.Name == name);
                if (next is null) return Tool.Fail(ExitCode.WrongArguments, $"There is no command \"{name}\"{Likeness.Advice(found, name)}");
                found = next;
            }

            HelpText.Write(Terminal.Out, found);
            return ExitCode.Done;
        });
        return command;
    }
}
