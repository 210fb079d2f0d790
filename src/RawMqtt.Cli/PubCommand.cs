// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt pub</c>: what mosquitto_pub does, with its letters.</summary>
internal static class PubCommand
{
    private static readonly ConnectionArguments Connection = new();
    private static readonly Option<string> Topic = new("--topic", "-t") { Description = "The topic to publish to.", Required = true, HelpName = "TOPIC" };
    private static readonly Option<string?> Message = new("--message", "-m") { Description = "The message.", HelpName = "TEXT" };
    private static readonly Option<string?> InputFile = new("--file", "-f") { Description = "Publish the content of a file as one message.", HelpName = "FILE" };
    private static readonly Option<bool> Lines = new("--stdin-line", "-l") { Description = "Publish each line of the standard input as one message." };
    private static readonly Option<bool> Whole = new("--stdin-file", "-s") { Description = "Publish the whole standard input as one message." };
    private static readonly Option<bool> Null = new("--null-message", "-n") { Description = "Publish an empty message; with -r this deletes the retained one." };
    private static readonly NumberOption Qos = NumberOption.Qos("0: at most once, 1: at least once, 2: exactly once.", "--qos", "-q");
    private static readonly Option<bool> Retain = new("--retain", "-r") { Description = "Ask the broker to keep the message for those that subscribe later." };

    private static readonly NumberOption Repeat = new(1, int.MaxValue, "--repeat") { Description = "Publish the message so many times; not with -l.", HelpName = "COUNT" };
    private static readonly Option<double> RepeatDelay = new("--repeat-delay") { Description = "Seconds between two of them, such as 0.5; 0 when not given.", HelpName = "SECONDS", CustomParser = ReadSeconds };

    public static Command Create()
    {
        var command = new Command("pub", "Publish messages.") { Topic, Message, InputFile, Lines, Whole, Null, Qos, Retain, Repeat, RepeatDelay };
        Topic.Validators.Add(ConnectionArguments.RequireTopicName);
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            int sources = new Option[] { Message, InputFile, Lines, Whole, Null }.Count(option => result.GetResult(option) is not null);
            if (sources != 1) result.AddError("Say what to publish with one of -m, -f, -l, -s and -n.");
            if (result.GetValue(Lines) && result.GetResult(Repeat) is not null) result.AddError("--repeat is for one message, and -l publishes each line once");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var qos = (QualityOfService)(parsed.GetValue(Qos) ?? 0);
        string topic = parsed.GetValue(Topic)!;
        bool retain = parsed.GetValue(Retain);
        MqttClientOptions options = Connection.Read(parsed);
        byte[]? only = parsed.GetValue(Lines) ? null : await ReadMessageAsync(parsed, cancellationToken);

        MqttClient client = await MqttClient.ConnectAsync(options, cancellationToken);
        try
        {
            if (only is not null) await RepeatAsync(parsed, () => client.PublishAsync(topic, only, qos, retain, cancellationToken), cancellationToken);
            else await PublishLinesAsync(line => client.PublishAsync(topic, line, qos, retain, cancellationToken), cancellationToken);
            await client.DisconnectAsync(TimeSpan.FromSeconds(cancellationToken.IsCancellationRequested ? 1 : 10), CancellationToken.None);
            return ExitCode.Done;
        }
        finally
        {
            await ConnectionArguments.EndAsync(client);
        }
    }

    private static double ReadSeconds(ArgumentResult result)
    {
        if (double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds <= ConnectionArguments.MostSeconds) return seconds;
        result.AddError($"--repeat-delay takes seconds from 0 to {ConnectionArguments.MostSeconds}, not \"{result.Tokens[0].Value}\"");
        return 0;
    }

    private static async Task RepeatAsync(ParseResult parsed, Func<ValueTask> publish, CancellationToken cancellationToken)
    {
        for (int left = parsed.GetValue(Repeat) ?? 1; left > 0; left--)
        {
            await publish();
            if (left > 1) await Task.Delay(TimeSpan.FromSeconds(parsed.GetValue(RepeatDelay)), cancellationToken);
        }
    }

    /// <summary>Until the input ends, or a signal comes: what was published by then is delivered.</summary>
    private static async Task PublishLinesAsync(Func<ReadOnlyMemory<byte>, ValueTask> publish, CancellationToken cancellationToken)
    {
        using var input = InputBytes.Standard();
        try
        {
            while (await input.ReadLineAsync(cancellationToken) is { } line) await publish(line);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the farewell follows
        }
    }

    /// <summary>Read before connecting, so that a missing file costs no connection.</summary>
    private static async Task<byte[]> ReadMessageAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(InputFile) is { } file) return await File.ReadAllBytesAsync(file, cancellationToken);
        if (!parsed.GetValue(Whole)) return Encoding.UTF8.GetBytes(parsed.GetValue(Message) ?? "");
        using var input = InputBytes.Standard();
        return await input.ReadToEndAsync(cancellationToken);
    }
}
