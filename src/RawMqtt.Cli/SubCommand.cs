// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt sub</c>: what mosquitto_sub does, with its letters.</summary>
internal static class SubCommand
{
    private static readonly ConnectionArguments Connection = new();
    private static readonly Option<string[]> Topics = new("--topic", "-t") { Description = "A topic filter to subscribe to; may be repeated.", Required = true, HelpName = "FILTER" };
    private static readonly NumberOption Qos = NumberOption.Qos("The highest QoS to receive at.", "--qos", "-q");
    private static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Print the topic in front of each message." };
    private static readonly NumberOption Count = new(1, int.MaxValue, "-C") { Description = "End after this many messages.", HelpName = "COUNT" };
    private static readonly NumberOption Wait = new(1, ConnectionArguments.MostSeconds, "-W") { Description = "End after this many seconds, with exit code 27 unless -C was reached.", HelpName = "SECONDS" };
    private static readonly Option<bool> Keep = new("--disable-clean-session", "-c") { Description = "Keep the session at the broker, so that messages wait there for the next time; needs -i." };
    private static readonly Option<bool> ExitAtOnce = new("-E") { Description = "End as soon as the subscriptions are answered; with -c, to begin a session." };
    private static readonly Option<bool> NoRetained = new("--no-retained", "-R") { Description = "Do not print retained messages." };
    private static readonly Option<bool> RetainedOnly = new("--retained-only") { Description = "Print retained messages alone, and end with the first other one." };
    private static readonly Option<bool> RemoveRetained = new("--remove-retained") { Description = "Delete each retained message at the broker when it has been printed." };
    private static readonly Option<string[]> Unwanted = new("--filter-out", "-T") { Description = "Do not print messages whose topic matches this filter; may be repeated.", HelpName = "FILTER" };
    private static readonly Option<string[]> Unsubscribed = new("--unsubscribe", "-U") { Description = "Unsubscribe from this filter of a kept session first; may be repeated.", HelpName = "FILTER" };
    private static readonly Option<MessageFormat?> Format = new("--format", "-F") { Description = "Print each message like this: %t topic, %p payload, %x its hexadecimal, %l length, %q QoS, %r retain, %I and %U time.", HelpName = "FORMAT", CustomParser = ReadFormat };
    private static readonly Option<bool> NoNewLine = new("-N") { Description = "Print no new line behind a message." };

    public static Command Create()
    {
        var command = new Command("sub", "Subscribe, and print what comes.") { Topics, Qos, Verbose, Count, Wait, Keep, ExitAtOnce, NoRetained, RetainedOnly, RemoveRetained, Unwanted, Unsubscribed, Format, NoNewLine };
        foreach (Option<string[]> filters in new[] { Topics, Unwanted, Unsubscribed }) filters.Validators.Add(ConnectionArguments.RequireTopicFilter);
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Keep) && result.GetResult(Connection.Id) is null) result.AddError("-c keeps the session of a client identifier: give one with -i.");
            if (result.GetValue(NoRetained) && result.GetValue(RetainedOnly)) result.AddError("-R and --retained-only leave nothing to print");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var qos = (QualityOfService)(parsed.GetValue(Qos) ?? 0);
        MqttTopicFilter[] filters = [.. parsed.GetValue(Topics)!.Select(filter => new MqttTopicFilter(filter, qos))];
        using var timeUp = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellationToken);
        if (parsed.GetValue(Wait) is { } seconds) timeUp.CancelAfter(TimeSpan.FromSeconds(seconds));

        await using var output = new BufferedStream(Tool.OpenOutput());
        MqttClient? client = null;
        var printer = new MessagePrinter(output, parsed.GetValue(Count))
        {
            ShowsTopic = parsed.GetValue(Verbose),
            SkipsRetained = parsed.GetValue(NoRetained),
            TakesRetainedOnly = parsed.GetValue(RetainedOnly),
            Unwanted = [.. (parsed.GetValue(Unwanted) ?? []).Select(Encoding.UTF8.GetBytes)],
            Format = parsed.GetValue(Format),
            EndsLines = !parsed.GetValue(NoNewLine),
            OnRetained = parsed.GetValue(RemoveRetained) ? topic => _ = client!.PublishAsync(topic, default, QualityOfService.AtLeastOnce, retain: true, CancellationToken.None).AsTask() : null,
        };
        try
        {
            // What a kept session brings comes before the subscription is answered, and is printed as well.
            MqttClientOptions options = Connection.Read(parsed) with { UnmatchedMessages = printer.Print };
            if (parsed.GetValue(Keep)) options = options with { CleanSession = false };
            client = new MqttClient(options);
            await ReceiveAsync(client, parsed.GetValue(Unsubscribed) ?? [], filters, printer, endsAtOnce: parsed.GetValue(ExitAtOnce), either.Token);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (timeUp.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Tool.Fail(ExitCode.TimedOut, $"the {parsed.GetValue(Wait)} s of -W are up.");
        }
    }

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

    private static async Task ReceiveAsync(MqttClient client, string[] unsubscribed, MqttTopicFilter[] filters, MessagePrinter printer, bool endsAtOnce, CancellationToken cancellationToken)
    {
        try
        {
            var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            bool isSubscribed = false;
            client.StateChanged += change =>
            {
                bool isOver = change.To is MqttClientState.Disconnected || (change is { From: MqttClientState.Connected, To: MqttClientState.Reconnecting } && !Volatile.Read(ref isSubscribed));
                if (isOver && change.Cause is { } cause) lost.TrySetException(cause); // a server that never takes the subscription is not asked again
                else if (change.To is MqttClientState.Reconnecting) Console.Error.WriteLine($"rawmqtt: {change.Cause?.Message} Trying again in {change.NextDelay?.TotalSeconds:0.0} s.");
            };
            await client.OpenAsync(cancellationToken);
            foreach (string filter in unsubscribed) await client.UnsubscribeAsync(filter, cancellationToken);
            await (await Task.WhenAny(client.SubscribeAsync(filters, printer.Print, cancellationToken), lost.Task));
            Volatile.Write(ref isSubscribed, true);
            if (!endsAtOnce) await (await Task.WhenAny(printer.Done, lost.Task).WaitAsync(cancellationToken));
            await client.DisconnectAsync(TimeSpan.FromSeconds(1), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(3), CancellationToken.None); // the subscription stays: -c means to come back to it
        }
        catch (TimeoutException)
        {
            // the server does not do its part of the farewell
        }
        finally
        {
            await ConnectionArguments.EndAsync(client);
        }
    }
}
