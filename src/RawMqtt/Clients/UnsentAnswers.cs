// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>The bytes that answer what was read, and wait to be written: above a limit nothing more is read, or a server that sends and does not read would fill the memory.</summary>
/// <remarks>Messages of the application do not count: a server may well wait for us to read before it takes them. Guarded by the client's gate.</remarks>
internal sealed class UnsentAnswers
{
    private int length;
    private TaskCompletionSource? leaving;

    /// <summary>Whether there are too many to read on.</summary>
    public bool AreTooMany => length >= ClientConnection.HighWater;

    public void Add(int bytes) => length += bytes;

    /// <summary>They are being written, or never will be.</summary>
    public void Leave()
    {
        length = 0;
        leaving?.TrySetResult();
        leaving = null;
    }

    /// <summary>Completes when they are being written.</summary>
    public Task WhenLeavingAsync()
    {
        if (length == 0) return Task.CompletedTask;
        leaving ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return leaving.Task;
    }
}
