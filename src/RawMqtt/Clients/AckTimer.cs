// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Ends the waiting for an acknowledgement after <see cref="MqttClientOptions.AckTimeout"/>. The waiting alone: the delivery goes on without its caller.</summary>
/// <remarks>One timer for all: it is set for the oldest, and sweeps what is due. Guarded by the client's gate.</remarks>
internal sealed class AckTimer : IDisposable
{
    private readonly ClientCore core;
    private readonly TimeSpan timeout;
    private readonly ITimer timer;
    private PendingList waiting; // in the order of their sending
    private bool isArmed;

    public AckTimer(ClientCore core, TimeSpan timeout)
    {
        this.core = core;
        this.timeout = timeout;
        timer = core.Options.TimeProvider.CreateTimer(static state => ((AckTimer)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A message was sent for the first time.</summary>
    public void Sent(PendingPublish pending)
    {
        pending.SentAt = core.Now;
        waiting.Append(pending);
        Arm();
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Settled(PendingPublish pending) => waiting.Remove(pending);

    /// <summary>Sets the timer, unless it runs.</summary>
    public void Arm()
    {
        if (isArmed) return;
        isArmed = true;
        timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => timer.Dispose();

    private void Sweep()
    {
        lock (core.Gate)
        {
            TimeSpan now = core.Now;
            while (waiting.First is PendingPublish pending && pending.SentAt + timeout <= now) core.Outgoing.Abandon(pending, ConnectFaults.NotAcknowledged(timeout));
            TimeSpan? oldest = core.Subscriptions.Expire(now - timeout, timeout);
            if (waiting.First is PendingPublish next && !(oldest < next.SentAt)) oldest = next.SentAt;
            isArmed = oldest is not null;
            if (oldest is TimeSpan since) timer.Change(since + timeout - now, Timeout.InfiniteTimeSpan);
        }
    }
}
