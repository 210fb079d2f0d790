// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Cli.Bench;

/// <summary>A report for people, on a terminal.</summary>
internal static class BenchText
{
    public static string Render(BenchReport report)
    {
        var text = new StringBuilder();
        void Row(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"{name,-12}{value}\n");

        text.Append(CultureInfo.InvariantCulture, $"{Title(report)}\n\n");
        BenchCounts counts = report.Counts;
        Row("connections", $"{Durations.Count(counts.Connected)} in {report.ConnectSeconds:0.00} s, {Durations.Count(report.ConnectRate)}/s; "
            + $"{counts.ConnectsFailed} failed, {counts.ConnectionsLost} lost");
        if (report.Connects.Count > 0) Row("", Percentiles(report.Connects));
        if (report.Plan.Publishers > 0)
        {
            Row("sent", $"{Durations.Count(counts.Sent)} in {report.SendSeconds:0.00} s, {Durations.Count(report.SendRate)}/s"
                + (report.Plan.Qos > 0 ? $"; {Durations.Count(counts.Acknowledged)} acknowledged" : "")
                + (counts.PublishesFailed + counts.NotSent > 0 ? $"; {counts.PublishesFailed} failed, {counts.NotSent} not sent" : ""));
        }

        if (report.Plan.Subscribers > 0)
        {
            Row("received", $"{Durations.Count(counts.Received)} in {report.ReceiveSeconds:0.00} s, {Durations.Count(report.ReceiveRate)}/s");
            string foreign = counts.Foreign > 0 ? $", {Durations.Count(counts.Foreign)} of others" : "";
            Row("", $"{Durations.Count(counts.Lost)} lost, {counts.Duplicates} duplicates, {counts.OutOfOrder} out of order{foreign}");
        }

        if (report.Latency.Count > 0)
        {
            Row("latency", LatencyOf(report.Plan));
            Row("", Percentiles(report.Latency));
        }

        OwnLoad own = report.Own;
        Row("this tool", $"{report.CpuShare:P0} of {report.Cores} cores, {own.Memory >> 20} MB, "
            + $"{own.Collections} collections that paused {own.PauseSeconds * 1000:0.0} ms");
        if (report.Lateness.Count > 0) Row("", $"messages left late by {Percentiles(report.Lateness)}");
        foreach (string warning in report.Warnings) Row("note", warning);
        foreach ((string fault, long count) in report.Faults) Row("fault", TerminalText.Escape($"{count} x {fault}"));
        return text.ToString();
    }

    public static string Title(BenchReport report)
    {
        BenchPlan plan = report.Plan;
        string load = plan.Mode switch
        {
            BenchMode.Conn => Durations.Count(plan.Idle, "connection"),
            BenchMode.Pub => Durations.Count(plan.Publishers, "publisher"),
            BenchMode.Sub => Durations.Count(plan.Subscribers, "subscriber"),
            _ => $"{Durations.Count(plan.Publishers, "publisher")}, {Durations.Count(plan.Subscribers, "subscriber")}",
        };
        string rate = plan.IsOpenLoop ? $"{Durations.Count(plan.Rate)} messages/s" : "as fast as the broker takes them";
        string messages = plan.Publishers > 0 ? $", {plan.Size} bytes at QoS {(int)plan.Qos}, {rate}" : "";
        string processes = plan.Processes > 1 ? $", {plan.Processes} processes" : "";
        return $"bench {plan.Mode.ToString().ToLowerInvariant()} {report.Address}: {load}{messages}{processes}";
    }

    /// <summary>Says what the times of a load are.</summary>
    public static string LatencyOf(BenchPlan plan)
    {
        string from = plan.Mode == BenchMode.Sub || plan.IsOpenLoop ? "from the time at which each message was due" : "from the sending of each message";
        return $"{from} to its {(plan.Subscribers > 0 ? "arrival" : "acknowledgement")}";
    }

    public static string Percentiles(Latencies times) =>
        $"p50 {Durations.Text(times.Percentile(50))}, p90 {Durations.Text(times.Percentile(90))}, p99 {Durations.Text(times.Percentile(99))}, "
        + $"p99.9 {Durations.Text(times.Percentile(99.9))}, max {Durations.Text(times.Max)}";
}
