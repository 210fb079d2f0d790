// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt rpc</c>: publishes a request, and prints the answer.</summary>
internal static class RpcCommand
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(10);

    private static readonly ConnectionArguments Connection = new();
    private static readonly Option<string> Topic = new("--topic", "-t") { Description = "The topic of the request.", Required = true, HelpName = "TOPIC" };

    private static readonly Option<string?> ResponseTopic = new("--response-topic", "-e")
    {
        Description = "The topic filter of the answers; by default the request's topic with /response behind it.",
        HelpName = "FILTER",
    };

    private static readonly Option<string?> Message = new("--message", "-m") { Description = "The request.", HelpName = "TEXT" };
    private static readonly Option<string?> InputFile = new("--file", "-f") { Description = "Send the content of a file.", HelpName = "FILE" };
    private static readonly Option<bool> Whole = new("--stdin-file", "-s") { Description = "Send the whole standard input." };
    private static readonly Option<bool> Null = new("--null-message", "-n") { Description = "Send an empty request." };
    private static readonly NumberOption Qos = NumberOption.Qos("The QoS of the request and of the answers.", "--qos", "-q");
    private static readonly NumberOption Count = new(1, int.MaxValue, "-C") { Description = "Print this many answers; 1 by default.", HelpName = "COUNT" };
    private static readonly SecondsOption Wait = new("-W") { Description = "Wait at most this long for the answers; 10 by default." };
    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Print the topic in front of each answer." };
    private static readonly Option<bool> NoNewLine = new("-N") { Description = "Print no new line after an answer." };

    public static Command Create()
    {
        var command = new Command("rpc", "Publish a request, wait for the answer on another topic, and print it.")
        {
            Topic, ResponseTopic, Message, InputFile, Whole, Null, Qos, Count, Wait, Verbose, NoNewLine,
        };
        Topic.Validators.Add(ConnectionArguments.RequireTopicName);
        ResponseTopic.Validators.Add(ConnectionArguments.RequireTopicFilter);
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            int sources = new Option[] { Message, InputFile, Whole, Null }.Count(option => result.GetResult(option) is not null);
            if (sources != 1) result.AddError("Say what to send with one of -m, -f, -s and -n.");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        MqttClientOptions options = Connection.Read(parsed);
        byte[] request = await ReadRequestAsync(parsed, cancellationToken);
        string topic = parsed.GetValue(Topic)!;
        var qos = (QualityOfService)(parsed.GetValue(Qos) ?? 0);
        TimeSpan wait = parsed.GetValue(Wait) ?? DefaultWait;
        using var timeUp = new CancellationTokenSource(wait);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellationToken);
        using var output = Terminal.OpenMessages();
        var printer = new MessagePrinter(output, parsed.GetValue(Count) ?? 1)
        {
            ShowsTopic = parsed.GetValue(Verbose),
            EndsLines = !parsed.GetValue(NoNewLine),
            EscapesControls = Terminal.IsOutput,
            PaintsTopics = Terminal.IsOutput && Terminal.HasColours,
            SkipsRetained = true, // an answer to an earlier request
        };
        await using var client = new MqttClient(options);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change is { From: MqttClientState.Connected, Cause: { } cause }) lost.TrySetException(cause); // the answer may have come meanwhile
        };
        try
        {
            ConnectionStatus.Connecting(options);
            await client.OpenAsync(either.Token);
            StatusLine.Show(ConnectionStatus.Timed("waiting for an answer", wait));
            await client.SubscribeAsync(parsed.GetValue(ResponseTopic) ?? $"{topic}/response", printer.Print, qos, either.Token);
            await client.PublishAsync(topic, request, qos, retain: false, either.Token);
            await (await Task.WhenAny(printer.Done, lost.Task, output.Failed).WaitAsync(either.Token));
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (timeUp.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Tool.Fail(ExitCode.TimedOut, $"no answer came within {wait.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s.");
        }
        finally
        {
            await ConnectionArguments.EndAsync(client);
            output.Flush();
        }
    }

    private static async Task<byte[]> ReadRequestAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(InputFile) is { } file) return await File.ReadAllBytesAsync(file, cancellationToken);
        if (!parsed.GetValue(Whole)) return Encoding.UTF8.GetBytes(parsed.GetValue(Message) ?? "");
        using var input = InputBytes.Standard();
        return await input.ReadToEndAsync(cancellationToken);
    }
}
