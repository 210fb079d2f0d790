// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Wakes the reader of a connection that waits for the application, as soon as the application waits for the server. Guarded by the gate.</summary>
internal sealed class ReadingPause
{
    private TaskCompletionSource? pause;

    /// <summary>Starts a pause.</summary>
    /// <returns>Completes when <see cref="End"/> is called.</returns>
    public TaskCompletionSource Begin() => pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the pause, if there is one: a caller waits for an answer of the server, or the reader goes on.</summary>
    public void End()
    {
        pause?.TrySetResult();
        pause = null;
    }
}
