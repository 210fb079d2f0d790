// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Serving;

/// <summary>Timestamps that only the test moves; timers run as ever.</summary>
internal sealed class SettableTime : TimeProvider
{
    private long ticks;
    private Exception? failure;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Exchange(ref failure, null) is { } once ? throw once : Interlocked.Read(ref ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);

    /// <summary>Who asks for the time next gets this instead.</summary>
    public void FailOnce(Exception with) => Volatile.Write(ref failure, with);
}
