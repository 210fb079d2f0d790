// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Cli.Bench;

/// <summary>One subscribing connection of a load: measures and counts what arrives. Its connection calls it from one thread at a time.</summary>
internal sealed class LoadSubscriber(BenchPlan plan, int number, LatencyRecorder latency)
{
    private readonly Dictionary<int, SequenceTrack> tracks = [];
    private readonly Lock gate = new();
    private SequenceTrack? latest;
    private int latestPublisher = -1;
    private long measuredFrom;
    private long foreign;
    private long lastArrival;

    public MqttTopicFilter[] Filters => [.. plan.FiltersOf(number).Select(filter => new MqttTopicFilter(filter, plan.Qos))];

    /// <summary>Gets when the latest message of this run arrived; 0 before one has.</summary>
    public long LastArrival => Volatile.Read(ref lastArrival);

    /// <summary>Sets the due time from which messages are measured.</summary>
    public void Begin(long measuredFrom) => Volatile.Write(ref this.measuredFrom, measuredFrom);

    public void Receive(in MqttMessageView message)
    {
        long now = Stopwatch.GetTimestamp();
        lock (gate)
        {
            if (!MessageStamp.TryRead(message.Payload, plan.Tag, out MessageStamp stamp))
            {
                foreign++;
                return;
            }

            lastArrival = now;
            TrackOf(stamp).Take(stamp.Number);
            if (!message.Retain && stamp.Due >= measuredFrom) latency.Record(number, (long)((now - stamp.Due) * (1e9 / Stopwatch.Frequency)));
        }
    }

    public BenchCounts Count()
    {
        lock (gate)
        {
            return new BenchCounts
            {
                Received = tracks.Values.Sum(track => track.Unique),
                Duplicates = tracks.Values.Sum(track => track.Duplicates),
                OutOfOrder = tracks.Values.Sum(track => track.OutOfOrder),
                Missing = tracks.Values.Sum(track => track.Missing),
                Foreign = foreign,
            };
        }
    }

    private SequenceTrack TrackOf(MessageStamp stamp)
    {
        if (stamp.Publisher == latestPublisher) return latest!;
        if (!tracks.TryGetValue(stamp.Publisher, out SequenceTrack? track))
        {
            track = SequenceTrack.From(plan.Mode == BenchMode.Sub ? stamp.Number : 0); // publishers of another run may have begun earlier
            tracks.Add(stamp.Publisher, track);
        }

        (latest, latestPublisher) = (track, stamp.Publisher);
        return track;
    }
}
