// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Runtime.InteropServices;
using RawMqtt.Cli.Captures;
using RawMqtt.Codec;
using RawMqtt.Explain;
using RawMqtt.Server;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt broker</c>: serves until SIGINT or SIGTERM, and reads its files again at SIGHUP.</summary>
internal static class BrokerCommand
{
    private static readonly Option<bool> Limits = new("--limits")
    {
        Description = "Print every limit: its value, its default, where it was set and what happens beyond it, and end.",
    };

    private static readonly Option<bool> PrintConfig = new("--print-config") { Description = "Print the effective configuration with its sources, and end." };

    private static readonly Option<bool> Trace = new("--trace")
    {
        Description = "Explain every byte of every connection on the error output as it flows, with passwords and tokens masked.",
    };

    private static readonly Option<bool> TraceSecrets = new("--trace-secrets") { Description = "Like --trace, with passwords and tokens shown." };

    private static readonly Option<string?> Pcap = new("--pcap")
    {
        Description = "Write the bytes of all connections, below TLS, to a capture for Wireshark, passwords too; TCP around them is made up.",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command("broker", "Serve as a broker. Without listeners: ws://127.0.0.1:8083/mqtt and mqtt://127.0.0.1:1883.");
        BrokerArguments.AddTo(command);
        foreach (Option option in new Option[] { Limits, PrintConfig, Trace, TraceSecrets, Pcap, ToolkitPage.Option }) command.Add(option);
        command.Add(ImportCommand.Create());
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(parsed, parsed.GetValue(ToolkitPage.Option) ? ToolkitPage.Load() : null, _ => { }, cancellationToken));
        return command;
    }

    /// <summary>Serves until cancelled.</summary>
    /// <param name="parsed">The command line, with the options of <see cref="BrokerArguments"/>.</param>
    /// <param name="page">The page to serve; null for none.</param>
    /// <param name="ready">Called with the addresses when clients can connect.</param>
    /// <param name="cancellationToken">Ends the broker.</param>
    public static async Task<int> RunAsync(ParseResult parsed, ToolkitPage? page, Action<IReadOnlyList<string>> ready, CancellationToken cancellationToken)
    {
        var development = new Lazy<DevCertRenewal>(() => BrokerArguments.StartDevCert(parsed));
        BrokerConfiguration Read() =>
            BrokerArguments.Read(parsed, () => (development.Value.Certificates.ServerFile, development.Value.Certificates.ServerKeyFile));
        try
        {
            if (!parsed.GetValue(Limits) && !parsed.GetValue(PrintConfig)) return await ServeAsync(parsed, Read, development, page, ready, cancellationToken);
            BrokerConfiguration configuration = Read();
            Terminal.Out.Write(parsed.GetValue(PrintConfig) ? configuration.Print() : LimitsOf(configuration));
            return ExitCode.Done;
        }
        finally
        {
            if (development.IsValueCreated) development.Value.Dispose();
        }
    }

    private static async Task<int> ServeAsync(
        ParseResult parsed, Func<BrokerConfiguration> read, Lazy<DevCertRenewal> development, ToolkitPage? page, Action<IReadOnlyList<string>> ready,
        CancellationToken cancellationToken)
    {
        // No hook of ours blocks, so that what arrives may be handled where it is noticed, without a change of threads.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        BrokerSettings first = read().Settings;
        string? passphrase = KeyPassphrase.Read(first.KeyPasswordFile, first.Options.CertificateFile, first.Options.KeyFile);
        BrokerService? service = null;
        var log = new BrokerLogOutput(Terminal.Error, MqttLogLevel.Information, first.LogJson, TimeProvider.System);
        void Write(MqttLogLevel level, string line)
        {
            BrokerSettings settings = service?.Configuration.Settings ?? first;
            if (!settings.Quiet && level >= settings.LogLevel) log.Write(level, line);
        }

        using CaptureFile? capture = parsed.GetValue(Pcap) is { } file ? CaptureFile.Create(file) : null;
        MqttBrokerOptions Change(MqttBrokerOptions options) => options with
        {
            KeyPassword = options.KeyPassword ?? passphrase,
            Log = Write,
            AnswerHttp = page is null ? null : page.Answer,
            Tap = TapOf(parsed, capture),
        };
        Tool.EndsAtHangUp = false;
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(
            OperatingSystem.IsWindows() ? PosixSignal.SIGQUIT : PosixSignal.SIGHUP, // Windows has no SIGHUP; Ctrl+Break is SIGQUIT there
            signal =>
            {
                signal.Cancel = true;
                service?.Reload();
            });

        service = await BrokerService.StartAsync(read, Change, cancellationToken);
        await using BrokerService running = service;
        foreach (string address in service.Broker.Addresses) Terminal.TolerantOut.WriteLine($"listening {address}");
        MqttBrokerOptions used = Change(first.Options);
        string start = first.Quiet ? "" : BrokerStartText.Render(used, service.Broker.Addresses, OwnAddresses.Find(), TimeProvider.System.GetUtcNow());
        Terminal.TolerantOut.Write(start);
        if (development.IsValueCreated) DevCertCommand.Describe(development.Value.Certificates, service.Broker.Addresses);
        if (page is not null) Terminal.TolerantOut.Write(ToolkitPage.Describe(service.Broker.Addresses));
        Terminal.TolerantOut.WriteLine("ready");
        ready(service.Broker.Addresses);

        await UntilCancelledAsync(cancellationToken);
        return ExitCode.Done;
    }

    private static string LimitsOf(BrokerConfiguration configuration) => BrokerLimitTable.Render(
        configuration.Settings.Options.Limits, new MqttBrokerStatistics(),
        limit => BrokerConfiguration.Names.Contains($"Limits.{limit}") ? configuration.SourceOf($"Limits.{limit}") : "");

    /// <summary>Returns a trace, a capture or both for each connection; null if neither is wanted.</summary>
    private static Func<string, MqttTap>? TapOf(ParseResult parsed, CaptureFile? capture)
    {
        bool showsSecrets = parsed.GetValue(TraceSecrets);
        bool isTraced = parsed.GetValue(Trace) || showsSecrets;
        Func<string, MqttTap>? captured = capture is null ? null : ConnectionCapture.Of(capture);
        if (!isTraced) return captured;
        MqttTap TraceOf(string peer) => new WireTrace(Terminal.Error, MqttRole.Server) { IsLong = true, ShowsSecrets = showsSecrets, Name = peer }.Tap;
        return peer => TraceOf(peer) + captured?.Invoke(peer);
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource();
        using CancellationTokenRegistration registration = cancellationToken.Register(end.SetResult);
        await end.Task;
    }
}
