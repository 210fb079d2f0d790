// SPDX-License-Identifier: MIT

using System.Numerics;

namespace RawMqtt.Benchmarks.Fleets;

/// <summary>Counts latencies in microseconds as HDR histograms do: each power of two has 64 parts, so that a value is exact to 1.6 %.</summary>
internal sealed class LatencyHistogram
{
    private const int Parts = 64;

    private readonly long[] counts = new long[40 * Parts];

    public long Count { get; private set; }

    public long Max { get; private set; }

    public void Add(long microseconds)
    {
        long value = Math.Max(0, microseconds);
        counts[IndexOf(value)]++;
        Count++;
        Max = Math.Max(Max, value);
    }

    /// <summary>The value that this part of all values does not exceed; 0.5 for the median.</summary>
    public long At(double part)
    {
        long left = (long)Math.Ceiling(part * Count);
        for (int i = 0; i < counts.Length; i++)
        {
            left -= counts[i];
            if (left <= 0 && Count > 0) return Math.Min(ValueOf(i), Max);
        }

        return Max;
    }

    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - 6);
        return (shift * Parts) + (int)(value >> shift);
    }

    private static long ValueOf(int index)
    {
        if (index < 2 * Parts) return index;
        int shift = (index / Parts) - 1;
        return (((long)index - (shift * Parts) + 1) << shift) - 1;
    }
}
