// SPDX-License-Identifier: MIT

using System.Threading.Tasks.Sources;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>A <c>PublishAsync</c> that is not settled: what the caller awaits, used again for the next when the caller has its result.</summary>
/// <remarks>All fields are guarded by the client's gate. The result is set on the thread pool, so that what follows the
/// caller's <c>await</c> never runs on the thread that reads the connection.</remarks>
internal sealed class PendingPublish(OutgoingMessages owner) : IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> result;
    private CancellationTokenRegistration cancellation;
    private Exception? failure;

    /// <summary>The message, while it waits to be sent.</summary>
    public ApplicationMessage? Message { get; set; }

    public QualityOfService Qos { get; set; }

    public bool Retain { get; set; }

    /// <summary>That of the PUBLISH, once it is sent at QoS 1 or 2.</summary>
    public ushort PacketId { get; set; }

    /// <summary>When it was sent, if acknowledgements are timed.</summary>
    public TimeSpan SentAt { get; set; }

    public PendingPublish? Next { get; set; }

    public PendingPublish? Previous { get; set; }

    public bool IsSettled { get; private set; }

    public ValueTask Task => new(this, result.Version);

    /// <summary>Lets the caller's token give up waiting. Called before the caller gets the <see cref="Task"/>.</summary>
    public void CancelWith(CancellationToken token)
    {
        if (!token.CanBeCanceled) return;
        cancellation = token.UnsafeRegister(static (state, token) =>
        {
            var pending = (PendingPublish)state!;
            pending.owner.Cancel(pending, token);
        }, this);
    }

    /// <summary>The one outcome: delivered, or why not.</summary>
    public void Settle(Exception? failure = null)
    {
        if (IsSettled) return;
        IsSettled = true;
        this.failure = (failure as MqttException)?.Copy() ?? failure;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (failure is null) result.SetResult(true);
        else result.SetException(failure);
    }

    void IValueTaskSource.GetResult(short token)
    {
        bool isPending = result.GetStatus(token) == ValueTaskSourceStatus.Pending; // throws if the result was taken before, and leaves the new owner alone
        if (isPending) throw new InvalidOperationException("The publish has not completed. Await it; who has to block calls AsTask() first.");
        cancellation.Dispose(); // waits for a cancellation that is under way
        try
        {
            result.GetResult(token);
        }
        finally
        {
            Reset();
            owner.GiveBack(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => result.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        result.OnCompleted(continuation, state, token, flags);

    private void Reset()
    {
        result.Reset();
        cancellation = default;
        failure = null;
        PacketId = 0;
        IsSettled = false;
    }

    private readonly OutgoingMessages owner = owner;
}
