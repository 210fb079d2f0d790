// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>Collects times from many threads. Each connection uses the shard of its number, so that threads seldom wait for each other.</summary>
internal sealed class LatencyRecorder
{
    private readonly Latencies[] shards = [.. Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Latencies())];

    public void Record(int number, long nanoseconds)
    {
        Latencies shard = shards[number % shards.Length];
        lock (shard) shard.Record(nanoseconds);
    }

    /// <summary>Moves what was collected since the last call into <paramref name="target"/>.</summary>
    public void TakeInto(Latencies target)
    {
        foreach (Latencies shard in shards)
        {
            lock (shard)
            {
                if (shard.Count == 0) continue;
                target.Add(shard);
                shard.Reset();
            }
        }
    }
}
