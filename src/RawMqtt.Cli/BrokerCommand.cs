// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Runtime.InteropServices;
using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt broker</c>: serves until SIGINT or SIGTERM. SIGHUP makes it read its files again.</summary>
internal static class BrokerCommand
{
    private static readonly Option<bool> Trace = new("--trace")
    {
        Description = "Explain every byte of every connection on the error output as it flows, with passwords and tokens masked.",
    };

    private static readonly Option<bool> TraceSecrets = new("--trace-secrets") { Description = "Like --trace, with passwords and tokens shown." };

    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Write no log to the error output." };

    private static readonly Option<MqttLogLevel> LogLevel = new("--log-level")
    {
        Description = "Write lines of this level and above to the error output.",
        HelpName = "information|warning|error",
    };

    private static readonly Option<bool> LogJson = new("--log-json") { Description = "Write each line of the log as a JSON object." };
    private static readonly Option<bool> Limits = new("--limits") { Description = "Print every limit and what happens beyond it, and end." };

    public static Command Create()
    {
        var command = new Command("broker", "Serve as a broker. Without listeners: ws://127.0.0.1:8083/mqtt and mqtt://127.0.0.1:1883.");
        BrokerArguments.AddTo(command);
        foreach (Option option in new Option[] { Quiet, LogLevel, LogJson, Limits, Trace, TraceSecrets }) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            foreach (Option option in new Option[] { LogLevel, LogJson })
            {
                if (result.GetValue(Quiet) && result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} has no effect beside --quiet");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Limits))
        {
            Console.Write(BrokerLimitTable.Render(BrokerArguments.Read(parsed, dev: null).Limits, new MqttBrokerStatistics()));
            return ExitCode.Done;
        }

        // No hook of ours blocks, so that what arrives may be handled where it is noticed, without a change of threads.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        bool isQuiet = parsed.GetValue(Quiet);
        using DevCertRenewal? dev = BrokerArguments.StartDevCert(parsed);
        MqttBrokerOptions options = BrokerArguments.Read(parsed, dev);
        if (parsed.GetValue(Trace) || parsed.GetValue(TraceSecrets)) options = options with { Tap = TapOf(parsed.GetValue(TraceSecrets)) };
        var log = new BrokerLogOutput(Console.Error, parsed.GetValue(LogLevel), parsed.GetValue(LogJson), TimeProvider.System);
        if (!isQuiet) options = options with { Log = log.Write };

        MqttBroker? started = null;
        using PosixSignalRegistration? hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true; // it ends a process by default
            Volatile.Read(ref started)?.ReloadFiles();
        });
        await using MqttBroker broker = await MqttBroker.StartAsync(options, cancellationToken);
        Volatile.Write(ref started, broker);
        foreach (string address in broker.Addresses) Console.WriteLine($"listening {address}");
        if (!isQuiet) Console.Write(BrokerStartText.Render(options, broker.Addresses, OwnAddresses.Find(), TimeProvider.System.GetUtcNow()));
        if (dev is not null) DevCertCommand.Describe(dev.Certificates, broker.Addresses);
        Console.WriteLine("ready");
        Console.Out.Flush();

        await UntilCancelledAsync(cancellationToken);
        await broker.StopAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    /// <summary>Returns a trace for each connection.</summary>
    private static Func<string, MqttTap> TapOf(bool showsSecrets)
    {
        TextWriter output = TextWriter.Synchronized(Console.Error);
        return peer => new WireTrace(output, MqttRole.Server) { IsLong = true, ShowsSecrets = showsSecrets, Name = peer }.Tap;
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource();
        using CancellationTokenRegistration registration = cancellationToken.Register(end.SetResult);
        await end.Task;
    }
}
