// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>Says when it was disposed of.</summary>
internal sealed class WatchedStream : MemoryStream
{
    private readonly TaskCompletionSource disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Disposed => disposed.Task;

    protected override void Dispose(bool disposing)
    {
        disposed.TrySetResult();
        base.Dispose(disposing);
    }
}
