// SPDX-License-Identifier: MIT

using HdrHistogram;

namespace RawMqtt.Cli.Bench;

/// <summary>A distribution of times in nanoseconds, with three significant digits from 1 ns to 10 minutes. Not safe for several threads.</summary>
internal sealed class Latencies
{
    private const long Most = 600_000_000_000;
    private const int Digits = 3;

    private readonly LongHistogram histogram = new(Most, Digits);
    private double sum;

    public long Count => histogram.TotalCount;

    public long Min { get; private set; } = long.MaxValue;

    public long Max { get; private set; }

    public double Mean => Count == 0 ? 0 : sum / Count;

    public void Record(long nanoseconds, long count = 1)
    {
        long value = Math.Clamp(nanoseconds, 0, Most);
        histogram.RecordValueWithCount(value, count);
        sum += (double)value * count;
        if (value < Min) Min = value;
        if (value > Max) Max = value;
    }

    /// <summary>Returns the time that this share of the values does not exceed; 0 without values.</summary>
    public long Percentile(double percent) => Count == 0 ? 0 : Math.Min(Max, histogram.GetValueAtPercentile(percent));

    public void Add(Latencies other)
    {
        foreach ((long value, long count) in other.Values()) histogram.RecordValueWithCount(value, count);
        sum += other.sum;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>Returns each recorded value, rounded as it is stored, with its count, in rising order.</summary>
    public IEnumerable<(long Value, long Count)> Values() => histogram.RecordedValues().Select(one => (one.ValueIteratedTo, one.CountAddedInThisIterationStep));

    public void Reset()
    {
        if (Count > 0) histogram.Reset();
        sum = 0;
        Min = long.MaxValue;
        Max = 0;
    }
}
