// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Diagnostics;

namespace RawMqtt.Cli.Bench;

/// <summary>The connections of one process of a load: opens them at a rate or so many at a time, and counts those that fail or are lost.</summary>
internal sealed class LoadConnections(BenchPlan plan, MqttClientOptions options, int process, FaultCounts faults)
{
    private const int DisconnectsAtOnce = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentBag<MqttClient> clients = [];
    private long connected;
    private long failed;
    private long lost;
    private bool isEnding;

    /// <summary>Gets the times from due to CONNACK; without a rate, from the first step to CONNACK.</summary>
    public LatencyRecorder Times { get; } = new();

    public BenchCounts Counts => new()
    {
        Connected = Interlocked.Read(ref connected),
        ConnectsFailed = Interlocked.Read(ref failed),
        ConnectionsLost = Interlocked.Read(ref lost),
    };

    /// <summary>Opens and ends a connection that does not count, because the first one also loads code.</summary>
    /// <exception cref="MqttException">The broker does not take it.</exception>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await using MqttClient client = await MqttClient.ConnectAsync(Own($"warm{Environment.ProcessId}"), cancellationToken);
        await client.PingAsync(cancellationToken);
    }

    /// <summary>Opens a connection for each use, and passes it on once it is open.</summary>
    /// <exception cref="MqttException">A connection failed that the load cannot do without.</exception>
    public async Task OpenAsync(IReadOnlyList<Func<MqttClient, Task>> uses, CancellationToken cancellationToken)
    {
        if (plan.ConnectRate is not { } rate)
        {
            var limit = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, plan.Connecting / plan.Processes), CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, uses.Count, limit, async (i, token) => await OpenAsync(uses[i], i, Stopwatch.GetTimestamp(), token));
            return;
        }

        long start = Stopwatch.GetTimestamp();
        var opening = new List<Task>();
        for (int i = 0; i < uses.Count; i++)
        {
            long due = start + (long)(i * plan.Processes / rate * Stopwatch.Frequency);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { TotalMilliseconds: > 1 } early) await Task.Delay(early, cancellationToken);
            opening.Add(OpenAsync(uses[i], i, due, cancellationToken));
        }

        await Task.WhenAll(opening);
    }

    public async Task CloseAsync()
    {
        Volatile.Write(ref isEnding, true);
        await Parallel.ForEachAsync(clients, new ParallelOptions { MaxDegreeOfParallelism = DisconnectsAtOnce }, async (client, _) =>
        {
            try
            {
                await client.DisposeAsync().AsTask().WaitAsync(Patience, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                client.Abort();
            }
        });
    }

    private async Task OpenAsync(Func<MqttClient, Task> use, int number, long due, CancellationToken cancellationToken)
    {
        var client = new MqttClient(Own($"{number * plan.Processes + process}"));
        clients.Add(client);
        try
        {
            await client.OpenAsync(cancellationToken);
            Times.Record(number, (long)Stopwatch.GetElapsedTime(due).TotalNanoseconds);
            Interlocked.Increment(ref connected);
            client.StateChanged += CountLoss;
            await use(client);
        }
        catch (MqttException failure) when (plan.Mode == BenchMode.Conn)
        {
            Interlocked.Increment(ref failed);
            faults.Add(ToolWords.Of(failure));
        }
    }

    /// <summary>Two connections with one identifier would take each other over.</summary>
    private MqttClientOptions Own(string end) => options.ClientId is { } beginning ? options with { ClientId = $"{beginning}-{end}" } : options;

    private void CountLoss(MqttStateChange change)
    {
        if (change.From != MqttClientState.Connected || change.Cause is null || Volatile.Read(ref isEnding)) return;
        Interlocked.Increment(ref lost);
        faults.Add(ToolWords.Of(change.Cause));
    }
}
