// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using RawMqtt.Benchmarks.Brokers;

namespace RawMqtt.Benchmarks.Fleets;

/// <summary>Runs the loads fleet and fan-in on brokers in turns, writes each round as JSON, and makes the tables from such files.</summary>
internal static class FleetRun
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>fleet|fan-in [--json FILE] [--rounds N] [--seconds N] [--rate N] [--only "tcp 0"] [--broker RawMqtt|mosquitto|MQTTnet]...
    /// [--with NAME=RawMqtt.Benchmarks.dll[,KEY=VALUE]]...</summary>
    public static void Run(string[] args)
    {
        string name = args[0];
        int rounds = Number(args, "--rounds", 5);
        int rate = Number(args, "--rate", 10_000);
        var report = new FleetReport(DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Line("/proc/cpuinfo", "model name"),
            Environment.ProcessorCount, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, Output("git", "rev-parse HEAD"),
            Output("mosquitto", "-h"), string.Join(' ', args), []);
        var plans = new List<FleetPlan>();
        foreach (string scheme in (string[])["tcp", "ws"])
        {
            foreach (int qos in (int[])[0, 1])
            {
                int busy = name == "fleet" ? 1000 : 100;
                if (Text(args, "--only") is { } only && only != $"{scheme} {qos}") continue;
                plans.Add(new FleetPlan(name, scheme, qos, busy, name == "fleet" ? 0 : 9000, name == "fleet" ? rate : rate / 10, Number(args, "--seconds", 4)));
            }
        }

        foreach (FleetPlan plan in plans) RunPlan(plan, rounds, Starts(plan, args), report.Rounds);
        if (Text(args, "--json") is { } file) File.WriteAllText(file, JsonSerializer.Serialize(report, Indented) + "\n");
        PrintTable(report);
    }

    private static List<Func<BrokerProcess>> Starts(FleetPlan plan, string[] args)
    {
        string[] named = [.. Texts(args, "--broker")];
        bool IsWanted(string broker) => named.Length == 0 || named.Contains(broker);
        var starts = new List<Func<BrokerProcess>>();
        if (IsWanted("RawMqtt")) starts.Add(() => BrokerProcess.Ours());
        foreach (string other in Texts(args, "--with"))
        {
            if (other.Split('=', 2) is [string name, string program]) starts.Add(() => BrokerProcess.OfBuild(name, program));
        }

        if (IsWanted("mosquitto") && plan is { Scheme: "tcp" }) starts.Add(() => BrokerProcess.Mosquitto(20)); // over ws it takes ten connections a second
        if (IsWanted("MQTTnet")) starts.Add(BrokerProcess.MqttNet);
        return starts;
    }

    private static void RunPlan(FleetPlan plan, int rounds, List<Func<BrokerProcess>> starts, List<FleetFigures> results)
    {
        for (int round = 0; round < rounds; round++)
        {
            foreach (Func<BrokerProcess> start in starts)
            {
                using BrokerProcess broker = start();
                using var load = new FleetLoad(plan, broker);
                results.Add(load.Run());
            }
        }
    }

    public static void PrintTable(FleetReport report)
    {
        Console.WriteLine($"\n{report.Date}, {report.Cores} x {report.Cpu}, {report.Kernel}, {report.Runtime}, {report.Mosquitto}, "
            + $"commit {report.Commit[..8]}: `{report.CommandLine}`\n");
        Console.WriteLine("| load | broker | CPU us a message | p50 us | p99 us | max us | lost |\n|---|---|---|---|---|---|---|");
        foreach (IGrouping<(FleetPlan, string), FleetFigures> row in report.Rounds.GroupBy(round => (round.Plan, round.Broker)))
        {
            FleetPlan plan = row.Key.Item1;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {plan.Name} {plan.Scheme} QoS {plan.Qos}, {plan.Rate}/s | {row.Key.Item2} | {Spread(row, round => round.CpuMicroseconds, "0.0")} | "
                + $"{Spread(row, round => round.P50, "0")} | {Spread(row, round => round.P99, "0")} | {Spread(row, round => round.Max, "0")} | "
                + $"{row.Sum(round => round.Lost)} |"));
        }
    }

    /// <summary>The median, and the lowest and highest in brackets.</summary>
    private static string Spread(IEnumerable<FleetFigures> rounds, Func<FleetFigures, double> value, string format)
    {
        string[] sorted = [.. rounds.Select(value).Order().Select(one => one.ToString(format, CultureInfo.InvariantCulture))];
        return $"{sorted[sorted.Length / 2]} ({sorted[0]} to {sorted[^1]})";
    }

    private static string? Text(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and int at ? args[at + 1] : null;

    private static IEnumerable<string> Texts(string[] args, string name) =>
        args.Index().Where(argument => argument.Item == name).Select(argument => args[argument.Index + 1]);

    private static int Number(string[] args, string name, int usual) => Text(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    private static string Line(string file, string begin) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(begin, StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "";

    private static string Output(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string line = process.StandardOutput.ReadLine() ?? "";
        process.StandardOutput.ReadToEnd();
        return line;
    }
}
