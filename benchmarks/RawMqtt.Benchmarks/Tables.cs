// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Benchmarks.EndToEnd;
using RawMqtt.Benchmarks.Fleets;

namespace RawMqtt.Benchmarks;

/// <summary>Prints the tables of runs that were written as JSON.</summary>
internal static class Tables
{
    public static void Print(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            string json = File.ReadAllText(file);
            bool isLatency = JsonDocument.Parse(json).RootElement.GetProperty("CommandLine").GetString()!.StartsWith("latency", StringComparison.Ordinal);
            if (isLatency) LatencyRun.PrintTable(JsonSerializer.Deserialize<LatencyReport>(json)!);
            else FleetRun.PrintTable(JsonSerializer.Deserialize<FleetReport>(json)!);
        }
    }
}
