// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RawMqtt.Cli.Bench;

/// <summary>Lets a thread sleep until a time of the monotonic clock, to some microseconds where the system can.</summary>
internal static partial class PreciseWait
{
    private const int ClockMonotonic = 1;
    private const int AbsoluteTime = 1; // TIMER_ABSTIME
    private const int SetTimerSlack = 29; // PR_SET_TIMERSLACK

    private static readonly bool IsExact = OperatingSystem.IsLinux() && Stopwatch.Frequency == 1_000_000_000;

    /// <summary>Asks the system to wake the calling thread without the 50 microseconds of slack that threads have by default.</summary>
    public static void SharpenThread()
    {
        if (IsExact) _ = PrCtl(SetTimerSlack, 1, 0, 0, 0);
    }

    /// <summary>Returns at or shortly after the time; at once if it has passed.</summary>
    public static void Until(long timestamp)
    {
        if (IsExact)
        {
            var time = new Time { Seconds = (nint)(timestamp / 1_000_000_000), Nanoseconds = (nint)(timestamp % 1_000_000_000) };
            _ = ClockSleep(ClockMonotonic, AbsoluteTime, time, 0);
            return;
        }

        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp) is { Ticks: > 0 } left)
        {
            if (left.TotalMilliseconds > 2) Thread.Sleep((int)left.TotalMilliseconds - 1);
            else Thread.SpinWait(50);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockSleep(int clock, int flags, in Time until, nint left);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int PrCtl(int option, nuint first, nuint second, nuint third, nuint fourth);

    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
