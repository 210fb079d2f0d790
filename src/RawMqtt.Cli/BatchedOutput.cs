// SPDX-License-Identifier: MIT

using System.Runtime.ExceptionServices;

namespace RawMqtt.Cli;

/// <summary>Writes to a stream in batches: what is added while a write is under way leaves with the next write. A lone line leaves at once.</summary>
internal sealed class BatchedOutput(Stream stream) : IThreadPoolWorkItem, IDisposable
{
    /// <summary>If more waits, <see cref="Add"/> waits too, so that a slow reader of the output slows the sender down.</summary>
    private const int MostWaiting = 1 << 20;

    private readonly object gate = new();
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] waiting = new byte[64 * 1024];
    private byte[] spare = new byte[64 * 1024];
    private int length;
    private bool isWriting;
    private Exception? fault;

    /// <summary>Gets what happens before each write.</summary>
    public Action? OnWrite { get; init; }

    /// <summary>Gets a task that fails when the stream does, and never completes otherwise.</summary>
    public Task Failed => failed.Task;

    /// <summary>Adds bytes; waits while too many are not written yet.</summary>
    /// <exception cref="IOException">An earlier write failed.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            while (fault is null && length > 0 && length + bytes.Length > MostWaiting) Monitor.Wait(gate);
            ThrowFault();
            if (waiting.Length - length < bytes.Length) Array.Resize(ref waiting, Math.Max(2 * waiting.Length, length + bytes.Length));
            bytes.CopyTo(waiting.AsSpan(length));
            length += bytes.Length;
            if (isWriting) return;
            isWriting = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Waits until all that was added is written.</summary>
    /// <exception cref="IOException">A write failed.</exception>
    public void Flush()
    {
        lock (gate)
        {
            while (isWriting) Monitor.Wait(gate);
            ThrowFault();
        }
    }

    /// <summary>Writes until nothing waits.</summary>
    public void Execute()
    {
        while (TakeBatch() is { Count: > 0 } batch)
        {
            try
            {
                OnWrite?.Invoke();
                stream.Write(batch);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                lock (gate) fault = failure;
                failed.TrySetException(failure);
            }
        }
    }

    public void Dispose() => stream.Dispose();

    private ArraySegment<byte> TakeBatch()
    {
        lock (gate)
        {
            if (fault is not null) length = 0;
            var batch = new ArraySegment<byte>(waiting, 0, length);
            (waiting, spare) = (spare, waiting);
            length = 0;
            isWriting = batch.Count > 0;
            Monitor.PulseAll(gate);
            return batch;
        }
    }

    private void ThrowFault()
    {
        if (fault is not null) ExceptionDispatchInfo.Throw(fault);
    }
}
