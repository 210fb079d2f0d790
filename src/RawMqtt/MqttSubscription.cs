// SPDX-License-Identifier: MIT

using System.Text;
using System.Threading.Tasks.Sources;
using RawMqtt.Clients;
using RawMqtt.Codec;

namespace RawMqtt;

/// <summary>The messages that match some topic filters, in the order of their arrival. Disposing of it unsubscribes.</summary>
/// <remarks>One reader at a time. What comes while nobody reads waits here; above the limits nothing more is read from the
/// connection until the reader has caught up.</remarks>
public sealed class MqttSubscription : IAsyncEnumerable<MqttMessage>, IAsyncDisposable, IValueTaskSource<bool>
{
    /// <summary>How many times its limits a buffer may hold while reading must go on.</summary>
    private const int FarBehind = 8;

    private readonly MqttSubscribeOptions options;
    private readonly ClientCore core;
    private readonly Queue<MqttMessage> buffer = new();
    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> arrival = new() { RunContinuationsAsynchronously = true };
    private TaskCompletionSource? room;
    private MqttException? end;
    private long bytes;
    private long taken;
    private bool isReaderWaiting;
    private bool isComplete;

    internal MqttSubscription(ClientCore core, IReadOnlyList<MqttTopicFilter> filters, MqttSubscribeOptions options)
    {
        this.core = core;
        this.options = options;
        Filters = [.. filters];
        FilterBytes = [.. filters.Select(filter => Encoding.UTF8.GetBytes(filter.Filter))];
    }

    /// <summary>What was asked for.</summary>
    public IReadOnlyList<MqttTopicFilter> Filters { get; }

    /// <summary>The QoS that the server granted for each filter when it was last asked, in their order; null: refused.</summary>
    public IReadOnlyList<QualityOfService?> Granted { get; internal set; } = [];

    internal byte[][] FilterBytes { get; }

    internal MqttMessageReceiver? Receiver => options.Receiver;

    internal bool AllowsRefused => options.AllowRefused;

    internal bool IsManual => options.ManualAcknowledgement;

    /// <summary>Whether the buffer must not grow any more, come what may.</summary>
    internal bool IsFarBehind
    {
        get
        {
            lock (gate) return buffer.Count >= FarBehind * options.MaxMessages || bytes >= FarBehind * options.MaxBytes;
        }
    }

    /// <summary>The messages that the reader has taken.</summary>
    internal long Taken
    {
        get
        {
            lock (gate) return taken;
        }
    }

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
        if (Leave() is not SubscriptionRequest request) return;
        try
        {
            await request.Answer.WaitAsync(core.Options.EffectivePingTimeout, core.Options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttException or TimeoutException)
        {
            // the connection or the client ended meanwhile, and the subscription with it
        }
    }

    /// <summary>Unsubscribes without waiting for the answer; null if none will come soon.</summary>
    internal SubscriptionRequest? Leave(SubscriptionRequest? unanswered = null)
    {
        SubscriptionRequest? request;
        ClientConnection? connection;
        FlushStep step;
        lock (core.Gate)
        {
            request = core.Subscriptions.Remove(this, unanswered);
            connection = core.Connection;
            step = connection?.Appended() ?? FlushStep.None;
        }

        connection?.Flush(step);
        Complete(null);
        if (IsManual) AcknowledgeUnread();
        return connection is null ? null : request;
    }

    /// <summary>The server was asked again.</summary>
    internal void GrantAgain(string filter, byte returnCode)
    {
        if (!Filters.Any(own => own.Filter == filter) || Granted.Count == 0) return;
        Granted = [.. Filters.Select((own, i) => own.Filter == filter ? QosOf(returnCode) : Granted[i])];
    }

    internal static QualityOfService? QosOf(byte returnCode) => returnCode == SubAckPacket.Failure ? null : (QualityOfService)returnCode;

    /// <summary>Puts a message into the buffer.</summary>
    /// <returns>False: the buffer is full now.</returns>
    internal bool Add(MqttMessage message)
    {
        lock (gate)
        {
            if (!isComplete)
            {
                buffer.Enqueue(message);
                bytes += message.Length;
                Wake();
                return HasRoom;
            }
        }

        message.Acknowledge(); // nobody will read it
        return true;
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

    /// <summary>Nobody will read them, and they would hold up the answers to all others.</summary>
    private void AcknowledgeUnread()
    {
        while (TryTake(out MqttMessage? unread)) unread!.Acknowledge();
    }

    private bool HasRoom => buffer.Count < options.MaxMessages && bytes < options.MaxBytes;

    private bool TryTake(out MqttMessage? message)
    {
        lock (gate)
        {
            if (!buffer.TryDequeue(out message)) return false;
            bytes -= message.Length;
            taken++;
            if (room is not null && buffer.Count <= options.MaxMessages / 2 && bytes <= options.MaxBytes / 2)
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
