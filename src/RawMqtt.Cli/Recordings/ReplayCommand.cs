// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using RawMqtt.Cli.Bench;

namespace RawMqtt.Cli.Recordings;

/// <summary><c>rawmqtt replay</c>: publishes a recording again, at its own speed or another.</summary>
internal static class ReplayCommand
{
    /// <summary>Unacknowledged messages at QoS 1 and 2.</summary>
    private const int Window = 256;

    private static readonly ConnectionArguments Connection = new() { Address = new() { MostWords = 1 } };
    private static readonly RateOption Speed = new("--speed", takesMax: true)
    {
        Description = "2: twice as fast as recorded; 0.5: half as fast; max: without a pause; 1 by default.",
        HelpName = "FACTOR|max",
    };

    private static readonly NumberOption Repeat = new(1, int.MaxValue, "--repeat")
    {
        Description = "Publish the recording this many times.",
        HelpName = "COUNT",
    };

    private static readonly NumberOption Qos = NumberOption.Qos("Publish at this QoS in place of that of each message.", "--qos", "-q");
    private static readonly Option<bool> NoRetained = new("--no-retained", "-R") { Description = "Publish without the retain flag." };
    private static readonly Option<string?> Prefix = new("--topic-prefix") { Description = "Put this in front of each topic.", HelpName = "TEXT" };

    public static Command Create()
    {
        var command = new Command("replay", "Publish what rawmqtt record wrote, with its times. Write: replay [URL] FILE; - is the standard input.")
        {
            Speed, Repeat, Qos, NoRetained, Prefix,
        };
        Prefix.Validators.Add(ConnectionArguments.RequireTopicName);
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            RecordCommand.RequireFile(result, Connection);
            bool isInput = result.GetValue(Connection.Address.Positional) is [.., "-"];
            if (isInput && result.GetResult(Repeat) is not null) result.AddError("--repeat needs a file: the standard input comes once");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string file = Connection.Address.Words(parsed.CommandResult)[0];
        (file == "-" ? StandardStreams.OpenInput() : File.OpenRead(file)).Dispose(); // a missing file costs no connection
        MqttClientOptions options = Connection.Read(parsed) with { MaxInFlight = Window };
        ConnectionStatus.Connecting(options);
        await using MqttClient client = await MqttClient.ConnectAsync(options, cancellationToken);
        long count = 0;
        var unacknowledged = new Queue<Task>();
        for (int left = parsed.GetValue(Repeat) ?? 1; left > 0; left--)
        {
            using InputBytes input = file == "-" ? InputBytes.Standard() : new InputBytes(File.OpenRead(file));
            count += await ReplayAsync(parsed, client, input, unacknowledged, cancellationToken);
        }

        while (unacknowledged.TryDequeue(out Task? oldest)) await oldest.WaitAsync(cancellationToken);
        if (count > 0) await client.PingAsync(cancellationToken); // the broker has read all that was sent before
        await ConnectionArguments.EndAsync(client);
        Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} messages replayed"));
        return ExitCode.Done;
    }

    private static async Task<long> ReplayAsync(
        ParseResult parsed, MqttClient client, InputBytes input, Queue<Task> unacknowledged, CancellationToken cancellationToken)
    {
        double speed = parsed.GetValue(Speed) ?? 1;
        string prefix = parsed.GetValue(Prefix) ?? "";
        long start = Stopwatch.GetTimestamp();
        long number = 0;
        StatusLine.Show(() => $"{Durations.Count(Volatile.Read(ref number), "message")} replayed");
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            RecordedMessage message = Parse(line.Span, number);
            TimeSpan early = message.Time / speed - Stopwatch.GetElapsedTime(start);
            if (early > TimeSpan.FromMilliseconds(1)) await Task.Delay(early, cancellationToken);
            QualityOfService qos = parsed.GetValue(Qos) is { } chosen ? (QualityOfService)chosen : message.Qos;
            bool retain = message.Retain && !parsed.GetValue(NoRetained);
            ValueTask published = client.PublishAsync(Encoding.UTF8.GetBytes(prefix + message.Topic), message.Payload, qos, retain, CancellationToken.None);
            if (qos == QualityOfService.AtMostOnce) await published; // waits for room in the send buffer
            else unacknowledged.Enqueue(published.AsTask());
            while (unacknowledged.Count >= 2 * Window) await unacknowledged.Dequeue().WaitAsync(cancellationToken);
        }

        return number;
    }

    private static RecordedMessage Parse(ReadOnlySpan<byte> line, long number)
    {
        try
        {
            return RecordedMessage.Parse(line);
        }
        catch (FormatException failure)
        {
            throw new FormatException($"Line {number} of the recording is not a message: {failure.Message}", failure);
        }
    }
}
