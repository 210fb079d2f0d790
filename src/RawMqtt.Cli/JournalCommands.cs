// SPDX-License-Identifier: MIT

using System.CommandLine;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt sessions</c>, <c>retained</c> and <c>journal</c>: show offline what a broker or a client has written down.</summary>
internal static class JournalCommands
{
    public static Command CreateSessions() => Create(
        "sessions", "List the kept sessions in the data folder of a broker, or the session in a client's --session-file.", JournalLines.Sessions);

    /// <summary>Makes <c>retained DIR</c> list offline, beside the commands that ask a broker.</summary>
    public static Command AddRetained(Command retained) => Add(retained, JournalLines.Retained);

    public static Command CreateJournal() => Create(
        "journal", "Explain each record in the data folder of a broker, or in a client's --session-file, and what is damaged.", JournalLines.Records);

    private static Command Create(string name, string description, Func<string, Action<string>, bool> explain) => Add(new Command(name, description), explain);

    private static Command Add(Command command, Func<string, Action<string>, bool> explain)
    {
        var path = new Argument<string>("path")
        {
            Description = "The folder that the broker has with --data, or a session file. Nothing is changed.",
            HelpName = "DIR",
            Arity = ArgumentArity.ZeroOrOne, // list and clear have none
        };
        command.Add(path);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetValue(path) ?? throw new ArgumentException("Give the folder that the broker has with --data, or see --help.");
            await using TextWriter output = Terminal.OpenText();
            bool isWhole = explain(folder, line =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                output.WriteLine(TerminalText.Escape(line));
            });
            return isWhole ? ExitCode.Done : ExitCode.InvalidBytes;
        });
        return command;
    }
}
