// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>One row of the table.</summary>
internal sealed record LoadResult(string Contestant, string What, double MessagesPerSecond, long Lost, long OutOfOrder,
    double CpuSecondsPerMillion, double BytesPerMessage)
{
    public static string Header =>
        "| load | contestant | msg/s | lost | out of order | CPU s/M | B/msg |\n|---|---|---|---|---|---|---|";

    public bool IsBetterThan(LoadResult other) => MessagesPerSecond > other.MessagesPerSecond;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {What} | {Contestant} | {MessagesPerSecond:N0} | {Lost} | {OutOfOrder} | {CpuSecondsPerMillion:0.00} | "
        + $"{BytesPerMessage:0.0} |");

    public string ToJson() => string.Create(CultureInfo.InvariantCulture,
        $$"""{"load":"{{What}}","contestant":"{{Contestant}}","messagesPerSecond":{{MessagesPerSecond:0}},"lost":{{Lost}},"outOfOrder":{{OutOfOrder}}"""
        + $$""","cpuSecondsPerMillion":{{CpuSecondsPerMillion:0.000}},"bytesPerMessage":{{BytesPerMessage:0.0}}}""");
}

/// <summary>Measures this process: time, CPU (user and system) and bytes allocated.</summary>
internal readonly struct LoadWatch
{
    private readonly long started;
    private readonly TimeSpan cpu;
    private readonly long allocated;

    private LoadWatch(long started, TimeSpan cpu, long allocated) => (this.started, this.cpu, this.allocated) = (started, cpu, allocated);

    public static LoadWatch Start()
    {
        GC.Collect();
        return new LoadWatch(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
    }

    public LoadResult Stop(string contestant, string what, int sent, int received, long outOfOrder)
    {
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double cpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        double bytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new LoadResult(contestant, what, sent / seconds, sent - received, outOfOrder, cpuSeconds / sent * 1_000_000, bytes / sent);
    }
}
