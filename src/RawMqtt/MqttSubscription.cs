using System.Text;
using System.Threading.Tasks.Sources;
using RawMqtt.Clients;

namespace RawMqtt;

/// <summary>The messages that match some topic filters, in the order of their arrival. Disposing of it unsubscribes.</summary>
/// <remarks>One reader at a time. What comes while nobody reads waits here; above the limits nothing more is read from the
/// connection until the reader has caught up.</remarks>
public sealed class MqttSubscription : IAsyncEnumerable<MqttMessage>, IAsyncDisposable, IValueTaskSource<bool>
{
    private const int MaxMessages = 1024;
    private const long MaxBytes = 1 << 20;

    private readonly ClientCore core;
    private readonly Queue<MqttMessage> buffer = new();
    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> arrival = new() { RunContinuationsAsynchronously = true };
    private TaskCompletionSource? room;
    private MqttException? end;
    private long bytes;
    private bool isReaderWaiting;
    private bool isComplete;

    internal MqttSubscription(ClientCore core, IReadOnlyList<MqttTopicFilter> filters, MqttMessageReceiver? receiver)
    {
        this.core = core;
        Filters = filters;
        Receiver = receiver;
        FilterBytes = [.. filters.Select(filter => Encoding.UTF8.GetBytes(filter.Filter))];
    }

    /// <summary>What was asked for.</summary>
    public IReadOnlyList<MqttTopicFilter> Filters { get; }

    internal byte[][] FilterBytes { get; }

    internal MqttMessageReceiver? Receiver { get; }

    /// <summary>The messages from now on. The enumeration ends when the subscription is disposed of, and throws when the client ends otherwise.</summary>
    public async IAsyncEnumerator<MqttMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static state => ((MqttSubscription)state!).WakeReader(), this);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryTake(out MqttMessage? message)) yield return message!;
            else if (!await WaitAsync(cancellationToken).ConfigureAwait(false)) yield break;
        }
    }

    /// <summary>Unsubscribes, if there is a connection, and ends the enumeration.</summary>
    public async ValueTask DisposeAsync()
    {
        SubscriptionRequest? request;
        ClientConnection? connection;
        FlushStep step;
        lock (core.Gate)
        {
            request = core.Subscriptions.Remove(this);
            connection = core.Connection;
            step = connection?.Appended() ?? FlushStep.None;
        }

        connection?.Flush(step);
        Complete(null);
        if (request is null || connection is null) return;
        try
        {
            await request.Answer.ConfigureAwait(false);
        }
        catch (MqttException)
        {
            // the client ended meanwhile, and the subscription with it
        }
    }

    /// <summary>Puts a message into the buffer.</summary>
    /// <returns>False: the buffer is full now.</returns>
    internal bool Add(MqttMessage message)
    {
        lock (gate)
        {
            if (isComplete) return true;
            buffer.Enqueue(message);
            bytes += message.Length;
            Wake();
            return HasRoom;
        }
    }

    internal Task WhenThereIsRoomAsync()
    {
        lock (gate)
        {
            if (HasRoom || isComplete) return Task.CompletedTask;
            room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return room.Task;
        }
    }

    /// <summary>No more messages come; what is in the buffer can still be read.</summary>
    internal void Complete(MqttException? reason)
    {
        lock (gate)
        {
            if (isComplete) return;
            isComplete = true;
            end = reason;
            room?.TrySetResult();
            Wake();
        }
    }

    private bool HasRoom => buffer.Count < MaxMessages && bytes < MaxBytes;

    private bool TryTake(out MqttMessage? message)
    {
        lock (gate)
        {
            if (!buffer.TryDequeue(out message)) return false;
            bytes -= message.Length;
            if (room is not null && buffer.Count <= MaxMessages / 2 && bytes <= MaxBytes / 2)
            {
                room.TrySetResult();
                room = null;
            }

            return true;
        }
    }

    /// <summary>True when it is worth looking again; false at the end.</summary>
    private ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (buffer.Count > 0 || cancellationToken.IsCancellationRequested) return new ValueTask<bool>(true);
            if (isComplete) return end is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(end);
            if (isReaderWaiting) throw new InvalidOperationException("A subscription has one reader at a time.");
            isReaderWaiting = true;
            arrival.Reset();
            return new ValueTask<bool>(this, arrival.Version);
        }
    }

    private void WakeReader()
    {
        lock (gate) Wake();
    }

    private void Wake()
    {
        if (!isReaderWaiting) return;
        isReaderWaiting = false;
        arrival.SetResult(true);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => arrival.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => arrival.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        arrival.OnCompleted(continuation, state, token, flags);
}
