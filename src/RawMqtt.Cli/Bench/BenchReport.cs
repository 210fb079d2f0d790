// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>What a run found.</summary>
internal sealed record BenchReport
{
    public required BenchPlan Plan { get; init; }

    /// <summary>Gets the broker's address, without user name and password.</summary>
    public required string Address { get; init; }

    public required DateTimeOffset Started { get; init; }

    public BenchCounts Counts { get; init; }

    /// <summary>Gets the load generator's own load between the start and the end.</summary>
    public OwnLoad Own { get; init; }

    public int Cores { get; init; } = Environment.ProcessorCount;

    public Latencies Latency { get; init; } = new();

    public Latencies Lateness { get; init; } = new();

    public Latencies Connects { get; init; } = new();

    /// <summary>Gets how long it took to open all connections.</summary>
    public double ConnectSeconds { get; init; }

    /// <summary>Gets the time from the start until the last message had left and was acknowledged.</summary>
    public double SendSeconds { get; init; }

    /// <summary>Gets the time from the start until the last message arrived.</summary>
    public double ReceiveSeconds { get; init; }

    /// <summary>Gets the time from the start to the last report.</summary>
    public double Elapsed { get; init; }

    public IReadOnlyList<BenchSecond> Seconds { get; init; } = [];

    public IReadOnlyDictionary<string, long> Faults { get; init; } = new Dictionary<string, long>();

    public double SendRate => SendSeconds > 0 ? Counts.Sent / SendSeconds : 0;

    public double ReceiveRate => ReceiveSeconds > 0 ? Counts.Received / ReceiveSeconds : 0;

    public double ConnectRate => ConnectSeconds > 0 ? Counts.Connected / ConnectSeconds : 0;

    /// <summary>Gets the share of the machine's cores that the load generator took.</summary>
    public double CpuShare => Own.CpuSeconds / Math.Max(0.001, Elapsed) / Cores;

    private string BusyText => $"This tool took {CpuShare:P0} of the machine: the broker on it had less, and the figures are of both.";

    /// <summary>Gets what the reader must know before he believes the figures.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            if (CpuShare > 0.4 && Elapsed >= 1) yield return BusyText;
            if (Plan.IsOpenLoop && Lateness.Percentile(99) > 1_000_000 && Lateness.Percentile(99) > Latency.Percentile(99) / 4)
            {
                yield return $"1 % of the messages left {Durations.Text(Lateness.Percentile(99))} late or more: that is part of their time. "
                    + "Lower the rate, or use more processes or publishers.";
            }

            if (Counts.NotSent > 0) yield return $"{Counts.NotSent} messages were due and never left: the broker or this tool is slower than the rate.";
            if (!Plan.IsOpenLoop && Plan.Publishers > 0)
            {
                yield return "Without a rate, the load waits for the broker (closed loop): times count from the sending, and a stall shows in few of them.";
            }

            if (Latency.Count is > 0 and < 1000) yield return $"{Latency.Count} times are few: p99.9 and above say little.";
        }
    }
}
