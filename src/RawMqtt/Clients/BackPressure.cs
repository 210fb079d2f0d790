// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Holds reading up while a subscription's reader is behind, so that the server and whoever publishes there are held up in turn.</summary>
/// <remarks>The reader may itself be waiting for an answer that is still to be read. So while any answer is awaited, a reader
/// that takes nothing is waited for no longer than the patience there is; then reading goes on, above the limits, until it takes something. Patience that was
/// in vain shrinks, and otherwise it grows again: a reader that awaits an answer for each message soon waits for little else.</remarks>
internal sealed class BackPressure(ClientCore core, ClientConnection connection)
{
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private TimeSpan patience = Longest;
    private MqttSubscription? idle;
    private long idleSince;

    /// <summary>Waits until <paramref name="full"/> has room, or nothing more is to be hoped for.</summary>
    public async ValueTask WaitAsync(MqttSubscription full)
    {
        lock (core.Gate)
        {
            if (core.IsAnswerAwaited && full == idle && full.Taken == idleSince) return; // waited for already
            core.Session.PauseReading(); // silence says nothing about the server now
        }

        Task room = full.WhenThereIsRoomAsync();
        idle = null;
        while (idle is null && !room.IsCompleted && !connection.Ended.IsCancellationRequested)
        {
            if (WhenAnswerAwaited() is not TaskCompletionSource asked)
            {
                await WaitPatientlyAsync(full, room).ConfigureAwait(false);
                continue;
            }

            using (connection.Ended.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), asked))
            {
                await Task.WhenAny(room, asked.Task).ConfigureAwait(false);
            }
        }

        lock (core.Gate)
        {
            core.PausedReading = null;
            core.Session.ResumeReading(core.Now);
        }
    }

    /// <summary>Null: an answer is awaited now.</summary>
    private TaskCompletionSource? WhenAnswerAwaited()
    {
        lock (core.Gate)
        {
            return core.PausedReading = core.IsAnswerAwaited ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async ValueTask WaitPatientlyAsync(MqttSubscription full, Task room)
    {
        long taken = full.Taken;
        await Task.WhenAny(room, Task.Delay(patience, core.Options.TimeProvider, connection.Ended)).ConfigureAwait(false);
        bool inVain = !room.IsCompleted && full.Taken == taken;
        patience = inVain ? Max(patience / 2, Shortest) : Min(patience * 2, Longest);
        if (inVain) (idle, idleSince) = (full, taken);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
