// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Stops reading while a subscription's reader is behind, so that the server and its publishers are slowed down in turn.</summary>
/// <remarks>The reader may itself wait for an answer that was not read yet. So while any answer is awaited, the client waits at most
/// <c>patience</c> for a reader that takes nothing, and then reads on, above the limits, until it takes something. The time halves after a
/// wait without progress and doubles otherwise: a reader that awaits an answer for each message is soon held up only by these answers.</remarks>
internal sealed class BackPressure(
    ClientSession session, SessionClock clock, TimeProvider time, Lock gate, ConnectionEnding ending, ReadingPause pause,
    OutgoingMessages outgoing, ClientSubscriptions subscriptions, Pings pings)
{
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private TimeSpan patience = Longest;
    private MessageBuffer? idle;
    private long idleSince;

    /// <summary>Waits until <paramref name="full"/> has room, or until waiting longer is of no use.</summary>
    public async ValueTask WaitAsync(MessageBuffer full)
    {
        lock (gate)
        {
            if (IsAnswerAwaited && full == idle && full.Taken == idleSince) return; // waited for already
            session.PauseReading(); // the server's silence means nothing now
        }

        Task room = full.WhenThereIsRoomAsync();
        idle = null;
        while (idle is null && !room.IsCompleted && !ending.Token.IsCancellationRequested)
        {
            if (BeginPause() is not TaskCompletionSource paused)
            {
                await WaitPatientlyAsync(full, room).ConfigureAwait(false);
                continue;
            }

            using (ending.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), paused))
            {
                await Task.WhenAny(room, paused.Task).ConfigureAwait(false);
            }
        }

        lock (gate)
        {
            pause.End();
            session.ResumeReading(clock.Now);
        }
    }

    /// <summary>Whether a caller waits for a packet from the server.</summary>
    private bool IsAnswerAwaited => session.InFlight > 0 || outgoing.Queued > 0 || outgoing.IsRoomAwaited || subscriptions.Unanswered > 0 || pings.Count > 0;

    /// <returns>Null if an answer is awaited now.</returns>
    private TaskCompletionSource? BeginPause()
    {
        lock (gate) return IsAnswerAwaited ? null : pause.Begin();
    }

    private async ValueTask WaitPatientlyAsync(MessageBuffer full, Task room)
    {
        long taken = full.Taken;
        await Task.WhenAny(room, Task.Delay(patience, time, ending.Token)).ConfigureAwait(false);
        bool inVain = !room.IsCompleted && full.Taken == taken;
        patience = inVain ? Max(patience / 2, Shortest) : Min(patience * 2, Longest);
        if (inVain) (idle, idleSince) = (full, taken);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
