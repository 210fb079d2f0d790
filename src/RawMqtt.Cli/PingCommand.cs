// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using RawMqtt.Cli.Bench;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt ping</c>: connects, and measures how long the broker takes to answer PINGREQ.</summary>
internal static class PingCommand
{
    private static readonly ConnectionArguments Connection = new();
    private static readonly NumberOption Count = new(1, int.MaxValue, "-C", "--count")
    {
        Description = "End after this many; 4 by default.",
        HelpName = "COUNT",
    };

    private static readonly Option<bool> Endless = new("--endless", "-t") { Description = "Go on until a signal ends it." };
    private static readonly SecondsOption Interval = new("--interval") { TakesZero = true, Description = "The time between two; 1 by default." };

    public static Command Create()
    {
        var command = new Command("ping", "Connect, and measure how long the broker takes to answer a PINGREQ.") { Count, Endless, Interval };
        Connection.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Endless) && result.GetResult(Count) is not null) result.AddError("-C has no effect beside --endless");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        MqttClientOptions options = Connection.Read(parsed);
        ConnectionStatus.Connecting(options);
        long begin = Stopwatch.GetTimestamp();
        await using MqttClient client = await MqttClient.ConnectAsync(options, cancellationToken);
        Terminal.Out.WriteLine($"connected in {Text(Stopwatch.GetElapsedTime(begin))}");

        var times = new Latencies();
        int count = parsed.GetValue(Endless) ? int.MaxValue : parsed.GetValue(Count) ?? 4;
        TimeSpan interval = parsed.GetValue(Interval) ?? TimeSpan.FromSeconds(1);
        try
        {
            for (int number = 1; number <= count; number++)
            {
                StatusLine.Show("waiting for PINGRESP");
                TimeSpan time = await client.PingAsync(cancellationToken);
                times.Record((long)time.TotalNanoseconds);
                Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PINGRESP {number}: {Text(time)}"));
                if (number < count) await Task.Delay(interval, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (parsed.GetValue(Endless) && times.Count > 0)
        {
            // a signal is the usual end
        }

        Terminal.Out.WriteLine($"{times.Count} answered: min {Durations.Text(times.Min)}, mean {Durations.Text(times.Mean)}, "
            + $"p99 {Durations.Text(times.Percentile(99))}, max {Durations.Text(times.Max)}");
        await ConnectionArguments.EndAsync(client);
        return ExitCode.Done;
    }

    private static string Text(TimeSpan time) => Durations.Text(time.TotalNanoseconds);
}
