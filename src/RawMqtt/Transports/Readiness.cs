// SPDX-License-Identifier: MIT

using System.Threading.Tasks.Sources;

namespace RawMqtt.Transports;

/// <summary>Remembers whether one direction of a socket may have become ready since it was last used, and lets one caller wait for that.</summary>
internal sealed class Readiness : IValueTaskSource<int>
{
    private const int Quiet = 0;
    private const int Ready = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<int> source;
    private int state;

    /// <summary>Notes that the socket is used now: what becomes ready from here on is noticed.</summary>
    public void Begin() => Interlocked.Exchange(ref state, Quiet);

    /// <summary>Notes that the socket may be ready, and resumes the caller that waits.</summary>
    /// <param name="isInline">On this thread; false: on the pool.</param>
    public void Note(bool isInline)
    {
        if (Interlocked.Exchange(ref state, Ready) != Waiting) return;
        source.RunContinuationsAsynchronously = !isInline;
        source.SetResult(0);
    }

    /// <summary>Returns 0 when the socket may be ready.</summary>
    public ValueTask<int> WaitAsync()
    {
        if (Volatile.Read(ref state) == Ready) return new ValueTask<int>(0);
        source.Reset();
        return Interlocked.CompareExchange(ref state, Waiting, Quiet) == Quiet ? new ValueTask<int>(this, source.Version) : new ValueTask<int>(0);
    }

    public int GetResult(short token) => source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}
