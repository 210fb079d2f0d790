// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Text;

namespace RawMqtt.Cli.Bench;

/// <summary>One publishing connection of a load. What is due and cannot leave yet waits, and its time goes on.</summary>
internal sealed class LoadPublisher(BenchPlan plan, int number, MqttClient client, LatencyRecorder lateness, LatencyRecorder? latency, FaultCounts faults)
    : IThreadPoolWorkItem
{
    /// <summary>After this many messages at once other work of the process gets its turn.</summary>
    private const int MostAtOnce = 512;

    private readonly Lock gate = new();
    private readonly byte[] topic = Encoding.UTF8.GetBytes(plan.TopicOf(number));
    private readonly byte[] payload = new byte[plan.Size];
    private readonly int window = plan.Qos == QualityOfService.AtMostOnce ? 1 : plan.Window;
    private long start;
    private long measuredFrom;
    private long quota = plan.QuotaOf(number);
    private long offered;
    private long sent;
    private long acknowledged;
    private long failed;
    private long inFlight;

    public int Number => number;

    public long Sent => Volatile.Read(ref sent);

    public long Acknowledged => Volatile.Read(ref acknowledged);

    public long Failed => Volatile.Read(ref failed);

    /// <summary>Gets the messages that were due and have not left.</summary>
    public long Waiting => plan.IsOpenLoop ? Volatile.Read(ref offered) - Sent : 0;

    public bool IsDone
    {
        get { lock (gate) return sent >= quota && inFlight == 0; }
    }

    /// <summary>Sets the time that due times count from, and the time from which they are measured.</summary>
    public void Begin(long start, long measuredFrom) => (this.start, this.measuredFrom) = (start, measuredFrom);

    /// <summary>One more message is due.</summary>
    public void Offer()
    {
        lock (gate)
        {
            offered++;
            SendDue();
        }
    }

    /// <summary>All messages may leave as fast as the connection takes them.</summary>
    public void OfferAll()
    {
        lock (gate) offered = quota;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Sends no more.</summary>
    public void Stop()
    {
        lock (gate) quota = sent;
    }

    public void Execute()
    {
        lock (gate) SendDue();
    }

    private void SendDue()
    {
        int left = MostAtOnce;
        while (sent < Math.Min(offered, quota) && inFlight < window)
        {
            if (left-- == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }

            Send();
        }
    }

    private void Send()
    {
        long now = Stopwatch.GetTimestamp();
        long due = plan.IsOpenLoop ? DueOf(sent) : now;
        new MessageStamp(due, (uint)sent, (ushort)number, plan.Tag).Write(payload);
        if (plan.IsOpenLoop && due >= measuredFrom) lateness.Record(number, Nanoseconds(now - due));
        sent++;
        ValueTask published = client.PublishAsync(topic, payload, plan.Qos, plan.Retain, CancellationToken.None);
        if (published.IsCompletedSuccessfully)
        {
            Measure(due); // before it counts: the last report is made when all have been counted
            acknowledged++;
            return;
        }

        inFlight++;
        _ = CompleteAsync(published, due);
    }

    private async Task CompleteAsync(ValueTask published, long due)
    {
        bool isDone = true;
        try
        {
            await published.ConfigureAwait(false);
            Measure(due);
        }
        catch (MqttException failure)
        {
            isDone = false;
            faults.Add(ToolWords.Of(failure));
        }

        lock (gate)
        {
            if (isDone) acknowledged++;
            else failed++;
            inFlight--;
            SendDue();
        }
    }

    private void Measure(long due)
    {
        if (due >= measuredFrom) latency?.Record(number, Nanoseconds(Stopwatch.GetTimestamp() - due));
    }

    private long DueOf(long message) =>
        start + (long)(plan.DueTimes.SecondsOf(message * plan.Publishers + number) * Stopwatch.Frequency);

    private static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));
}
