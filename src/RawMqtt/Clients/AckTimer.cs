// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Ends the wait for an acknowledgement after <see cref="MqttClientOptions.AckTimeout"/>. Only the wait: the delivery goes on without its
/// caller.</summary>
/// <remarks>One timer for all: it is set for the oldest. Guarded by the gate.</remarks>
internal sealed class AckTimer(Lock gate, SessionClock clock, TimeProvider time, TimeSpan timeout) : IDisposable
{
    private readonly LinkedList<TimedAnswer> waiting = new(); // in the order of their first sending
    private readonly Stack<TimedAnswer> spare = new();
    private ITimer? timer;
    private bool isSet;

    /// <summary>Times an answer from now on.</summary>
    /// <returns>What <see cref="Stop"/> takes.</returns>
    public TimedAnswer Start(ITimedAnswer answer)
    {
        if (!spare.TryPop(out TimedAnswer? timed)) timed = new TimedAnswer();
        timed.Answer = answer;
        timed.SentAt = clock.Now;
        waiting.AddLast(timed.Node);
        if (!isSet) SetTimer(timeout);
        return timed;
    }

    /// <summary>Times the answer no longer. Called once for each <see cref="Start"/>.</summary>
    public void Stop(TimedAnswer timed)
    {
        waiting.Remove(timed.Node);
        timed.Answer = null;
        spare.Push(timed);
    }

    public void Dispose() => timer?.Dispose();

    private void SetTimer(TimeSpan due)
    {
        isSet = true;
        timer ??= time.CreateTimer(static state => ((AckTimer)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void Sweep()
    {
        lock (gate)
        {
            isSet = false;
            TimeSpan now = clock.Now;
            while (waiting.First?.Value is TimedAnswer oldest)
            {
                TimeSpan left = oldest.SentAt + timeout - now;
                if (left > TimeSpan.Zero)
                {
                    SetTimer(left);
                    return;
                }

                oldest.Answer!.Expire(timeout); // calls Stop
            }
        }
    }
}
