// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Cli;

/// <summary>How far a command is with a known number of bytes: the share, the rate since the beginning, and the time that is left at that rate.</summary>
internal sealed class Progress(string what, long total, Func<long> done, TimeProvider time)
{
    private const double Million = 1e6;

    private readonly long start = time.GetTimestamp();

    /// <summary>Returns the line for the terminal.</summary>
    public string Line()
    {
        long now = Math.Min(done(), total);
        double rate = now / Math.Max(0.001, time.GetElapsedTime(start).TotalSeconds);
        string left = now == 0 ? "" : $", {TimeText(TimeSpan.FromSeconds((total - now) / rate))} left";
        return string.Create(CultureInfo.InvariantCulture,
            $"{what}: {now / Million:0.0} of {total / Million:0.0} MB, {100.0 * now / Math.Max(1, total):0} %, {rate / Million:0.0} MB/s{left}");
    }

    /// <summary>Returns a time as in 5 s, 2:05 or 1:02:05.</summary>
    public static string TimeText(TimeSpan time)
    {
        long seconds = (long)Math.Ceiling(time.TotalSeconds);
        if (seconds < 60) return $"{seconds} s";
        return seconds < 3600 ? $"{seconds / 60}:{seconds % 60:00}" : $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}";
    }
}
