// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>A clock that stands still until the test moves it; timers run inside <see cref="Advance"/>.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private TimeSpan running;
    private TimeSpan asleep;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate) return running.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return DateTimeOffset.UnixEpoch + running + asleep;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Time passes, and the timers that are due meanwhile run.</summary>
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

    /// <summary>Time passes in steps of 100 ms until a task has ended.</summary>
    public async Task AdvanceUntil(Task task)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!task.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    /// <summary>The machine sleeps: the time of day goes on, and nothing else.</summary>
    public void Sleep(TimeSpan duration)
    {
        lock (gate) asleep += duration;
    }

    private sealed class ManualTimer(ManualTime time, Action run) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public Action Run => run;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
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
