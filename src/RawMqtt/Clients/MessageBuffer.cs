// SPDX-License-Identifier: MIT

using System.Threading.Tasks.Sources;

namespace RawMqtt.Clients;

/// <summary>Holds the messages of one subscription until its reader takes them.</summary>
internal sealed class MessageBuffer(MqttSubscribeOptions options, SessionClock clock) : IValueTaskSource<bool>
{
    /// <summary>How many times its limits a buffer may hold while reading must go on.</summary>
    private const int FarBehind = 8;

    private readonly Queue<MqttMessage> messages = new();
    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> arrival = new() { RunContinuationsAsynchronously = true };
    private TaskCompletionSource? room;
    private MqttException? end;
    private MqttMessage? inHand;
    private TimeSpan idleSince;
    private long bytes;
    private long taken;
    private int readers;
    private bool isReaderWaiting;
    private bool isComplete;

    /// <summary>Whether the buffer must not grow any more.</summary>
    public bool IsFarBehind
    {
        get
        {
            lock (gate) return messages.Count >= FarBehind * options.MaxMessages || bytes >= FarBehind * options.MaxBytes;
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

    /// <summary>When the unread messages began to wait with no reader there; null if none wait, or a reader is there.</summary>
    public TimeSpan? UnreadSince
    {
        get
        {
            lock (gate) return readers == 0 && messages.Count > 0 ? idleSince : null;
        }
    }

    /// <summary>Adds a message.</summary>
    public BufferState Add(MqttMessage message)
    {
        lock (gate)
        {
            if (isComplete) return BufferState.Ended;
            if (messages.Count == 0) idleSince = clock.Now;
            messages.Enqueue(message);
            bytes += message.Length;
            WakeUnderLock();
            return HasRoom ? BufferState.HasRoom : BufferState.Full;
        }
    }

    /// <summary>Counts a reader, for <see cref="UnreadSince"/>.</summary>
    public void BeginReading()
    {
        lock (gate) readers++;
    }

    public void EndReading()
    {
        lock (gate)
        {
            readers--;
            idleSince = clock.Now;
        }
    }

    /// <summary>Takes the next message for the reader, and acknowledges the one before: asking for the next says that the reader is done with it.</summary>
    public bool TryTake(out MqttMessage? message)
    {
        MqttMessage? done;
        lock (gate) (done, inHand) = (inHand, null);
        if (!options.ManualAcknowledgement) done?.Acknowledge();
        lock (gate)
        {
            if (!messages.TryDequeue(out message)) return false;
            inHand = message;
            bytes -= message.Length;
            taken++;
            if (room is not null && messages.Count <= options.MaxMessages / 2 && bytes <= options.MaxBytes / 2)
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

    /// <summary>Takes no more messages. The reader still gets what is in the buffer, and then the end.</summary>
    /// <param name="reason">What the reader's enumeration throws; null if it just ends.</param>
    public void Complete(MqttException? reason)
    {
        lock (gate)
        {
            if (isComplete) return;
            isComplete = true;
            end = reason;
            room?.TrySetResult();
            room = null;
            WakeUnderLock();
        }
    }

    /// <summary>Takes messages again after <see cref="Complete"/>.</summary>
    public void Reopen()
    {
        lock (gate) (isComplete, end) = (false, null);
    }

    /// <summary>Takes out the messages that wait for the application before they are answered, in their order.</summary>
    /// <param name="withInHand">Whether the one that a reader took last counts as well, though it may be at work on it.</param>
    public List<MqttMessage> TakeHeld(bool withInHand)
    {
        lock (gate)
        {
            List<MqttMessage> unanswered = [];
            for (int i = messages.Count; i > 0; i--)
            {
                MqttMessage message = messages.Dequeue();
                if (message.Held is null)
                {
                    messages.Enqueue(message);
                    continue;
                }

                unanswered.Add(message);
                bytes -= message.Length;
            }

            if (inHand?.Held is not null && (withInHand || readers == 0)) unanswered.Insert(0, inHand);
            if (withInHand || readers == 0) inHand = null;
            return unanswered;
        }
    }

    private bool HasRoom => messages.Count < options.MaxMessages && bytes < options.MaxBytes;

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
