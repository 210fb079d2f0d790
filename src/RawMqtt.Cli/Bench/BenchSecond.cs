// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>What one second of a run brought.</summary>
/// <param name="Number">1 for the first second after the start.</param>
internal sealed record BenchSecond(int Number)
{
    public long Sent { get; set; }

    public long Received { get; set; }

    public double CpuSeconds { get; set; }

    /// <summary>Gets or sets the time that this row covers: 1 second, or less at the end.</summary>
    public double Seconds { get; set; }

    public Latencies Latency { get; } = new();
}
