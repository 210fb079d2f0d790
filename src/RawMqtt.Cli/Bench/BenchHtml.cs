// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net;
using System.Text;

namespace RawMqtt.Cli.Bench;

/// <summary>A report as one HTML page with plots. It holds no script, and loads nothing.</summary>
internal static class BenchHtml
{
    private const string Head = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>rawmqtt bench</title><style>
        :root { color-scheme: light dark; --a: #1668c7; --b: #c2410c; --c: #15803d; --d: #7e22ce; --grid: #8884; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2em auto; padding: 0 1em; }
        h1 { font-size: 1.2em; overflow-wrap: anywhere; }
        table { border-collapse: collapse; width: 100%; margin: 1em 0; }
        td, th { padding: .25em .6em; border-bottom: 1px solid var(--grid); text-align: left; vertical-align: top; }
        td + td { text-align: right; font-variant-numeric: tabular-nums; }
        figure { margin: 2em 0; } figcaption { font-weight: 600; }
        svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: currentColor; }
        .left { text-anchor: end; } .below { text-anchor: middle; } .grid { stroke: var(--grid); }
        polyline { fill: none; stroke-width: 1.8; stroke: var(--a); }
        polyline.line0 { stroke-width: 3; opacity: .8; } polyline.line1 { stroke: var(--b); }
        polyline.line2 { stroke: var(--c); } polyline.line3 { stroke: var(--d); }
        .legend span { margin-right: 1.5em; color: var(--a); } .legend span.line1 { color: var(--b); }
        .legend span.line2 { color: var(--c); } .legend span.line3 { color: var(--d); }
        .note { border-left: 4px solid var(--b); padding-left: .8em; }
        </style></head><body>

        """;

    private static readonly (double Percent, string Name)[] percentMarks =
        [(0, "0"), (90, "90"), (99, "99"), (99.9, "99.9"), (99.99, "99.99"), (99.999, "99.999")];

    public static string Render(BenchReport report)
    {
        var page = new StringBuilder(Head);
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Text(BenchText.Title(report))}</h1>\n<p>{report.Started:yyyy-MM-dd HH:mm:ss} UTC</p>\n");
        foreach (string warning in report.Warnings) page.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Text(warning)}</p>\n");
        AppendTable(page, Rows(report));
        if (report.Latency.Count > 0)
        {
            AppendTable(page, LatencyJson.Percents.Select(percent =>
                ($"{LatencyJson.NameOf(percent)} {BenchText.LatencyOf(report.Plan)}", Durations.Text(report.Latency.Percentile(percent)))));
        }

        page.Append(RatesOf(report).Render());
        if (report.Latency.Count > 0) page.Append(TimesOf(report).Render()).Append(PercentilesOf(report, "Latency by percentile", report.Latency).Render());
        if (report.Connects.Count > 1) page.Append(PercentilesOf(report, "Time to connect by percentile", report.Connects).Render());
        AppendTable(page, report.Faults.Select(fault => (TerminalText.Escape(fault.Key), Durations.Count(fault.Value))));
        return page.Append("</body></html>\n").ToString();
    }

    private static IEnumerable<(string Name, string Value)> Rows(BenchReport report)
    {
        BenchCounts counts = report.Counts;
        yield return ("connections", $"{Durations.Count(counts.Connected)} in {report.ConnectSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s");
        yield return ("connects failed, connections lost", $"{counts.ConnectsFailed}, {counts.ConnectionsLost}");
        if (report.Plan.Publishers > 0)
        {
            yield return ("sent", $"{Durations.Count(counts.Sent)}, {Durations.Count(report.SendRate)}/s");
            yield return ("failed, not sent", $"{counts.PublishesFailed}, {counts.NotSent}");
        }

        if (report.Plan.Subscribers > 0)
        {
            yield return ("received", $"{Durations.Count(counts.Received)}, {Durations.Count(report.ReceiveRate)}/s");
            yield return ("lost, duplicates, out of order", $"{counts.Lost}, {counts.Duplicates}, {counts.OutOfOrder}");
        }

        yield return ("this tool's share of the machine", report.CpuShare.ToString("P0", CultureInfo.InvariantCulture));
        if (report.Lateness.Count > 0) yield return ("this tool sent late by, p99", Durations.Text(report.Lateness.Percentile(99)));
    }

    private static Plot RatesOf(BenchReport report)
    {
        BenchSecond[] seconds = [.. report.Seconds.Where(second => second.Seconds > 0.2)];
        var lines = new List<(string, IReadOnlyList<(double, double)>)>();
        if (report.Plan.Publishers > 0) lines.Add(("sent", [.. seconds.Select(second => ((double)second.Number, second.Sent / second.Seconds))]));
        if (report.Plan.Subscribers > 0) lines.Add(("received", [.. seconds.Select(second => ((double)second.Number, second.Received / second.Seconds))]));
        return new Plot("Messages a second", lines) { Below = "seconds", Marks = SecondMarks(seconds) };
    }

    private static Plot TimesOf(BenchReport report)
    {
        BenchSecond[] seconds = [.. report.Seconds.Where(second => second.Latency.Count > 0)];
        IReadOnlyList<(double, double)> Line(double percent) =>
            [.. seconds.Select(second => ((double)second.Number, (double)second.Latency.Percentile(percent)))];
        return new Plot("Latency in each second", [("p50", Line(50)), ("p99", Line(99)), ("p99.9", Line(99.9)), ("max", Line(100))])
        {
            Below = "seconds",
            Marks = SecondMarks(seconds),
            Value = Durations.Text,
            IsLogarithmic = true,
        };
    }

    private static (double X, string Name)[] SecondMarks(BenchSecond[] seconds)
    {
        int step = Math.Max(1, (seconds.Length + 9) / 10);
        return [.. seconds.Where((_, i) => i % step == 0).Select(second => ((double)second.Number, second.Number.ToString(CultureInfo.InvariantCulture)))];
    }

    /// <summary>The horizontal axis gives each nine of the percentile the same room.</summary>
    private static Plot PercentilesOf(BenchReport report, string title, Latencies times)
    {
        double most = Math.Log10(Math.Max(10, times.Count));
        IEnumerable<double> places = Enumerable.Range(0, 101).Select(i => most * i / 100);
        (double, double)[] points = [.. places.Select(nines => (nines, (double)times.Percentile(100 - 100 * Math.Pow(10, -nines))))];
        return new Plot(title, [(report.Address, points)])
        {
            Below = "percentile",
            Value = Durations.Text,
            IsLogarithmic = true,
            Marks = [.. percentMarks.Select(mark => (-Math.Log10(1 - mark.Percent / 100), mark.Name))],
        };
    }

    private static void AppendTable(StringBuilder page, IEnumerable<(string Name, string Value)> rows)
    {
        (string Name, string Value)[] all = [.. rows];
        if (all.Length == 0) return;
        page.Append("<table>\n");
        foreach ((string name, string value) in all) page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(name)}</td><td>{Text(value)}</td></tr>\n");
        page.Append("</table>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
