// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net.Sockets;

namespace RawMqtt.Serving;

/// <summary>Knows the maximum number of file handles of this process, on systems that tell it.</summary>
/// <remarks>The runtime needs handles for its own work, and may end the process when it gets none: connections must leave some.</remarks>
internal static class HandleLimit
{
    private const int Reserve = 64;

    private static readonly long last = Read() - Reserve;

    /// <summary>Returns whether an accepted socket uses one of the last handles: the system always assigns the lowest free number.</summary>
    public static bool IsReached(Socket accepted) => accepted.Handle >= last;

    /// <summary>Returns the connections that one address may have: <paramref name="limit"/>, but if that is the default, no more than half of the
    /// handles.</summary>
    public static int ShareOf(int limit) => ShareOf(limit, last);

    /// <summary>See <see cref="ShareOf(int)"/>, for a process with so many handles for connections.</summary>
    public static int ShareOf(int limit, long handles) =>
        limit == MqttBrokerLimits.DefaultConnectionsPerAddress ? (int)Math.Clamp(handles / 2, 1, limit) : limit;

    private static long Read()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            string[] columns = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            return columns.Length > 3 && long.TryParse(columns[3], CultureInfo.InvariantCulture, out long soft) ? soft : long.MaxValue;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue; // not a Linux
        }
    }
}
