using System.CommandLine;
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
    private static readonly Option<int> Qos = new("--qos", "-q") { Description = "0: at most once, 1: at least once, 2: exactly once." };
    private static readonly Option<bool> Retain = new("--retain", "-r") { Description = "Ask the broker to keep the message for those that subscribe later." };

    public static Command Create()
    {
        var command = new Command("pub", "Publish messages.") { Topic, Message, InputFile, Lines, Whole, Null, Qos, Retain };
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            int sources = new Option[] { Message, InputFile, Lines, Whole, Null }.Count(option => result.GetResult(option) is not null);
            if (sources != 1) result.AddError("Say what to publish with one of -m, -f, -l, -s and -n.");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        QualityOfService qos = ConnectionArguments.QosOf(parsed.GetValue(Qos));
        string topic = parsed.GetValue(Topic)!;
        bool retain = parsed.GetValue(Retain);
        byte[]? only = parsed.GetValue(Lines) ? null : await ReadMessageAsync(parsed, cancellationToken);

        await using MqttClient client = await MqttClient.ConnectAsync(Connection.Read(parsed), cancellationToken);
        if (only is not null)
        {
            await client.PublishAsync(topic, only, qos, retain, cancellationToken);
        }
        else
        {
            while (await Console.In.ReadLineAsync(cancellationToken) is { } line) await client.PublishAsync(topic, Encoding.UTF8.GetBytes(line), qos, retain, cancellationToken);
        }

        await client.DisconnectAsync(TimeSpan.FromSeconds(10), cancellationToken);
        return ExitCode.Done;
    }

    /// <summary>Read before connecting, so that a missing file costs no connection.</summary>
    private static async Task<byte[]> ReadMessageAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(InputFile) is { } file) return await File.ReadAllBytesAsync(file, cancellationToken);
        if (!parsed.GetValue(Whole)) return Encoding.UTF8.GetBytes(parsed.GetValue(Message) ?? "");
        using var input = new MemoryStream();
        await using Stream standardInput = Console.OpenStandardInput();
        await standardInput.CopyToAsync(input, cancellationToken);
        return input.ToArray();
    }
}
