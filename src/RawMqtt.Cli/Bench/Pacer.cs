// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Cli.Bench;

/// <summary>Offers each message to its publisher at the time when it is due, on a thread of its own.</summary>
internal static class Pacer
{
    /// <summary>After this long the thread looks whether it must end.</summary>
    private static readonly long LongestSleep = Stopwatch.Frequency / 10;

    public static Task RunAsync(BenchPlan plan, IReadOnlyList<LoadPublisher> publishers, long start, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            PreciseWait.SharpenThread();
            Offer(plan, publishers, start, cancellationToken);
            ended.SetResult();
        })
        {
            IsBackground = true,
            Name = "pacer",
        };
        thread.Start();
        return ended.Task;
    }

    private static void Offer(BenchPlan plan, IReadOnlyList<LoadPublisher> publishers, long start, CancellationToken cancellationToken)
    {
        if (publishers.Count == 0) return;
        DueTimes times = plan.DueTimes;
        long total = plan.Total;
        long now = Stopwatch.GetTimestamp();
        for (long round = 0; ; round++)
        {
            foreach (LoadPublisher publisher in publishers)
            {
                long number = round * plan.Publishers + publisher.Number;
                if (number >= total || cancellationToken.IsCancellationRequested) return;
                long due = start + (long)(times.SecondsOf(number) * Stopwatch.Frequency);
                while (due > now && due > (now = Stopwatch.GetTimestamp()))
                {
                    if (cancellationToken.IsCancellationRequested) return;
                    PreciseWait.Until(Math.Min(due, now + LongestSleep));
                    now = Stopwatch.GetTimestamp();
                }

                publisher.Offer();
            }
        }
    }
}
