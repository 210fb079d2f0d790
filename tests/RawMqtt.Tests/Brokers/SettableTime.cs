namespace RawMqtt.Tests.Brokers;

/// <summary>Timestamps that only the test moves; timers run as ever.</summary>
internal sealed class SettableTime : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);
}
