// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Ends the wait for an acknowledgement after <see cref="MqttClientOptions.AckTimeout"/>. Only the wait: the delivery goes on without its
/// caller.</summary>
/// <remarks>One timer for all: it is set for the oldest. Guarded by the gate.</remarks>
internal sealed class AckTimer(Lock gate, SessionClock clock, TimeProvider time, TimeSpan timeout) : IDisposable
{
    private readonly LinkedList<(ITimedAnswer Answer, TimeSpan SentAt)> waiting = new(); // in the order of their first sending
    private readonly Stack<LinkedListNode<(ITimedAnswer Answer, TimeSpan SentAt)>> spare = new();
    private ITimer? timer;
    private bool isSet;

    /// <summary>Times an answer from now on.</summary>
    /// <returns>What <see cref="Stop"/> takes.</returns>
    public LinkedListNode<(ITimedAnswer Answer, TimeSpan SentAt)> Start(ITimedAnswer answer)
    {
        if (!spare.TryPop(out LinkedListNode<(ITimedAnswer Answer, TimeSpan SentAt)>? node)) node = new((answer, default));
        node.Value = (answer, clock.Now);
        waiting.AddLast(node);
        if (!isSet) SetTimer(timeout);
        return node;
    }

    /// <summary>Times the answer no longer. Called once for each <see cref="Start"/>.</summary>
    public void Stop(LinkedListNode<(ITimedAnswer Answer, TimeSpan SentAt)> node)
    {
        waiting.Remove(node);
        node.Value = default;
        spare.Push(node);
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
            while (waiting.First is LinkedListNode<(ITimedAnswer Answer, TimeSpan SentAt)> oldest)
            {
                TimeSpan left = oldest.Value.SentAt + timeout - now;
                if (left > TimeSpan.Zero)
                {
                    SetTimer(left);
                    return;
                }

                oldest.Value.Answer.Expire(timeout); // calls Stop
            }
        }
    }
}
