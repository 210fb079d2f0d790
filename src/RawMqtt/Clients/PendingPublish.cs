// SPDX-License-Identifier: MIT

using System.Threading.Tasks.Sources;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>A <c>PublishAsync</c> whose outcome is open: what the caller awaits, reused for another call after the caller has its result.</summary>
/// <remarks>All fields are guarded by the gate. The result is set on the thread pool, so that what follows the
/// caller's <c>await</c> never runs on the thread that reads the connection.</remarks>
internal sealed class PendingPublish(OutgoingMessages owner) : IValueTaskSource, IThreadPoolWorkItem, ITimedAnswer
{
    private ManualResetValueTaskSourceCore<bool> result;
    private CancellationTokenRegistration cancellation;
    private Exception? failure;
    private AckTimer? timer;
    private TimedAnswer? timed;

    /// <summary>The message, while it waits to be sent.</summary>
    public ApplicationMessage? Message { get; set; }

    public QualityOfService Qos { get; set; }

    public bool Retain { get; set; }

    /// <summary>The packet identifier of the PUBLISH, if it was sent at QoS 1 or 2; otherwise 0.</summary>
    public ushort PacketId { get; set; }

    public PendingPublish? Next { get; set; }

    public PendingPublish? Previous { get; set; }

    /// <summary>Whether the outcome is decided.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Which of its calls this is.</summary>
    public short Version => result.Version;

    public ValueTask Task => new(this, result.Version);

    /// <summary>Lets the caller's token end the wait. Called before the caller gets the <see cref="Task"/>.</summary>
    public void CancelWith(CancellationToken token)
    {
        if (!token.CanBeCanceled) return;
        cancellation = token.UnsafeRegister(static (state, token) =>
        {
            var pending = (PendingPublish)state!;
            pending.owner.Cancel(pending, token);
        }, this);
    }

    /// <summary>Times the answer of the server.</summary>
    public void StartTimer(AckTimer ackTimer)
    {
        timer = ackTimer;
        timed = ackTimer.Start(this);
    }

    /// <summary>Makes it ready for another call.</summary>
    public void Reset()
    {
        result.Reset();
        cancellation = default;
        failure = null;
        IsSettled = false;
        PacketId = 0;
    }

    /// <summary>Completes the caller's wait. Does nothing if the outcome is decided.</summary>
    public void Complete() => Settle(null);

    /// <summary>Fails the caller's wait. Does nothing if the outcome is decided.</summary>
    public void Fail(Exception reason) => Settle((reason as MqttException)?.Copy() ?? reason);

    void ITimedAnswer.Expire(TimeSpan timeout) => Fail(ConnectFaults.NotAcknowledged(timeout));

    void IThreadPoolWorkItem.Execute()
    {
        if (failure is null) result.SetResult(true);
        else result.SetException(failure);
    }

    void IValueTaskSource.GetResult(short token)
    {
        bool isPending = result.GetStatus(token) == ValueTaskSourceStatus.Pending; // throws for a caller that took its result before
        if (isPending) throw new InvalidOperationException("The publish has not completed. Await it; a caller that must block calls AsTask() first.");
        cancellation.Dispose(); // waits for a cancellation that is under way
        try
        {
            result.GetResult(token);
        }
        finally
        {
            owner.GiveBack(this, token);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => result.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        result.OnCompleted(continuation, state, token, flags);

    private void Settle(Exception? reason)
    {
        if (IsSettled) return;
        IsSettled = true;
        if (timed is not null) timer!.Stop(timed);
        timed = null;
        failure = reason;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private readonly OutgoingMessages owner = owner;
}
