// SPDX-License-Identifier: MIT

using System.Threading.Tasks.Sources;

namespace RawMqtt.Clients;

/// <summary>Holds the messages of one subscription until its reader takes them.</summary>
internal sealed class MessageBuffer(int maxMessages, long maxBytes) : IValueTaskSource<bool>
{
    /// <summary>How many times its limits a buffer may hold while reading must go on.</summary>
    private const int FarBehind = 8;

    private readonly Queue<MqttMessage> messages = new();
    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> arrival = new() { RunContinuationsAsynchronously = true };
    private TaskCompletionSource? room;
    private MqttException? end;
    private long bytes;
    private long taken;
    private bool isReaderWaiting;
    private bool isComplete;

    /// <summary>Whether the buffer must not grow any more.</summary>
    public bool IsFarBehind
    {
        get
        {
            lock (gate) return messages.Count >= FarBehind * maxMessages || bytes >= FarBehind * maxBytes;
        }
    }

    /// <summary>The number of messages that the reader has taken.</summary>
    public long Taken
    {
        get
        {
            lock (gate) return taken;
        }
    }

    /// <summary>Adds a message. After <see cref="Complete"/> it is acknowledged instead, since nothing will read it.</summary>
    /// <returns>False if the buffer is full now.</returns>
    public bool Add(MqttMessage message)
    {
        lock (gate)
        {
            if (!isComplete)
            {
                messages.Enqueue(message);
                bytes += message.Length;
                WakeUnderLock();
                return HasRoom;
            }
        }

        message.Acknowledge();
        return true;
    }

    public bool TryTake(out MqttMessage? message)
    {
        lock (gate)
        {
            if (!messages.TryDequeue(out message)) return false;
            bytes -= message.Length;
            taken++;
            if (room is not null && messages.Count <= maxMessages / 2 && bytes <= maxBytes / 2)
            {
                room.TrySetResult();
                room = null;
            }

            return true;
        }
    }

    /// <summary>Waits for a message.</summary>
    /// <returns>True if the reader should look again; false at the end.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (messages.Count > 0 || cancellationToken.IsCancellationRequested) return new ValueTask<bool>(true);
            if (isComplete) return end is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(end);
            if (isReaderWaiting) throw new InvalidOperationException("A subscription has one reader at a time.");
            isReaderWaiting = true;
            arrival.Reset();
            return new ValueTask<bool>(this, arrival.Version);
        }
    }

    /// <summary>Ends the reader's wait.</summary>
    public void WakeReader()
    {
        lock (gate) WakeUnderLock();
    }

    public Task WhenThereIsRoomAsync()
    {
        lock (gate)
        {
            if (HasRoom || isComplete) return Task.CompletedTask;
            room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return room.Task;
        }
    }

    /// <summary>Takes no more messages; the reader still gets what is in the buffer, and then the end.</summary>
    /// <param name="reason">What the reader's enumeration throws; null if it just ends.</param>
    public void Complete(MqttException? reason)
    {
        lock (gate)
        {
            if (isComplete) return;
            isComplete = true;
            end = reason;
            room?.TrySetResult();
            WakeUnderLock();
        }
    }

    private bool HasRoom => messages.Count < maxMessages && bytes < maxBytes;

    private void WakeUnderLock()
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
