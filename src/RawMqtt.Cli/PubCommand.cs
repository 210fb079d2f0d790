// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt pub</c>: publishes messages, with the option letters of mosquitto_pub.</summary>
internal static class PubCommand
{
    private const int DefaultWindow = 20;

    /// <summary>From this length on, the terminal shows how far a message is.</summary>
    private const int LongBytes = 1_000_000;

    private static readonly ConnectionArguments Connection = new() { Address = new AddressArguments("-C") { MostWords = 2, TakesTopic = true } };
    private static readonly SessionArguments Session = new();
    private static readonly Option<string?> Topic = new("--topic", "-t")
    {
        Description = "The topic to publish to; it may stand behind the address.",
        HelpName = "TOPIC",
    };

    private static readonly Option<string?> Message = new("--message", "-m")
    {
        Description = "The message; it may stand behind the topic.",
        HelpName = "TEXT",
    };

    private static readonly Option<string[]> InputFile = new("--file", "-f")
    {
        Description = "Publish the content of a file as one message; may be repeated, for a message each.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Lines = new("--stdin-line", "-l", "--multiline")
    {
        Description = "Publish each line of the standard input as one message.",
    };

    private static readonly Option<bool> Whole = new("--stdin-file", "-s", "--stdin") { Description = "Publish the whole standard input as one message." };
    private static readonly Option<bool> Null = new("--null-message", "-n")
    {
        Description = "Publish an empty message; with -r this deletes the retained one.",
    };

    private static readonly NumberOption Qos = NumberOption.Qos("0: at most once, 1: at least once, 2: exactly once.", "--qos", "-q");
    private static readonly Option<bool> Retain = new("--retain", "-r") { Description = "Ask the broker to keep the message for later subscribers." };
    private static readonly NumberOption Repeat = new(1, int.MaxValue, "--repeat")
    {
        Description = "Publish the message this many times; not with -l.",
        HelpName = "COUNT",
    };

    private static readonly SecondsOption RepeatDelay = new("--repeat-delay")
    {
        TakesZero = true,
        Description = "Wait this long between two of them; 0 by default.",
    };

    private static readonly NumberOption Window = new(1, ushort.MaxValue, "--max-inflight", "-M")
    {
        Description = $"Send up to this many messages at QoS 1 and 2 before the first is acknowledged; {DefaultWindow} by default.",
        HelpName = "COUNT",
    };

    public static Command Create()
    {
        var command = new Command("pub", "Publish messages.") { Topic, Message, InputFile, Lines, Whole, Null, Qos, Retain, Repeat, RepeatDelay, Window };
        Topic.Validators.Add(ConnectionArguments.RequireTopicName);
        Session.AddTo(command, Connection);
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.Errors.Any()) return;
            (string? topic, string? message, string? left) = WordsOf(result);
            if (left is not null) result.AddError($"\"{left}\" is neither topic nor message, which are given: put a message with spaces in quotes");
            if (topic is null) result.AddError("Say what to publish to with -t, or behind the address");
            else ConnectionArguments.RequireTopicName(result, topic);
            Option[] others = result.GetValue(Lines) ? [InputFile, Lines, Null] : [InputFile, Whole, Null]; // the mqtt tool has -s beside --multiline
            int sources = others.Count(option => result.GetResult(option) is not null) + (message is null ? 0 : 1);
            if (sources != 1) result.AddError("Say what to publish with one of -m, -f, -l, -s and -n.");
            if (result.GetResult(RepeatDelay) is not null && result.GetResult(Repeat) is null) result.AddError("--repeat-delay has no effect without --repeat");
            if (result.GetValue(Lines) && result.GetResult(Repeat) is not null) result.AddError("--repeat is for one message, and -l publishes each line once");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        int window = parsed.GetValue(Window) ?? DefaultWindow;
        MqttClientOptions options = Connection.Read(parsed) with { MaxInFlight = window };
        if (parsed.GetValue(Session.Keep)) options = options with { CleanSession = false };
        if (parsed.GetValue(Lines)) StandardStreams.OpenInput().Dispose(); // one that is closed costs no connection
        byte[][]? only = parsed.GetValue(Lines) ? null : await ReadMessagesAsync(parsed, cancellationToken);

        long sent = 0;
        long total = only is null ? 0 : only.Sum(static one => (long)one.Length) * (parsed.GetValue(Repeat) ?? 1);
        bool isLong = total >= LongBytes && StatusLine.IsPossible;
        if (isLong) options = options with { Tap = options.Tap + ((direction, bytes) => Count(ref sent, direction, bytes)) };
        ConnectionStatus.Connecting(options);
        MqttClient client;
        try
        {
            client = await MqttClient.ConnectAsync(options, cancellationToken);
        }
        catch (MqttException failure) when (CanBeStored(parsed, options, failure))
        {
            return await StoreAsync(parsed, options, only, failure, cancellationToken);
        }

        StatusLine.End();
        if (isLong) StatusLine.Show(new Progress("publishing", total, () => Volatile.Read(ref sent), TimeProvider.System).Line);
        try
        {
            return await PublishAsync(parsed, client, PublisherOf(parsed, client, window), only, cancellationToken);
        }
        finally
        {
            await ConnectionArguments.EndAsync(client);
        }
    }

    private static void Count(ref long sent, MqttTapDirection direction, ReadOnlySpan<byte> bytes)
    {
        if (direction == MqttTapDirection.Sent) Interlocked.Add(ref sent, bytes.Length);
    }

    private static async Task<int> PublishAsync(ParseResult parsed, MqttClient client, Publisher publisher, byte[][]? only, CancellationToken cancellationToken)
    {
        bool isWhole = false;
        try
        {
            await foreach (ReadOnlyMemory<byte> message in MessagesAsync(parsed, only, cancellationToken))
            {
                await publisher.PublishAsync(message, cancellationToken);
            }

            await publisher.CompleteAsync(cancellationToken);
            isWhole = true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // DISCONNECT follows, and the count of what is missing
        }

        TimeSpan drain = TimeSpan.FromSeconds(cancellationToken.IsCancellationRequested ? 1 : 10);
        MqttDrainResult left = await client.DisconnectAsync(drain, CancellationToken.None);
        int missing = left.InFlight + left.Queued;
        if (missing == 0 && (isWhole || parsed.GetValue(Lines))) return ExitCode.Done;
        return Tool.Fail(Tool.Interruption ?? ExitCode.ConnectionLost, missing switch
        {
            0 => "a signal ended the command before the server had all messages.",
            1 => $"1 message was not acknowledged.{StoredText(parsed)}",
            _ => $"{missing} messages were not acknowledged.{StoredText(parsed)}",
        });
    }

    /// <summary>True if another run can deliver the messages: there is a session file, and the failure is one of the network.</summary>
    private static bool CanBeStored(ParseResult parsed, MqttClientOptions options, MqttException failure) =>
        options.SessionFile is not null && QosOf(parsed) > 0 && ExitCode.Of(failure.Code) is ExitCode.NotConnected or ExitCode.ConnectionLost;

    private static async Task<int> StoreAsync(
        ParseResult parsed, MqttClientOptions options, byte[][]? only, MqttException failure, CancellationToken cancellationToken)
    {
        int count;
        await using (var client = new MqttClient(options)) // never opened: what is published goes to the session file
        {
            Publisher publisher = PublisherOf(parsed, client, window: 1);
            await foreach (ReadOnlyMemory<byte> message in MessagesAsync(parsed, only, cancellationToken)) publisher.Store(message);
            count = publisher.Count;
        }

        string what = count == 1 ? "1 message is" : $"{count} messages are";
        return Tool.Fail(
            ExitCode.Of(failure.Code), $"{ToolWords.Of(failure)} {what} stored in {options.SessionFile}: the next run with it delivers what is stored.");
    }

    private static string StoredText(ParseResult parsed) =>
        parsed.GetValue(Connection.SessionFile) is { } file ? $" What is missing is stored in {file}: the next run with it delivers it." : "";

    private static Publisher PublisherOf(ParseResult parsed, MqttClient client, int window) =>
        new(client, Encoding.UTF8.GetBytes(WordsOf(parsed.CommandResult).Topic!), QosOf(parsed), parsed.GetValue(Retain), window);

    private static QualityOfService QosOf(ParseResult parsed) => (QualityOfService)(parsed.GetValue(Qos) ?? 0);

    /// <summary>Returns the lines of the input, each valid until the next one; or the only message, as often as it is wanted.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> MessagesAsync(
        ParseResult parsed, byte[][]? only, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (only is null)
        {
            using var input = InputBytes.Standard();
            if (StandardStreams.InputLength() is { } length)
                StatusLine.Show(new Progress("publishing", length, () => input.Consumed, TimeProvider.System).Line);
            while (await input.ReadLineAsync(cancellationToken) is { } line) yield return line;
            yield break;
        }

        for (int left = parsed.GetValue(Repeat) ?? 1; left > 0; left--)
        {
            foreach (byte[] message in only) yield return message;
            if (left > 1 && parsed.GetValue(RepeatDelay) is { } delay) await Task.Delay(delay, cancellationToken);
        }
    }

    /// <summary>Reads the messages before the connection is made, so that a missing file costs no connection.</summary>
    private static async Task<byte[][]> ReadMessagesAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(InputFile) is { Length: > 0 } files)
            return await Task.WhenAll(files.Select(file => File.ReadAllBytesAsync(file, cancellationToken)));
        if (!parsed.GetValue(Whole)) return [Encoding.UTF8.GetBytes(WordsOf(parsed.CommandResult).Message ?? "")];
        using var input = InputBytes.Standard();
        return [await input.ReadToEndAsync(cancellationToken)];
    }

    /// <summary>Returns topic and message, which have options, may stand behind the address, or in it.</summary>
    private static (string? Topic, string? Message, string? Left) WordsOf(CommandResult result)
    {
        string? ofUrl = Connection.Address.TopicIn(Connection.Address.GivenUrl(result));
        var words = new Queue<string>(Connection.Address.Words(result));
        string? topic = result.GetValue(Topic) ?? ofUrl ?? (words.Count > 0 ? words.Dequeue() : null);
        string? message = result.GetValue(Message) ?? (words.Count > 0 ? words.Dequeue() : null);
        string? left = ofUrl is not null && result.GetValue(Topic) is not null ? ofUrl : null;
        return (topic, message, left ?? (words.Count > 0 ? words.Dequeue() : null));
    }
}
