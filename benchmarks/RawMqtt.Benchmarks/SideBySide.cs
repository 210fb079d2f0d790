// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;

namespace RawMqtt.Benchmarks;

/// <summary>Contestants measured in turns, round after round, so that what else the machine does hits all of them alike: only ratios of one run
/// count.</summary>
internal static class SideBySide
{
    private const int Rounds = 25;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(2);

    /// <summary>Prints, as a table, the best and the median time of one operation and the bytes that it allocates.</summary>
    public static void Run(string title, IReadOnlyList<Contestant> contestants)
    {
        int[] repeats = contestants.Select(WarmUp).ToArray();
        List<double>[] times = contestants.Select(_ => new List<double>()).ToArray();
        double[] allocated = new double[contestants.Count];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < contestants.Count; i++)
            {
                long operations = (long)repeats[i] * contestants[i].Operations;
                long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                for (int n = 0; n < repeats[i]; n++) contestants[i].Work();
                times[i].Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations);
                allocated[i] = (double)(GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / operations;
            }
        }

        Console.WriteLine($"\n| {title} | best, ns | median, ns | allocated, B |\n|---|---|---|---|");
        for (int i = 0; i < contestants.Count; i++)
        {
            times[i].Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {contestants[i].Name} | {times[i][0]:0.0} | {times[i][Rounds / 2]:0.0} | {allocated[i]:0} |"));
        }
    }

    /// <summary>Runs until the code is compiled for good, and says how many repeats make a turn.</summary>
    private static int WarmUp(Contestant contestant)
    {
        long start = Stopwatch.GetTimestamp();
        int repeats = 0;
        while (Stopwatch.GetElapsedTime(start) < 200 * Turn)
        {
            contestant.Work();
            if (++repeats % 50 == 0) Thread.Sleep(1); // lets the compiler's thread in
        }

        start = Stopwatch.GetTimestamp();
        for (repeats = 0; repeats == 0 || Stopwatch.GetElapsedTime(start) < Turn; repeats++) contestant.Work();
        return repeats;
    }
}

/// <summary>One way to do the work; one call of <paramref name="Work"/> does it <paramref name="Operations"/> times.</summary>
internal sealed record Contestant(string Name, Func<int> Work, int Operations);
