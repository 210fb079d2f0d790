// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace RawMqtt.Cli.Bench;

/// <summary>One process's share of a load. It connects, waits for the start, publishes and measures, and reports each second.</summary>
internal sealed class BenchWorker(BenchPlan plan, MqttClientOptions options, int process, Action<BenchSample> report)
{
    /// <summary>How long messages that are due or in flight may take after the last one was due.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortInterval = TimeSpan.FromMilliseconds(50);

    private readonly FaultCounts faults = new();
    private readonly LatencyRecorder latency = new();
    private readonly LatencyRecorder lateness = new();
    private readonly LoadPublisher[] publishers = new LoadPublisher[plan.ShareOf(process, plan.Publishers).Count()];
    private readonly LoadSubscriber[] subscribers = new LoadSubscriber[plan.ShareOf(process, plan.Subscribers).Count()];
    private readonly Lock reporting = new();
    private readonly TaskCompletionSource published = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BenchPhase phase;
    private long start;
    private double connectSeconds;

    public async Task RunAsync(ChannelReader<string> commands, CancellationToken cancellationToken)
    {
        var connections = new LoadConnections(plan, options, process, faults);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var ended = new CancellationTokenSource();
        Task reports = ReportEachSecondAsync(connections, ended.Token);
        try
        {
            await connections.WarmUpAsync(stop.Token);
            Report(connections, BenchPhase.Connecting);
            await ConnectAsync(connections, stop.Token);
            Report(connections, BenchPhase.Ready);
            if (await ReadStartAsync(commands, stop.Token) is var (begin, measuredFrom))
            {
                _ = StopOnCommandAsync(commands, stop);
                await LoadAsync(begin, measuredFrom, stop.Token);
                Report(connections, BenchPhase.Published);
                published.SetResult();
                await UntilCancelledAsync(stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the report says how far it came
        }
        finally
        {
            await ended.CancelAsync();
            await reports;
            Report(connections, BenchPhase.Ended);
            await connections.CloseAsync();
        }
    }

    private static async Task<(long Start, long MeasuredFrom)?> ReadStartAsync(ChannelReader<string> commands, CancellationToken cancellationToken)
    {
        if (!await commands.WaitToReadAsync(cancellationToken) || !commands.TryRead(out string? command)) return null; // the other end has gone
        return command.Split(' ') is ["go", var start, var measuredFrom]
            ? (long.Parse(start, CultureInfo.InvariantCulture), long.Parse(measuredFrom, CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>Any further command, and the end of the commands, stops the load.</summary>
    private static async Task StopOnCommandAsync(ChannelReader<string> commands, CancellationTokenSource stop)
    {
        try
        {
            await commands.WaitToReadAsync(stop.Token);
            await stop.CancelAsync();
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            // it has ended
        }
    }

    private static Task UntilCancelledAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    private async Task ConnectAsync(LoadConnections connections, CancellationToken cancellationToken)
    {
        long begin = Stopwatch.GetTimestamp();
        var uses = new List<Func<MqttClient, Task>>();
        foreach (int _ in plan.ShareOf(process, plan.Idle)) uses.Add(static _ => Task.CompletedTask);
        foreach ((int place, int number) in plan.ShareOf(process, plan.Subscribers).Index())
        {
            LoadSubscriber subscriber = subscribers[place] = new LoadSubscriber(plan, number, latency);
            uses.Add(client => client.SubscribeAsync(subscriber.Filters, subscriber.Receive, cancellationToken));
        }

        LatencyRecorder? acknowledgements = plan.Subscribers == 0 && plan.Qos > QualityOfService.AtMostOnce ? latency : null;
        foreach ((int place, int number) in plan.ShareOf(process, plan.Publishers).Index())
        {
            uses.Add(client =>
            {
                publishers[place] = new LoadPublisher(plan, number, client, lateness, acknowledgements, faults);
                return Task.CompletedTask;
            });
        }

        await connections.OpenAsync(uses, cancellationToken);
        connectSeconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private async Task LoadAsync(long begin, long measuredFrom, CancellationToken cancellationToken)
    {
        Volatile.Write(ref start, begin);
        phase = BenchPhase.Running;
        foreach (LoadSubscriber subscriber in subscribers) subscriber.Begin(measuredFrom);
        foreach (LoadPublisher publisher in publishers) publisher.Begin(begin, measuredFrom);
        TimeSpan untilStart = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), begin);
        if (untilStart > TimeSpan.Zero) await Task.Delay(untilStart, cancellationToken);
        if (plan.Publishers == 0)
        {
            await Task.Delay(plan.Duration, cancellationToken);
            return;
        }

        if (plan.IsOpenLoop) await Pacer.RunAsync(plan, publishers, begin, cancellationToken);
        else await LoadFullyAsync(cancellationToken);
        await UntilDoneAsync(Patience, cancellationToken);
    }

    private async Task LoadFullyAsync(CancellationToken cancellationToken)
    {
        foreach (LoadPublisher publisher in publishers) publisher.OfferAll();
        await UntilDoneAsync(plan.Count is null ? plan.Duration : Timeout.InfiniteTimeSpan, cancellationToken);
        foreach (LoadPublisher publisher in publishers) publisher.Stop();
    }

    private async Task UntilDoneAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!publishers.All(publisher => publisher.IsDone))
        {
            if (patience != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(begin) > patience) return;
            await Task.Delay(5, cancellationToken);
        }
    }

    private async Task ReportEachSecondAsync(LoadConnections connections, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                if (phase == BenchPhase.Published) await Task.Delay(ShortInterval, ended);
                else await Task.WhenAny(published.Task, Task.Delay(UntilNextReport(), ended));
                ended.ThrowIfCancellationRequested();
                Report(connections, phase);
            }
        }
        catch (OperationCanceledException)
        {
            // the last report follows
        }
    }

    /// <summary>Reports fall on whole seconds after the start, so that those of all processes fit together.</summary>
    private TimeSpan UntilNextReport()
    {
        long begin = Volatile.Read(ref start);
        if (begin == 0) return Interval / 4;
        double elapsed = Math.Max(0, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        return TimeSpan.FromSeconds(Math.Floor(elapsed + 0.1) + 1 - elapsed);
    }

    private void Report(LoadConnections connections, BenchPhase reached)
    {
        lock (reporting)
        {
            phase = reached;
            var sample = new BenchSample
            {
                Phase = reached,
                At = start == 0 ? 0 : Math.Max(0, Stopwatch.GetElapsedTime(start).TotalSeconds),
                LastArrival = LastArrival(),
                ConnectSeconds = connectSeconds,
                Counts = Count(connections),
                Own = OwnLoad.OfThisProcess(),
                Faults = faults.Copy(),
            };
            latency.TakeInto(sample.Latency);
            lateness.TakeInto(sample.Lateness);
            connections.Times.TakeInto(sample.Connects);
            report(sample);
        }
    }

    private double LastArrival()
    {
        long latest = subscribers.Max(subscriber => subscriber?.LastArrival) ?? 0;
        return start == 0 || latest < start ? 0 : Stopwatch.GetElapsedTime(start, latest).TotalSeconds;
    }

    private BenchCounts Count(LoadConnections connections)
    {
        BenchCounts counts = connections.Counts;
        foreach (LoadSubscriber? subscriber in subscribers)
        {
            if (subscriber is not null) counts += subscriber.Count();
        }

        foreach (LoadPublisher? publisher in publishers)
        {
            if (publisher is null) continue;
            counts += new BenchCounts
            {
                Sent = publisher.Sent,
                Acknowledged = publisher.Acknowledged,
                PublishesFailed = publisher.Failed,
                NotSent = phase >= BenchPhase.Published ? publisher.Waiting : 0,
                Expected = publisher.Sent * plan.ReceiversOf(publisher.Number),
            };
        }

        return counts;
    }
}
