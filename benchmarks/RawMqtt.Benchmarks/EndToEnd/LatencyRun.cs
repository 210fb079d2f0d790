// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using RawMqtt.Benchmarks.Brokers;

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>
/// <c>latency [--rounds N] [--messages N] [--json FILE] [--only view,stream,MQTTnet,MQTT.js] [--with NAME=RawMqtt.Benchmarks.dll[,KEY=VALUE]]...</c>:
/// clients in turns over one broker of a process of its own, each in a process of its own that lives through all rounds, and blocking sockets as the floor.
/// </summary>
internal static class LatencyRun
{
    private const string Floor = "blocking sockets";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Run(string[] args)
    {
        int rounds = Number(args, "--rounds", 11);
        int messages = Number(args, "--messages", 3000);
        using BrokerProcess broker = BrokerProcess.Ours();
        string address = $"ws://127.0.0.1:{broker.Ws}/mqtt";
        string self = typeof(LatencyRun).Assembly.Location;
        var clients = new List<(string Name, Process Process)>();
        foreach (string contestant in (Text(args, "--only") ?? "view,stream,MQTTnet").Split(','))
        {
            if (contestant == "MQTT.js")
            {
                clients.Add((contestant, Start("node", "tests/RawMqtt.Interop/peers/mqttjs-latency.mjs", address)));
                continue;
            }

            clients.Add((contestant, Start([], self, contestant, address)));
            foreach (string with in Texts(args, "--with"))
            {
                string[] parts = with.Split('=', 2)[1].Split(',');
                if (contestant != "MQTTnet") clients.Add(($"{contestant}, {with.Split('=')[0]}", Start(parts[1..], parts[0], contestant, address)));
            }
        }

        clients.Add((Floor, Start([], self, Floor, address)));
        var report = new LatencyReport(DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Cpu(), Environment.ProcessorCount,
            RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, Commit(), string.Join(' ', args), []);
        for (int round = -1; round < rounds; round++) // the first compiles
        {
            foreach ((string name, Process process) in clients)
            {
                process.StandardInput.WriteLine(messages);
                LatencyFigures figures = JsonSerializer.Deserialize<LatencyFigures>(process.StandardOutput.ReadLine()!)!;
                if (round >= 0) report.Rounds.Add(figures with { Contestant = name });
            }
        }

        foreach ((string _, Process process) in clients)
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }

        if (Text(args, "--json") is { } file) File.WriteAllText(file, JsonSerializer.Serialize(report, Indented) + "\n");
        PrintTable(report);
    }

    public static void PrintTable(LatencyReport report)
    {
        Console.WriteLine($"\n{report.Date}, {report.Cores} x {report.Cpu}, {report.Kernel}, {report.Runtime}, commit {report.Commit[..8]}: "
            + $"`{report.CommandLine}`\n");
        Console.WriteLine("| client | p50 us | of the floor | p99 us | of the floor | max us | CPU us a message | bytes a message | lost |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        LatencyFigures[] floor = [.. report.Rounds.Where(turn => turn.Contestant == Floor)];
        foreach (IGrouping<string, LatencyFigures> row in report.Rounds.GroupBy(turn => turn.Contestant))
        {
            LatencyFigures[] turns = [.. row];
            Console.WriteLine($"| {row.Key} | {Spread(turns.Select(turn => turn.P50), "0.0")} | {Spread(turns.Zip(floor, (a, b) => a.P50 / b.P50), "0.00")} | "
                + $"{Spread(turns.Select(turn => turn.P99), "0")} | {Spread(turns.Zip(floor, (a, b) => a.P99 / b.P99), "0.00")} | "
                + $"{Spread(turns.Select(turn => turn.Max), "0")} | {Spread(turns.Select(turn => turn.CpuMicroseconds), "0")} | "
                + $"{Spread(turns.Select(turn => turn.Bytes).OfType<double>(), "0")} | {turns.Sum(turn => turn.Lost)} |");
        }
    }

    /// <summary>The median, and the middle half in brackets.</summary>
    private static string Spread(IEnumerable<double> values, string format)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return "not counted";
        string At(int quarter) => sorted[(sorted.Length - 1) * quarter / 4].ToString(format, CultureInfo.InvariantCulture);
        return $"{At(2)} ({At(1)} to {At(3)})";
    }

    private static Process Start(string[] environment, string program, string contestant, string address) =>
        Start("env", [.. environment, "dotnet", program, "latency-client", contestant, address]);

    private static Process Start(string program, params string[] arguments) => Process.Start(
        new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

    private static string Cpu() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "";

    private static string Commit()
    {
        using Process git = Process.Start(new ProcessStartInfo("git", "rev-parse HEAD") { RedirectStandardOutput = true })!;
        return git.StandardOutput.ReadToEnd().Trim();
    }

    private static string? Text(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and int at ? args[at + 1] : null;

    private static IEnumerable<string> Texts(string[] args, string name) =>
        args.Index().Where(argument => argument.Item == name).Select(argument => args[argument.Index + 1]);

    private static int Number(string[] args, string name, int usual) => Text(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
