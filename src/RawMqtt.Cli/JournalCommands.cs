// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt sessions</c>, <c>retained</c> and <c>journal</c>: show offline what a broker or a client has written down.</summary>
internal static class JournalCommands
{
    public static Command CreateSessions() => Create(
        "sessions", "List the kept sessions in the data folder of a broker, or the session in a client's --session-file.", JournalLines.Sessions);

    public static Command CreateRetained() =>
        Create("retained", "List the retained messages in the data folder of a broker; with list or clear, those of a broker that runs.", JournalLines.Retained);

    public static Command CreateJournal() => Create(
        "journal", "Explain each record in the data folder of a broker, or in a client's --session-file, and what is damaged.", JournalLines.Records);

    private static Command Create(string name, string description, Func<string, Action<string>, bool> explain)
    {
        var path = new Argument<string>("path")
        {
            Description = "The folder that the broker has with --data, or a session file. Nothing is changed.",
            HelpName = "DIR",
        };
        var command = new Command(name, description) { path };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var output = new StreamWriter(Tool.OpenOutput(), new UTF8Encoding(false), 64 * 1024);
            bool isWhole = explain(parsed.GetValue(path)!, line =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                output.WriteLine(TerminalText.Escape(line));
            });
            return isWhole ? ExitCode.Done : ExitCode.InvalidBytes;
        });
        return command;
    }
}
