// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Cli;

/// <summary>What the status line says of a connection.</summary>
internal static class ConnectionStatus
{
    /// <summary>Says that the command connects, and for how long it has tried.</summary>
    public static void Connecting(MqttClientOptions options)
    {
        string address = AddressOf(options);
        StatusLine.Show(Timed($"connecting to {address}", options.ConnectTimeout));
    }

    /// <summary>Returns a line with the time since now, and the time at which the waiting ends.</summary>
    public static Func<string> Timed(string what, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        return () => $"{what}: {Stopwatch.GetElapsedTime(start).TotalSeconds:0} of {limit.TotalSeconds:0.#} s";
    }

    /// <summary>Returns the address without user name and password.</summary>
    public static string AddressOf(MqttClientOptions options) =>
        Uri.TryCreate(options.Address, UriKind.Absolute, out Uri? address)
            ? new UriBuilder(address) { UserName = "", Password = "" }.Uri.ToString().TrimEnd('/')
            : "";
}
