// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Notices that the machine was asleep: the time of day has gone on, and the clock that counts running time has not.</summary>
internal sealed class SleepDetector(TimeProvider time)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private long running = time.GetTimestamp();
    private DateTimeOffset timeOfDay = time.GetUtcNow();

    /// <summary>Whether the clocks have parted since the last call.</summary>
    public bool HasSlept()
    {
        TimeSpan ran = time.GetElapsedTime(running);
        TimeSpan passed = time.GetUtcNow() - timeOfDay;
        running = time.GetTimestamp();
        timeOfDay = time.GetUtcNow();
        return passed - ran > Tolerance;
    }
}
