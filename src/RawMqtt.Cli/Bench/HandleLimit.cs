// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;

namespace RawMqtt.Cli.Bench;

/// <summary>How many handles (files and sockets) the system allows this process, and whether a load needs more.</summary>
internal static partial class HandleLimit
{
    /// <summary>Handles of the runtime, and of connections that end while others begin.</summary>
    private const int Others = 200;

    private static int Resource => OperatingSystem.IsMacOS() ? 8 : 7; // RLIMIT_NOFILE

    /// <summary>Takes what the system allows at most, and returns it; no limit where it is not known.</summary>
    public static long Raise()
    {
        if (OperatingSystem.IsWindows()) return long.MaxValue;
        ulong[] limits = new ulong[2]; // struct rlimit: in force, and the most to ask for
        if (GetLimit(Resource, limits) != 0) return long.MaxValue;
        ulong before = limits[0];
        limits[0] = limits[1];
        return (long)Math.Min(long.MaxValue, before < limits[1] && SetLimit(Resource, limits) != 0 ? before : limits[1]);
    }

    /// <summary>Says which load needs more handles than a process may have, and what to type; null if none does.</summary>
    public static string? FaultIn(BenchPlan plan, long allowed)
    {
        int share = (plan.Connections + plan.Processes - 1) / plan.Processes;
        if (share + Others <= allowed) return null;
        long room = Math.Max(1, allowed - Others);
        long processes = (plan.Connections + room - 1) / room;
        string several = processes <= BenchArguments.MostProcesses ? $"add --processes {processes}, or " : "";
        return $"{Durations.Count(share, "connection")} need {share + Others} handles in a process, and the system allows it {allowed}: "
            + $"{several}type ulimit -n {share + Others} first, in a shell of root; in a unit of systemd, set LimitNOFILE={share + Others}.";
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, [In, Out] ulong[] limits);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ulong[] limits);
}
