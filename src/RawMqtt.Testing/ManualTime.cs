// SPDX-License-Identifier: MIT

namespace RawMqtt.Testing;

/// <summary>A clock that stands still until the test moves it. Timers run inside <see cref="Advance"/>.</summary>
/// <remarks>All members may be called from any thread.</remarks>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private TimeSpan running;
    private TimeSpan asleep;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (gate) return running.Ticks;
    }

    /// <summary>Returns the time of day: 1970 at first.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return DateTimeOffset.UnixEpoch + running + asleep;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, and runs the timers that are due meanwhile, in the order of their times.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan end;
        lock (gate) end = running + by;
        while (true)
        {
            ManualTimer? next;
            lock (gate)
            {
                next = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                running = next is null ? end : next.Due > running ? next.Due : running;
                if (next is not null) timers.Remove(next);
            }

            if (next is null) return;
            next.Run();
        }
    }

    /// <summary>Moves the clock in steps of 100 ms until a task has ended. The task's result is not looked at.</summary>
    /// <exception cref="OperationCanceledException">The task did not end within 60 seconds of the machine's clock.</exception>
    public async Task AdvanceUntil(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!task.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            Advance(TimeSpan.FromMilliseconds(100));
            await SettleAsync(deadline.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Moves the time of day alone, as if the machine had slept: no timer runs.</summary>
    public void Sleep(TimeSpan duration)
    {
        lock (gate) asleep += duration;
    }

    /// <summary>Gives what the timers began time to go on: otherwise later timers, such as timeouts, would overtake it.</summary>
    private static async Task SettleAsync(CancellationToken cancellationToken)
    {
        do await Task.Delay(1, cancellationToken).ConfigureAwait(false);
        while (ThreadPool.PendingWorkItemCount > 0);
    }

    private sealed class ManualTimer(ManualTime time, Action run) : ITimer
    {
        private TimeSpan period = Timeout.InfiniteTimeSpan;

        public TimeSpan Due { get; private set; }

        /// <summary>Runs the timer, and sets it again if it repeats.</summary>
        public void Run()
        {
            lock (time.gate)
            {
                if (period > TimeSpan.Zero)
                {
                    Due += period;
                    time.timers.Add(this);
                }
            }

            run();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                this.period = period;
                time.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time.running + dueTime;
                time.timers.Add(this);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
