// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Security.Cryptography;

namespace RawMqtt.Cli.Bench;

/// <summary><c>rawmqtt bench</c>: loads a broker and measures it.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Load a broker and measure it: connections, rates, latency, loss, order, duplicates.")
        {
            Create("conn", BenchMode.Conn, "Open connections, and hold them."),
            Create("pub", BenchMode.Pub, "Publish; at QoS 1 and 2, measure the time to the acknowledgement."),
            Create("sub", BenchMode.Sub, "Subscribe, and measure what arrives from bench pub on this machine."),
            Create("pubsub", BenchMode.PubSub, "Publish and subscribe in pairs, and measure the time from end to end."),
            Create("fan", BenchMode.Fan, "Publish to many subscribers of the same topics, and measure the time to each."),
            CompareCommand.Create(),
        };
        return command;
    }

    private static Command Create(string name, BenchMode mode, string description)
    {
        var arguments = new BenchArguments(mode);
        var command = new Command(name, description);
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(arguments, parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(BenchArguments arguments, ParseResult parsed, CancellationToken cancellationToken)
    {
        // Receivers of a load never block, so that what arrives may be measured where it is noticed, without a change of threads.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        MqttClientOptions options = arguments.Connection.Read(parsed);
        if (arguments.Worker(parsed) is var (number, sharedTag))
        {
            BenchPlan share = arguments.Read(parsed, sharedTag);
            HandleLimit.Raise();
            await WorkerLink.ServeAsync(share, OptionsOf(share, options), number, cancellationToken);
            return ExitCode.Done;
        }

        ushort tag = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue);
        BenchPlan plan = arguments.Read(parsed, tag);
        if (HandleLimit.FaultIn(plan, HandleLimit.Raise()) is { } fault) return Tool.Fail(ExitCode.WrongArguments, fault);
        arguments.Outputs.CreateFiles(parsed);
        string[] given = Environment.GetCommandLineArgs()[1..];
        WorkerLink[] links =
        [
            WorkerLink.StartHere(plan, OptionsOf(plan, options), 0, cancellationToken),
            .. Enumerable.Range(1, plan.Processes - 1).Select(i => WorkerLink.StartProcess(i, tag, given)),
        ];
        try
        {
            BenchReport report = await new BenchRun(plan, links, StatusLine.ShowNow).RunAsync(ConnectionStatus.AddressOf(options), cancellationToken);
            StatusLine.End();
            arguments.Outputs.Write(parsed, report);
            if (report.Counts.ConnectsFailed > 0 && report.Counts.Connected == 0) return Tool.Fail(ExitCode.NotConnected, "no connection was made.");
            return Tool.Interruption ?? ExitCode.Done;
        }
        catch (WorkerFailedException failure)
        {
            StatusLine.End();
            foreach (WorkerLink link in links) link.Stop();
            Terminal.Error.Write(failure.Message);
            return failure.ExitCode;
        }
    }

    private static MqttClientOptions OptionsOf(BenchPlan plan, MqttClientOptions options) => options with { MaxInFlight = plan.Window };
}
