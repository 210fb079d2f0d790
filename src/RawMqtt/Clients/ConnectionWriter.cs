// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Runtime.CompilerServices;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Writes what is appended to <see cref="Output"/> to one network connection, in as few writes as the traffic allows.</summary>
/// <remarks>
/// Two buffers: packets are appended to one while the other is being written. The caller that appends a lone packet writes it
/// at once. If the last write ended only microseconds ago, there is a burst: then the thread pool writes while the callers
/// append, and one write carries what gathered during the write before it.
/// </remarks>
internal sealed class ConnectionWriter(
    Lock gate, Stream stream, ConnectionEnding ending, ClientSession session, SessionClock clock, ClientCounters counters,
    OutgoingMessages outgoing, SessionFile? file, MqttTap? packetTap) : IThreadPoolWorkItem
{
    private const int KeptBufferLength = 64 * 1024;

    /// <summary>More is written in parts, so that a slow line shows that it goes on.</summary>
    private const int LongestWrite = 256 * 1024;

    /// <summary>10 microseconds. Measured with the real clock: it is the speed of this machine's writes that decides, not the application's time.</summary>
    private static readonly long Burst = Stopwatch.Frequency / 100_000;

    private OutgoingBuffer filling = new();
    private OutgoingBuffer leaving = new();
    private Action? onWritten;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter pendingWrite;
    private TimeSpan writeBegan;
    private long lastWriteEnded;
    private int written;
    private int writing;
    private bool isFlushing;
    private TaskCompletionSource? allWritten;

    /// <summary>Takes packets, under the gate.</summary>
    public OutgoingBuffer Output => filling;

    /// <summary>Counts the bytes in <see cref="Output"/> that answer what was read.</summary>
    public UnsentAnswers Answers { get; } = new();

    public ConnectionEnding Ending => ending;

    /// <summary>Bytes of the largest write so far.</summary>
    public int LargestWrite { get; private set; }

    /// <summary>The type of the last packet of the last write; <see cref="PacketType.Connect"/> before there was one.</summary>
    public PacketType LastSent { get; private set; } = PacketType.Connect;

    /// <summary>Completes when all that was appended before <see cref="WatchWrites"/> has been written, or never will be.</summary>
    public Task AllWritten => allWritten?.Task ?? Task.CompletedTask;

    /// <summary>Starts <see cref="AllWritten"/>. Under the gate.</summary>
    public void WatchWrites() => allWritten = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Decides, under the gate, who writes what was appended. The caller then leaves the gate and calls <see cref="Flush"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FlushStep ChooseFlush()
    {
        if (filling.Length > 0) return isFlushing ? FlushStep.None : BeginFlush();
        file?.SaveSoon(); // no packet follows that would save what was noted
        return FlushStep.None;
    }

    /// <summary>Does what <see cref="ChooseFlush"/> decided.</summary>
    public void Flush(FlushStep step)
    {
        if (step == FlushStep.ByCaller) WriteOnce();
        else if (step == FlushStep.ByThreadPool) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Frees the callers that wait for writes: the connection has ended. Under the gate.</summary>
    public void ReleaseWaiting()
    {
        outgoing.MakeRoom();
        allWritten?.TrySetResult();
    }

    void IThreadPoolWorkItem.Execute() => WriteAll();

    private FlushStep BeginFlush()
    {
        isFlushing = true;
        return file is not null || Stopwatch.GetTimestamp() - lastWriteEnded < Burst ? FlushStep.ByThreadPool : FlushStep.ByCaller;
    }

    private void WriteOnce()
    {
        ValueTask write = BeginWrite();
        if (!write.IsCompleted) ContinueLater(write);
        else if (EndWrite(write.ConfigureAwait(false).GetAwaiter(), writeBegan)) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void WriteAll()
    {
        while (true)
        {
            ValueTask write = BeginWrite();
            if (!write.IsCompleted)
            {
                ContinueLater(write);
                return;
            }

            if (!EndWrite(write.ConfigureAwait(false).GetAwaiter(), writeBegan)) return;
        }
    }

    private void ContinueLater(ValueTask write)
    {
        onWritten ??= () =>
        {
            if (EndWrite(pendingWrite, clock.Now)) WriteAll();
        };
        pendingWrite = write.ConfigureAwait(false).GetAwaiter(); // never on the caller's synchronization context
        pendingWrite.UnsafeOnCompleted(onWritten);
    }

    private ValueTask BeginWrite()
    {
        bool isFirst = written == 0;
        lock (gate)
        {
            if (isFirst) TakeFilled();
            writing = Math.Min(leaving.Length - written, LongestWrite);
            writeBegan = clock.Now;
            if (ending.Reason is null) session.Leaving(writeBegan, writing, isFirst);
        }

        if (isFirst && packetTap is not null) PacketTaps.ShowSent(packetTap, leaving.Written.Span);
        try
        {
            if (isFirst) file?.Save(); // on the disk before what follows from it leaves
            return stream.WriteAsync(leaving.Written.Slice(written, writing), ending.Token);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    private void TakeFilled()
    {
        (filling, leaving) = (leaving, filling);
        counters.BytesSent += leaving.Length;
        LargestWrite = Math.Max(LargestWrite, leaving.Length);
        LastSent = (PacketType)(leaving.FirstOfLast >> 4);
        outgoing.MakeRoom();
        Answers.Clear();
    }

    /// <returns>Whether more is left, or has gathered meanwhile.</returns>
    private bool EndWrite(ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter write, TimeSpan now)
    {
        try
        {
            write.GetResult();
        }
        catch (Exception exception)
        {
            ending.Fail(exception as MqttException ?? ServerClose.OfWrite(stream, LargestWrite, LastSent, exception));
            return false; // isFlushing stays true, so that nothing more is written
        }

        lock (gate)
        {
            written += writing;
            bool isLast = written == leaving.Length;
            if (ending.Reason is null) session.Sent(now, isLast); // otherwise the session may have another connection
            if (!isLast) return true;
            written = 0;
            if (leaving.Length > KeptBufferLength && filling.Length == 0) leaving.Clear();
            else leaving.Reset();
            lastWriteEnded = Stopwatch.GetTimestamp();
            isFlushing = filling.Length > 0;
            if (!isFlushing) allWritten?.TrySetResult();
            return isFlushing;
        }
    }
}
