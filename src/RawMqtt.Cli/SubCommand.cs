// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt sub</c>: subscribes and prints messages, with the option letters of mosquitto_sub.</summary>
internal static class SubCommand
{
    private static readonly ConnectionArguments Connection = new();
    private static readonly Option<string[]> Topics = new("--topic", "-t")
    {
        Description = "A topic filter to subscribe to; may be repeated.",
        Required = true,
        HelpName = "FILTER",
    };

    private static readonly NumberOption Qos = NumberOption.Qos("The highest QoS to receive at.", "--qos", "-q");
    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Print the topic in front of each message." };
    private static readonly NumberOption Count = new(1, int.MaxValue, "-C") { Description = "End after this many messages.", HelpName = "COUNT" };
    private static readonly SecondsOption Wait = new("-W") { Description = "End after this time, fractions allowed, with exit code 27 unless -C was reached." };
    private static readonly Option<bool> Keep = new("--disable-clean-session", "-c")
    {
        Description = "Keep the session at the broker, so that messages wait there for the next run; needs -i.",
    };

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
        Description = "Print each message like this: %t topic, %p payload, %x its hexadecimal, %l length, %q QoS, %r retain, %I and %U time.",
        HelpName = "FORMAT",
        CustomParser = ReadFormat,
    };

    private static readonly Option<bool> NoNewLine = new("-N") { Description = "Print no new line after a message." };

    public static Command Create()
    {
        var command = new Command("sub", "Subscribe, and print the messages that arrive.")
        {
            Topics, Qos, Verbose, Count, Wait, Keep, ExitAtOnce, NoRetained, RetainedOnly, RemoveRetained, Unwanted, Unsubscribed, Format, NoNewLine,
        };
        foreach (Option<string[]> filters in new[] { Topics, Unwanted, Unsubscribed }) filters.Validators.Add(ConnectionArguments.RequireTopicFilter);
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            bool hasId = result.GetResult(Connection.Id) is not null;
            if (result.GetValue(Keep) && !hasId) result.AddError("-c keeps the session of a client identifier: give one with -i.");
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
        if (parsed.GetValue(Keep)) options = options with { CleanSession = false };
        using var output = new BatchedOutput(Tool.OpenOutput());
        MqttClient? client = null;
        MessagePrinter printer = PrinterOf(parsed, output, options, topic => _ = RemoveRetainedAsync(client!, topic));

        // Messages that wait in a kept session may arrive before SUBACK, and are printed too.
        var end = new SubscriptionEnd();
        client = new MqttClient(options with { UnmatchedMessages = printer.Print, Log = end.Look });
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
            output.Flush();
        }
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

    private static MessagePrinter PrinterOf(ParseResult parsed, BatchedOutput output, MqttClientOptions options, Action<byte[]> remove) =>
        new(output, parsed.GetValue(Count))
        {
            ShowsTopic = parsed.GetValue(Verbose),
            SkipsRetained = parsed.GetValue(NoRetained),
            TakesRetainedOnly = parsed.GetValue(RetainedOnly),
            Unwanted = [.. (parsed.GetValue(Unwanted) ?? []).Select(Encoding.UTF8.GetBytes)],
            Format = parsed.GetValue(Format),
            EndsLines = !parsed.GetValue(NoNewLine),
            EscapesControls = !Console.IsOutputRedirected,
            WritesEach = !options.CleanSession,
            OnRetained = parsed.GetValue(RemoveRetained) ? remove : null,
        };

    private static MessageFormat? ReadFormat(ArgumentResult result)
    {
        try
        {
            return new MessageFormat(result.Tokens[0].Value);
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
        var qos = (QualityOfService)(parsed.GetValue(Qos) ?? 0);
        MqttTopicFilter[] filters = [.. parsed.GetValue(Topics)!.Select(filter => new MqttTopicFilter(filter, qos))];
        Task<MqttSubscription> subscribing = client.SubscribeAsync(filters, printer.Print, cancellationToken);
        await (await Task.WhenAny(subscribing, lost.Task, output.Failed));
        end.Watch(await subscribing);
        Volatile.Write(ref isSubscribed, true);
        try
        {
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
