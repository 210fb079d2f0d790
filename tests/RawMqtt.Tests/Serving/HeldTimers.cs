// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Serving;

/// <summary>A clock that stands still, and timers that ring when the test says so.</summary>
internal sealed class HeldTimers : TimeProvider
{
    private readonly List<HeldTimer> timers = [];

    /// <summary>What the timers that are set wait for.</summary>
    public IEnumerable<TimeSpan> Set => timers.Where(timer => timer.IsSet).Select(timer => timer.Due);

    public TimeSpan Now { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HeldTimer(callback, state) { Due = dueTime };
        timers.Add(timer);
        return timer;
    }

    /// <summary>All timers that are set ring once.</summary>
    public void Ring()
    {
        foreach (HeldTimer timer in timers.Where(timer => timer.IsSet).ToArray()) timer.Ring();
    }

    private sealed class HeldTimer(TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public bool IsSet => Due != Timeout.InfiniteTimeSpan;

        public void Ring()
        {
            Due = Timeout.InfiniteTimeSpan;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose() => Due = Timeout.InfiniteTimeSpan;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
