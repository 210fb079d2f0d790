// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Runtime.CompilerServices;
using RawMqtt.Sessions;
using RawMqtt.Transports;

namespace RawMqtt.Clients;

/// <summary>One network connection of a client: what is appended to <see cref="Output"/> leaves in as few writes as the
/// traffic allows, and <see cref="ConnectionReader"/> takes what comes.</summary>
/// <remarks>
/// Two buffers: packets are appended to one while the other is being written. A lone packet is written by its own caller
/// at once. When the last write ended only microseconds ago, there is a burst: then the pool writes while the caller
/// appends, and one write carries what gathered during the one before it.
/// </remarks>
#pragma warning disable CA1001 // a cancellation source without a timer holds nothing to dispose of
internal sealed class ClientConnection : IThreadPoolWorkItem
#pragma warning restore CA1001
{
    /// <summary>Publishers at QoS 0 wait when this many bytes are waiting to be written.</summary>
    public const int HighWater = 256 * 1024;

    /// <summary>What a stream may take to notice that its token was cancelled, and again to notice that it was closed.</summary>
    private static readonly TimeSpan ReadEndTime = TimeSpan.FromSeconds(1);

    /// <summary>What a stream of the application may take to be closed.</summary>
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(10);

    private const int KeptBufferLength = 64 * 1024;

    private static readonly long Burst = Stopwatch.Frequency / 100_000; // 10 microseconds

    private readonly ClientCore core;
    private readonly Stream stream;
    private readonly ConnectionReader reader;
    private readonly Action onWritten;
    private readonly TaskCompletionSource<MqttException> givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource ended = new();
    private OutgoingBuffer filling = new();
    private OutgoingBuffer leaving = new();
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter pendingWrite;
    private long lastWriteEnded;
    private bool isFlushing;
    private MqttException? failure;

    public ClientConnection(ClientCore core, Stream stream)
    {
        this.core = core;
        this.stream = stream;
        reader = new ConnectionReader(core, this, stream);
        onWritten = () =>
        {
            if (EndWrite(pendingWrite)) WriteAll();
        };
    }

    /// <summary>Where packets are appended, under the gate.</summary>
    public OutgoingBuffer Output => filling;

    /// <summary>Completes when CONNACK has accepted, with Session Present; fails when the connection ends before.</summary>
    public Task<bool> Accepted => accepted.Task;

    /// <summary>Where what could not be taken for packets begins: up to 16 bytes.</summary>
    public byte[] Refused => reader.Refused;

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>Those of the bytes in <see cref="Output"/> that answer what was read.</summary>
    public UnsentAnswers Answers { get; } = new();

    /// <summary>Completes when all that was appended has been written, or never will be.</summary>
    public TaskCompletionSource? WhenWritten { get; set; }

    /// <summary>Decides, under the gate, who writes what was appended; then <see cref="Flush"/>, without the gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FlushStep Appended()
    {
        if (filling.Length > 0) return isFlushing ? FlushStep.None : BeginFlush();
        core.SessionFile?.SaveSoon(); // what was noted is not followed by a packet
        return FlushStep.None;
    }

    /// <summary>Does what <see cref="Appended"/> decided.</summary>
    public void Flush(FlushStep step)
    {
        if (step == FlushStep.ByCaller) WriteOnce();
        else if (step == FlushStep.ByFlusher) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Accept(bool sessionPresent) => accepted.TrySetResult(sessionPresent);

    /// <summary>Ends the connection; <see cref="RunAsync"/> returns with the first reason that was given.</summary>
    public void Fail(MqttException reason)
    {
        lock (core.Gate)
        {
            failure ??= reason;
        }

        ended.CancelQuietly();
    }

    /// <summary>Reads until the connection ends, and says why.</summary>
    public async Task<MqttException> RunAsync()
    {
        MqttException reason;
        Task<MqttException> reading = reader.RunAsync();
        try
        {
            using (ended.Token.UnsafeRegister(_ => _ = EndReadingAsync(reading), null)) reason = await await Task.WhenAny(reading, givenUp.Task).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            reason = exception as MqttException ?? new MqttException(MqttErrorCode.ConnectionLost, $"The network connection broke: {exception.Message}", exception);
        }

        lock (core.Gate)
        {
            failure ??= reason;
            if (core.Connection == this) core.Connection = null; // what is published from now on waits for the next
            core.Outgoing.MakeRoom();
            WhenWritten?.TrySetResult();
        }

        accepted.TrySetException(failure);
        _ = accepted.Task.Exception; // it may be that nobody awaits it
        await ended.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return failure;
    }

    /// <summary>Closes the network connection: after a DISCONNECT in a way that lets it arrive, and at once if nobody is there to answer.</summary>
    public async ValueTask CloseAsync()
    {
        bool isGoodbye = failure?.Code is MqttErrorCode.NotConnected or MqttErrorCode.Disposed;
        bool isGone = failure?.Code is MqttErrorCode.ConnectionLost or MqttErrorCode.KeepAliveExpired;
        try
        {
            if (isGone && stream is WebSocketStream webSocket)
            {
                webSocket.Abort(); // without a closing handshake
                return;
            }

            if (isGoodbye && stream is not WebSocketStream && core.Options.ConnectStream is null)
            {
                await TransportEnd.ShutDownSendingAsync(stream).ConfigureAwait(false);
                await TransportEnd.DrainAsync(stream).ConfigureAwait(false);
            }

            await stream.DisposeAsync().AsTask().WaitAsync(CloseTime, core.Options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // it was broken before
        }
    }

    void IThreadPoolWorkItem.Execute() => WriteAll();

    /// <summary>A stream that does not heed its token is closed under its reader, and given up if it does not heed that either.</summary>
    private async Task EndReadingAsync(Task reading)
    {
        await reading.WaitAsync(ReadEndTime, core.Options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsCompleted) return;
        await CloseAsync().ConfigureAwait(false);
        await reading.WaitAsync(ReadEndTime, core.Options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reader.IsWaiting) givenUp.TrySetResult(new MqttException(MqttErrorCode.ConnectionLost, "The stream did not end when it was closed, and is given up."));
    }

    private FlushStep BeginFlush()
    {
        isFlushing = true;
        return core.SessionFile is not null || Stopwatch.GetTimestamp() - lastWriteEnded < Burst ? FlushStep.ByFlusher : FlushStep.ByCaller;
    }

    private void WriteOnce()
    {
        ValueTask write = BeginWrite();
        if (!write.IsCompleted) Continue(write);
        else if (EndWrite(write.ConfigureAwait(false).GetAwaiter())) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void WriteAll()
    {
        while (true)
        {
            ValueTask write = BeginWrite();
            if (!write.IsCompleted)
            {
                Continue(write);
                return;
            }

            if (!EndWrite(write.ConfigureAwait(false).GetAwaiter())) return;
        }
    }

    private void Continue(ValueTask write)
    {
        pendingWrite = write.ConfigureAwait(false).GetAwaiter(); // never on the caller's synchronization context
        pendingWrite.UnsafeOnCompleted(onWritten);
    }

    private ValueTask BeginWrite()
    {
        lock (core.Gate)
        {
            (filling, leaving) = (leaving, filling);
            core.Statistics.BytesSent += leaving.Length;
            core.Session.Sent(core.Now);
            core.Outgoing.MakeRoom();
            Answers.Leave();
        }

        if (core.Options.PacketTap is MqttTap tap) PacketTaps.ShowAll(tap, leaving.Written.Span);
        try
        {
            core.SessionFile?.Save(); // before what follows from it is on its way
            return stream.WriteAsync(leaving.Written, ended.Token);
        }
        catch (Exception exception) // streams may be the application's own; whatever they throw ends the connection
        {
            return ValueTask.FromException(exception);
        }
    }

    /// <summary>Whether more has gathered meanwhile.</summary>
    private bool EndWrite(ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter write)
    {
        try
        {
            write.GetResult();
        }
        catch (Exception exception)
        {
            Fail(exception as MqttException ?? new MqttException(MqttErrorCode.ConnectionLost, "The network connection broke while it was written to.", exception));
            return false; // and isFlushing stays: nothing more is written
        }

        lock (core.Gate)
        {
            if (leaving.Length > KeptBufferLength && filling.Length == 0) leaving.Clear();
            else leaving.Reset();
            lastWriteEnded = Stopwatch.GetTimestamp();
            isFlushing = filling.Length > 0;
            if (!isFlushing) WhenWritten?.TrySetResult();
            return isFlushing;
        }
    }
}
