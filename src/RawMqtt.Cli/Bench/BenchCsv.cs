// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Cli.Bench;

/// <summary>The seconds of a run as comma-separated values, for spreadsheets. Times are microseconds.</summary>
internal static class BenchCsv
{
    public static string Render(BenchReport report)
    {
        var text = new StringBuilder("second,seconds,sent,received,p50_us,p90_us,p99_us,p99.9_us,max_us,cpu_seconds\n");
        foreach (BenchSecond second in report.Seconds)
        {
            string times = string.Join(',', ((double[])[50, 90, 99, 99.9]).Select(second.Latency.Percentile).Append(second.Latency.Max)
                .Select(time => (time / 1000.0).ToString("0.0", CultureInfo.InvariantCulture)));
            text.Append(CultureInfo.InvariantCulture, $"{second.Number},{second.Seconds:0.000},{second.Sent},{second.Received},");
            text.Append(CultureInfo.InvariantCulture, $"{times},{second.CpuSeconds:0.000}\n");
        }

        return text.ToString();
    }
}
