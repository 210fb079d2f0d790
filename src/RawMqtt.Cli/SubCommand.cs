// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using RawMqtt.Cli.Bench;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt sub</c>: subscribes and prints messages, with the option letters of mosquitto_sub.</summary>
internal static class SubCommand
{
    private static readonly ConnectionArguments Connection = new() { Address = new AddressArguments("-l") { MostWords = int.MaxValue, TakesTopic = true } };
    private static readonly SessionArguments Session = new();
    private static readonly Option<string[]> Topics = new("--topic", "-t")
    {
        Description = "A topic filter to subscribe to; may be repeated, or stand behind the address.",
        HelpName = "FILTER",
    };

    private static readonly QosListOption Qos = new("The highest QoS to receive at; may be repeated, once for each -t.", "--qos", "-q");
    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Print the topic in front of each message." };
    private static readonly NumberOption Count = new(1, int.MaxValue, "-C") { Description = "End after this many messages.", HelpName = "COUNT" };
    private static readonly SecondsOption Wait = new("-W") { Description = "End after this time, fractions allowed, with exit code 27 unless -C was reached." };
    private static readonly Option<bool> ExitAtOnce = new("-E") { Description = "End as soon as the subscriptions are answered; with -c, to begin a session." };
    private static readonly Option<bool> NoRetained = new("--no-retained", "-R") { Description = "Do not print retained messages." };

    private static readonly Option<bool> RetainedOnly = new("--retained-only")
    {
        Description = "Print retained messages only; the first other one ends the command.",
    };

    private static readonly Option<bool> RemoveRetained = new("--remove-retained")
    {
        Description = "Delete each retained message at the broker after printing it.",
    };

    private static readonly Option<string[]> Unwanted = new("--filter-out", "-T")
    {
        Description = "Do not print messages whose topic matches this filter; may be repeated.",
        HelpName = "FILTER",
    };

    private static readonly Option<string[]> Unsubscribed = new("--unsubscribe", "-U")
    {
        Description = "Unsubscribe from this filter of a kept session first; may be repeated.",
        HelpName = "FILTER",
    };

    private static readonly Option<MessageFormat?> Format = new("--format", "-F")
    {
        Description = "Print each message like this: %t topic, %p payload, %x its hexadecimal, %l length, %q QoS, %r retain, %j JSON; docs/tool.md has all.",
        HelpName = "FORMAT",
        CustomParser = ReadFormat,
    };

    private static readonly Option<bool> Pretty = new("--pretty") { Description = "Spread the JSON of %j and %J over lines." };
    private static readonly Option<bool> Watch = new("--watch", "-w") { Description = "Keep one line for each topic on the terminal, with its last message." };
    private static readonly Option<bool> Rate = new("--message-rate") { Description = "Print the number of messages of each second instead of the messages." };
    private static readonly PercentOption Chance = new("--random-filter") { Description = "Print each message with this chance, from 0.1 to 100 percent." };
    private static readonly Option<string?> Folder = new("--output-dir")
    {
        Description = "Write each message into a file of its own in this folder, as its number and topic.",
        HelpName = "DIR",
    };

    private static readonly Option<bool> NoNewLine = new("-N") { Description = "Print no new line after a message." };

    public static Command Create()
    {
        var command = new Command("sub", "Subscribe, and print the messages that arrive.")
        {
            Topics, Qos, Verbose, Count, Wait, ExitAtOnce, NoRetained, RetainedOnly, RemoveRetained, Unwanted, Unsubscribed, Chance,
            Format, Pretty, NoNewLine, Watch, Rate, Folder,
        };
        Session.AddTo(command, Connection);
        foreach (Option<string[]> filters in new[] { Unwanted, Unsubscribed }) filters.Validators.Add(ConnectionArguments.RequireTopicFilter);
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            int count = FiltersOf(result).Length;
            bool isRead = result.Errors.Any() || result.GetResult(Unsubscribed) is not null;
            if (count == 0 && !isRead) result.AddError("Say what to subscribe to with -t, or behind the address");
            int levels = result.GetResult(Qos)?.Tokens.Count ?? 0;
            if (levels > 1 && levels != count) result.AddError($"-q is given {levels} times for {count} topic filters: give it once, or once for each");
            foreach (string filter in FiltersOf(result)) ConnectionArguments.RequireTopicFilter(result, filter);
            if (result.GetValue(Pretty) && result.GetResult(Format) is null) result.AddError("--pretty has no effect without -F %j or %J");
            if (result.GetResult(Format) is not null && result.GetValue(Verbose)) result.AddError("-F says itself where the topic stands: leave out -v");
            if (result.GetValue(NoRetained) && result.GetValue(RetainedOnly)) result.AddError("-R and --retained-only leave nothing to print");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var timeUp = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellationToken);
        if (parsed.GetValue(Wait) is { } time) timeUp.CancelAfter(time);

        MqttClientOptions options = Connection.Read(parsed);
        if (parsed.GetValue(Session.Keep)) options = options with { CleanSession = false };
        using var output = Terminal.OpenMessages();
        MqttClient? client = null;
        using MessageRate? rate = parsed.GetValue(Rate) ? new MessageRate(output) : null;
        MessagePrinter printer = PrinterOf(parsed, output, options, topic => _ = RemoveRetainedAsync(client!, topic), rate);

        // Messages that wait in a kept session may arrive before SUBACK, and are printed too.
        var end = new SubscriptionEnd();
        client = new MqttClient(options with { UnmatchedMessages = printer.Print, Log = end.Look });
        ConnectionStatus.Connecting(options);
        try
        {
            await ReceiveAsync(parsed, client, printer, output, end, either.Token);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (timeUp.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            string seconds = parsed.GetValue(Wait)!.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return Tool.Fail(ExitCode.TimedOut, $"the {seconds} s of -W are up.");
        }
        finally
        {
            await ConnectionArguments.EndAsync(client);
            rate?.Dispose();
            output.Flush();
        }
    }

    /// <summary>Returns the filters of the address, of -t, and behind the address.</summary>
    private static string[] FiltersOf(CommandResult result)
    {
        string? ofUrl = Connection.Address.TopicIn(Connection.Address.GivenUrl(result));
        string[] words = Connection.Address.Words(result);
        return [.. ofUrl is null ? Array.Empty<string>() : [ofUrl], .. result.GetValue(Topics) ?? [], .. words];
    }

    private static async Task RemoveRetainedAsync(MqttClient client, byte[] topic)
    {
        try
        {
            await client.PublishAsync(topic, default, QualityOfService.AtLeastOnce, retain: true, CancellationToken.None);
        }
        catch (MqttException failure)
        {
            Tool.Warn($"the retained message of {Encoding.UTF8.GetString(topic)} is not removed: {failure.Message}");
        }
    }

    private static MessagePrinter PrinterOf(ParseResult parsed, BatchedOutput output, MqttClientOptions options, Action<byte[]> remove, MessageRate? rate) =>
        new(output, parsed.GetValue(Count))
        {
            ShowsTopic = parsed.GetValue(Verbose) || parsed.GetValue(Watch),
            Screen = parsed.GetValue(Watch) && Terminal.IsOutput ? new WatchScreen() : null,
            Rate = rate,
            Chance = parsed.GetValue(Chance) ?? 1,
            Folder = parsed.GetValue(Folder) is { } folder ? Directory.CreateDirectory(folder).FullName : null,
            SkipsRetained = parsed.GetValue(NoRetained),
            TakesRetainedOnly = parsed.GetValue(RetainedOnly),
            Unwanted = [.. (parsed.GetValue(Unwanted) ?? []).Select(Encoding.UTF8.GetBytes)],
            Format = parsed.GetValue(Format),
            EndsLines = !parsed.GetValue(NoNewLine),
            EscapesControls = Terminal.IsOutput,
            PaintsTopics = Terminal.IsOutput && Terminal.HasColours,
            WritesEach = !options.CleanSession,
            OnRetained = parsed.GetValue(RemoveRetained) ? remove : null,
        };

    private static MessageFormat? ReadFormat(ArgumentResult result)
    {
        try
        {
            return new MessageFormat(result.Tokens[0].Value, result.GetValue(Pretty));
        }
        catch (FormatException failure)
        {
            result.AddError(failure.Message);
            return null;
        }
    }

    private static async Task ReceiveAsync(
        ParseResult parsed, MqttClient client, MessagePrinter printer, BatchedOutput output, SubscriptionEnd end, CancellationToken cancellationToken)
    {
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isSubscribed = false;
        client.StateChanged += change =>
        {
            if (change.Cause is { } cause && IsFinal(change, Volatile.Read(ref isSubscribed))) lost.TrySetException(cause);
            else if (change.To is MqttClientState.Reconnecting)
                Tool.Warn($"{(change.Cause is { } fault ? ToolWords.Of(fault) : "")} Trying again in {change.NextDelay?.TotalSeconds:0.0} s.");
        };
        await client.OpenAsync(cancellationToken);
        foreach (string filter in parsed.GetValue(Unsubscribed) ?? []) await client.UnsubscribeAsync(filter, cancellationToken);
        string[] topics = FiltersOf(parsed.CommandResult);
        int[] levels = parsed.GetValue(Qos) is { Length: > 0 } given ? given : [0];
        MqttTopicFilter[] filters = [.. topics.Select((filter, n) => new MqttTopicFilter(filter, (QualityOfService)levels[Math.Min(n, levels.Length - 1)]))];
        if (filters.Length == 0)
        {
            await DisconnectAsync(client); // -U alone
            return;
        }

        try
        {
            Task<MqttSubscription> subscribing = client.SubscribeAsync(filters, printer.Print, cancellationToken);
            await (await Task.WhenAny(subscribing, lost.Task, output.Failed));
            MqttSubscription made = await subscribing;
            cancellationToken.ThrowIfCancellationRequested(); // cancelling ends the subscription, which is not the server's doing
            end.Watch(made);
            Volatile.Write(ref isSubscribed, true);
            StatusLine.Show(() => client.Statistics.MessagesReceived is > 0 and var count ? Durations.Count(count, "message")
                : $"waiting for messages of {string.Join(' ', topics)}");
            if (!parsed.GetValue(ExitAtOnce)) await (await Task.WhenAny(printer.Done, lost.Task, output.Failed, end.Task).WaitAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (Tool.Interruption is not null && parsed.GetValue(Count) is null)
        {
            // without -C a signal is the usual end
        }

        output.Flush();
        await DisconnectAsync(client);
    }

    /// <summary>True if the command ends: the client gives up, the server never takes the subscription, or the next try must fail as this one did.</summary>
    private static bool IsFinal(MqttStateChange change, bool isSubscribed) =>
        change.To is MqttClientState.Disconnected or MqttClientState.Closed
        || (change is { From: MqttClientState.Connected, To: MqttClientState.Reconnecting } && !isSubscribed)
        || (change.To is MqttClientState.Reconnecting && change.Cause?.Code is MqttErrorCode.PacketTooLarge);

    /// <summary>Ends the connection without ending the subscription, so that a kept session goes on.</summary>
    private static async Task DisconnectAsync(MqttClient client)
    {
        try
        {
            await client.DisconnectAsync(TimeSpan.FromSeconds(1), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(3), CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // the server does not close its side
        }
    }
}
