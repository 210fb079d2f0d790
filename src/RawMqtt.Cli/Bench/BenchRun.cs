// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Threading.Channels;

namespace RawMqtt.Cli.Bench;

/// <summary>Leads the processes of a run: starts them together, adds up what they report, and stops them.</summary>
/// <param name="plan">The load.</param>
/// <param name="links">The processes.</param>
/// <param name="tell">Gets a line about the state of the run when it changes, at most about once a second.</param>
internal sealed class BenchRun(BenchPlan plan, IReadOnlyList<WorkerLink> links, Action<string> tell)
{
    /// <summary>How long a delivery may take after the last message has left.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>If nothing arrives for this long, nothing more is expected.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan LeadTime = TimeSpan.FromMilliseconds(50);

    private readonly BenchSample[] latest = [.. links.Select(_ => new BenchSample())];
    private readonly OwnLoad[] ownAtStart = new OwnLoad[links.Count];
    private readonly Dictionary<int, BenchSecond> seconds = [];
    private readonly Latencies latency = new();
    private readonly Latencies lateness = new();
    private readonly Latencies connects = new();
    private readonly DateTimeOffset started = DateTimeOffset.UtcNow;
    private double sendSeconds;
    private double receiveSeconds;
    private long published;
    private long lastArrival;

    private BenchCounts Counts => latest.Aggregate(new BenchCounts(), (sum, sample) => sum + sample.Counts);

    /// <summary>Runs until the load has ended, or until cancelled; a cancelled run reports what it has.</summary>
    /// <exception cref="WorkerFailedException">A process failed.</exception>
    /// <exception cref="MqttException">A connection failed.</exception>
    public async Task<BenchReport> RunAsync(string address, CancellationToken cancellationToken)
    {
        var merged = Channel.CreateUnbounded<(int Link, BenchSample Sample)>();
        Task reading = Task.WhenAll(links.Select((link, i) => ForwardAsync(i, link.Samples, merged.Writer)))
            .ContinueWith(ended => merged.Writer.TryComplete(ended.Exception?.InnerException), TaskScheduler.Default);
        using CancellationTokenRegistration registration = cancellationToken.Register(StopAll);
        bool isStarted = false;
        bool isStopped = false;
        await foreach ((int link, BenchSample sample) in merged.Reader.ReadAllAsync(CancellationToken.None))
        {
            Take(link, sample);
            if (!isStarted && latest.All(one => one.Phase >= BenchPhase.Ready))
            {
                isStarted = true;
                StartAll();
            }

            if (isStarted && !isStopped && IsComplete())
            {
                isStopped = true;
                StopAll();
            }
        }

        await reading;
        return Report(address);
    }

    private static async Task ForwardAsync(int link, ChannelReader<BenchSample> samples, ChannelWriter<(int Link, BenchSample Sample)> merged)
    {
        try
        {
            await foreach (BenchSample sample in samples.ReadAllAsync()) merged.TryWrite((link, sample));
        }
        catch (Exception failure)
        {
            merged.TryComplete(failure); // the others end when their commands do
            throw;
        }
    }

    private void StartAll()
    {
        long start = Stopwatch.GetTimestamp() + (long)(LeadTime.TotalSeconds * Stopwatch.Frequency);
        if (plan.Mode != BenchMode.Conn) foreach ((int i, BenchSample sample) in latest.Index()) ownAtStart[i] = sample.Own;
        foreach (WorkerLink link in links) link.Start(start, start + (long)(plan.Warmup.TotalSeconds * Stopwatch.Frequency));
        lastArrival = start;
    }

    private void StopAll()
    {
        foreach (WorkerLink link in links) link.Stop();
    }

    private void Take(int link, BenchSample sample)
    {
        BenchSample before = latest[link];
        latest[link] = sample;
        if (ownAtStart[link] == default) ownAtStart[link] = sample.Own; // of a load of connections, opening them counts
        latency.Add(sample.Latency);
        lateness.Add(sample.Lateness);
        connects.Add(sample.Connects);
        if (sample.At > 0) TakeSecond(before, sample);
        if (sample.Phase >= BenchPhase.Published && before.Phase < BenchPhase.Published) sendSeconds = Math.Max(sendSeconds, sample.At);
        receiveSeconds = Math.Max(receiveSeconds, sample.LastArrival);
        if (sample.Counts.Received > before.Counts.Received) lastArrival = Stopwatch.GetTimestamp();
        if (link == 0) tell(StateText());
    }

    private void TakeSecond(BenchSample before, BenchSample sample)
    {
        int number = Math.Max(1, (int)Math.Ceiling(sample.At - 0.1));
        if (!seconds.TryGetValue(number, out BenchSecond? second)) seconds.Add(number, second = new BenchSecond(number));
        second.Sent += sample.Counts.Sent - before.Counts.Sent;
        second.Received += sample.Counts.Received - before.Counts.Received;
        second.CpuSeconds += sample.Own.CpuSeconds - before.Own.CpuSeconds;
        second.Seconds = Math.Clamp(sample.At - (number - 1), 0.001, 1);
        second.Latency.Add(sample.Latency);
    }

    /// <summary>True if all messages have left and their deliveries arrived, or no more come.</summary>
    private bool IsComplete()
    {
        BenchCounts counts = Counts;
        if (plan.Mode == BenchMode.Sub && plan.Count is { } wanted && counts.Received >= wanted) return true;
        if (latest.Any(sample => sample.Phase < BenchPhase.Published)) return false;
        if (published == 0) published = Stopwatch.GetTimestamp();
        return counts.Received >= counts.Expected
            || Stopwatch.GetElapsedTime(Math.Max(published, lastArrival)) > Silence
            || Stopwatch.GetElapsedTime(published) > Patience;
    }

    private string StateText()
    {
        BenchCounts counts = Counts;
        if (seconds.Count == 0) return $"{Durations.Count(counts.Connected)} of {Durations.Count(plan.Connections)} connections";
        BenchSecond last = seconds[seconds.Keys.Max()];
        Latencies times = last.Latency;
        string rates = plan.Mode == BenchMode.Conn ? $"{Durations.Count(counts.Connected, "connection")}"
            : $"{Durations.Count(last.Sent / last.Seconds)}/s out  {Durations.Count(last.Received / last.Seconds)}/s in";
        string latencies = times.Count == 0 ? ""
            : $"  p50 {Durations.Text(times.Percentile(50))}  p99 {Durations.Text(times.Percentile(99))}  max {Durations.Text(times.Max)}";
        return $"{HowFar(last.Number, counts)}  {rates}{latencies}  CPU {last.CpuSeconds / last.Seconds / Environment.ProcessorCount:P0}";
    }

    /// <summary>Returns the seconds of the run, or the messages where their number ends it; and the time that is left.</summary>
    private string HowFar(int second, BenchCounts counts)
    {
        if (plan.Count is not { } count) return $"{second} of {plan.Duration.TotalSeconds:0.#} s";
        long done = plan.Mode == BenchMode.Sub ? counts.Received : counts.Sent;
        string left = done == 0 ? "" : $", {Progress.TimeText(TimeSpan.FromSeconds(second * (double)(count - Math.Min(done, count)) / done))} left";
        return $"{Durations.Count(done)} of {Durations.Count(count)}{left}";
    }

    private BenchReport Report(string address)
    {
        double end = Math.Max(sendSeconds, latest.Max(sample => sample.At));
        return new BenchReport
        {
            Plan = plan,
            Address = address,
            Started = started,
            Counts = Counts,
            Own = latest.Select((sample, i) => sample.Own - ownAtStart[i]).Aggregate((sum, own) => sum + own),
            Latency = latency,
            Lateness = lateness,
            Connects = connects,
            ConnectSeconds = latest.Max(sample => sample.ConnectSeconds),
            SendSeconds = sendSeconds > 0 ? sendSeconds : end,
            ReceiveSeconds = receiveSeconds,
            Elapsed = plan.Mode == BenchMode.Conn ? end + latest.Max(sample => sample.ConnectSeconds) : end,
            Seconds = [.. seconds.Values.OrderBy(second => second.Number)],
            Faults = latest.SelectMany(sample => sample.Faults).GroupBy(fault => fault.Key).ToDictionary(same => same.Key, same => same.Sum(one => one.Value)),
        };
    }
}
