// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Notices that the machine was asleep: the time of day went on, and the clock that counts running time did not.</summary>
internal sealed class SleepDetector(TimeProvider time)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private long running = time.GetTimestamp();
    private DateTimeOffset timeOfDay = time.GetUtcNow();

    /// <summary>Compares the two clocks, and remembers them for the next call.</summary>
    /// <returns>Whether the machine slept since the last call.</returns>
    public bool CompareClocks()
    {
        TimeSpan ran = time.GetElapsedTime(running);
        TimeSpan passed = time.GetUtcNow() - timeOfDay;
        running = time.GetTimestamp();
        timeOfDay = time.GetUtcNow();
        return passed - ran > Tolerance;
    }
}
