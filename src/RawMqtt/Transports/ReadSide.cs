// SPDX-License-Identifier: MIT

namespace RawMqtt.Transports;

/// <summary>Lets one reader at a time to a <see cref="WebSocketStream"/>'s receiving half, and closing behind the last one.</summary>
internal sealed class ReadSide
{
    private const int Reading = 0b01;
    private const int Closing = 0b10;

    private int state;
    private TaskCompletionSource? lastReadEnded;    // from the beginning of closing on
    private TaskCompletionSource? closed;           // likewise

    /// <summary>Closing has begun: no reader begins any more.</summary>
    public bool IsClosing => (Volatile.Read(ref state) & Closing) != 0;

    /// <summary>Once closing has begun: completes when the reader that was under way then has ended.</summary>
    public Task LastReadEnded => lastReadEnded!.Task;

    /// <summary>Once closing has begun: completes when it is through; what a reader that comes too late waits for.</summary>
    public Task Closed => closed!.Task;

    /// <summary>False when a reader is under way, or closing has begun.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref state, Reading, 0) == 0;

    /// <summary>The reader has ended.</summary>
    public void Release()
    {
        if ((Interlocked.And(ref state, ~Reading) & Closing) != 0) lastReadEnded!.TrySetResult();
    }

    /// <summary>True for the first one who closes.</summary>
    public bool TryBeginClosing()
    {
        Interlocked.CompareExchange(ref lastReadEnded, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);
        Interlocked.CompareExchange(ref closed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);
        int before = Interlocked.Or(ref state, Closing);
        if (before == 0) lastReadEnded!.TrySetResult();
        return (before & Closing) == 0;
    }

    /// <summary>Closing is through.</summary>
    public void EndClosing() => closed!.TrySetResult();
}
