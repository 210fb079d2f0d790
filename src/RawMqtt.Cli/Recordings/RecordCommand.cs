// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using RawMqtt.Cli.Bench;

namespace RawMqtt.Cli.Recordings;

/// <summary><c>rawmqtt record</c>: writes the messages that arrive, with their times, to a file that <c>rawmqtt replay</c> publishes again.</summary>
internal static class RecordCommand
{
    private static readonly ConnectionArguments Connection = new() { Address = new() { MostWords = 1 } };
    private static readonly Option<string[]> Topics = new("--topic", "-t")
    {
        Description = "A topic filter; may be repeated; # by default.",
        HelpName = "FILTER",
    };

    private static readonly NumberOption Qos = NumberOption.Qos(
        "The highest QoS to receive at; 2 by default, so that each arrives as it was published.", "--qos", "-q");
    private static readonly NumberOption Count = new(1, int.MaxValue, "-C") { Description = "End after this many messages.", HelpName = "COUNT" };
    private static readonly SecondsOption Wait = new("-W") { Description = "End after this time, with exit code 0." };
    private static readonly Option<bool> NoRetained = new("--no-retained", "-R") { Description = "Leave out the messages that the broker had kept." };

    public static Command Create()
    {
        var command = new Command("record", "Write the messages that arrive to a file, with their times. Write: record [URL] FILE; - is the standard output.")
        {
            Topics, Qos, Count, Wait, NoRetained,
        };
        Topics.Validators.Add(ConnectionArguments.RequireTopicFilter);
        Connection.AddTo(command);
        command.Validators.Add(result => RequireFile(result, Connection));
        command.SetAction(RunAsync);
        return command;
    }

    public static void RequireFile(CommandResult result, ConnectionArguments connection)
    {
        string[] words = result.GetValue(connection.Address.Positional) ?? [];
        if (words is [var first, ..] && first.Contains("://", StringComparison.Ordinal)) words = words[1..];
        if (words.Length == 0) result.AddError("Give a file, or - for the standard input and output");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        MqttClientOptions options = Connection.Read(parsed);
        string file = Connection.Address.Words(parsed.CommandResult)[0];
        using BatchedOutput output = file == "-" ? Terminal.OpenMessages()
            : new BatchedOutput(new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, 0));
        var recorder = new Recorder(output, parsed.GetValue(Count))
        {
            SkipsRetained = parsed.GetValue(NoRetained),
            EscapesControls = file == "-" && Terminal.IsOutput,
        };
        using var timeUp = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellationToken);
        if (parsed.GetValue(Wait) is { } wait) timeUp.CancelAfter(wait);

        await using var client = new MqttClient(options);
        client.StateChanged += change =>
        {
            if (change.To is not MqttClientState.Reconnecting || change.Cause is not { } cause) return;
            Tool.Warn($"{ToolWords.Of(cause)} What is published until the next connection is missing.");
        };
        string[] filters = parsed.GetValue(Topics) is { Length: > 0 } given ? given : ["#"];
        var qos = (QualityOfService)(parsed.GetValue(Qos) ?? 2);
        try
        {
            ConnectionStatus.Connecting(options);
            await client.OpenAsync(either.Token);
            StatusLine.Show(() => $"{Durations.Count(recorder.Count, "message")} recorded");
            recorder.Begin(Stopwatch.GetTimestamp());
            await client.SubscribeAsync([.. filters.Select(filter => new MqttTopicFilter(filter, qos))], recorder.Take, either.Token);
            await (await Task.WhenAny(recorder.Done, output.Failed).WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested && client.State == MqttClientState.Connected)
        {
            // the time of -W, or a signal: the usual ends
        }

        await ConnectionArguments.EndAsync(client);
        output.Flush();
        Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{recorder.Count} messages recorded"));
        return ExitCode.Done;
    }
}
