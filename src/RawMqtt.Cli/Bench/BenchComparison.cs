// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Cli.Bench;

/// <summary>Two reports side by side, with ratios.</summary>
internal static class BenchComparison
{
    public static string Render(BenchReport first, BenchReport second)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"A  {BenchText.Title(first)}\nB  {BenchText.Title(second)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{"",-24}{"A",14}{"B",14}{"B / A",10}\n");
        foreach ((string name, double a, double b, Func<double, string> show) in Rows(first, second))
        {
            if (a == 0 && b == 0) continue;
            string ratio = a == 0 ? "" : (b / a).ToString(b / a >= 100 ? "0" : "0.00", CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{name,-24}{show(a),14}{show(b),14}{ratio,10}\n");
        }

        foreach (string difference in Differences(first.Plan, second.Plan)) text.Append(CultureInfo.InvariantCulture, $"note  {difference}\n");
        foreach (string warning in first.Warnings) text.Append(CultureInfo.InvariantCulture, $"A     {warning}\n");
        foreach (string warning in second.Warnings) text.Append(CultureInfo.InvariantCulture, $"B     {warning}\n");
        return text.ToString();
    }

    private static IEnumerable<(string Name, double A, double B, Func<double, string> Show)> Rows(BenchReport a, BenchReport b)
    {
        static string Count(double value) => Durations.Count(value);
        static string Time(double value) => Durations.Text(value);
        static string Share(double value) => value.ToString("P0", CultureInfo.InvariantCulture);
        yield return ("connections", a.Counts.Connected, b.Counts.Connected, Count);
        yield return ("connects a second", a.ConnectRate, b.ConnectRate, Count);
        yield return ("connect p50", a.Connects.Percentile(50), b.Connects.Percentile(50), Time);
        yield return ("connect p99", a.Connects.Percentile(99), b.Connects.Percentile(99), Time);
        yield return ("sent a second", a.SendRate, b.SendRate, Count);
        yield return ("received a second", a.ReceiveRate, b.ReceiveRate, Count);
        yield return ("lost", a.Counts.Lost, b.Counts.Lost, Count);
        yield return ("duplicates", a.Counts.Duplicates, b.Counts.Duplicates, Count);
        yield return ("out of order", a.Counts.OutOfOrder, b.Counts.OutOfOrder, Count);
        yield return ("not sent", a.Counts.NotSent, b.Counts.NotSent, Count);
        foreach (double percent in (double[])[50, 90, 99, 99.9])
        {
            yield return ($"latency {LatencyJson.NameOf(percent)}", a.Latency.Percentile(percent), b.Latency.Percentile(percent), Time);
        }

        yield return ("latency max", a.Latency.Max, b.Latency.Max, Time);
        yield return ("this tool's lateness p99", a.Lateness.Percentile(99), b.Lateness.Percentile(99), Time);
        yield return ("this tool's CPU share", a.CpuShare, b.CpuShare, Share);
    }

    private static IEnumerable<string> Differences(BenchPlan a, BenchPlan b)
    {
        if (a.Mode != b.Mode || a.Publishers != b.Publishers || a.Subscribers != b.Subscribers || a.Idle != b.Idle) yield return "The loads differ.";
        else if (!a.Rate.Equals(b.Rate)) yield return "The rates differ: compare times at one rate alone.";
        if (a.Size != b.Size || a.Qos != b.Qos) yield return "The messages differ in size or QoS.";
    }
}
