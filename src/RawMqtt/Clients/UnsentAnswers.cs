// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Counts the bytes that answer what was read and wait to be written. Above a limit the client stops reading; otherwise a server that sends and
/// does not read would fill the memory.</summary>
/// <remarks>Messages of the application do not count, because a server may wait for the client to read before it takes them. Guarded by the gate.</remarks>
internal sealed class UnsentAnswers
{
    private int length;
    private TaskCompletionSource? cleared;

    /// <summary>Whether the limit is reached.</summary>
    public bool AreTooMany => length >= QueueLimits.SendBufferHighWater;

    public void Add(int bytes) => length += bytes;

    /// <summary>Counts from zero again: the answers are being written.</summary>
    public void Clear()
    {
        length = 0;
        cleared?.TrySetResult();
        cleared = null;
    }

    /// <summary>Completes when the answers are being written.</summary>
    public Task WhenClearedAsync()
    {
        if (length == 0) return Task.CompletedTask;
        cleared ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return cleared.Task;
    }
}
