// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Observation;

/// <summary>A rate a minute as an exponentially weighted average over 1, 5 and 15 minutes, as mosquitto computes its load.</summary>
internal sealed class LoadAverage
{
    private static readonly (string Name, double Minutes)[] windows = [("1min", 1), ("5min", 5), ("15min", 15)];

    private readonly double[] averages = new double[windows.Length];
    private long last;

    /// <summary>Takes a counter's value, and returns the averages by the names of their windows.</summary>
    public IEnumerable<(string Window, double Average)> Update(long counter, TimeSpan sinceLast)
    {
        double rate = sinceLast > TimeSpan.Zero ? (counter - last) / sinceLast.TotalMinutes : 0;
        last = counter;
        for (int i = 0; i < windows.Length; i++) averages[i] = rate + (Math.Exp(-sinceLast.TotalMinutes / windows[i].Minutes) * (averages[i] - rate));
        return windows.Select((window, i) => (window.Name, averages[i]));
    }
}
