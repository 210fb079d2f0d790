// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>When each message of an open-loop load is due: at a steady rate, after a ramp in which the rate grows from 0.</summary>
/// <param name="Rate">Messages a second after the ramp.</param>
/// <param name="Ramp">The length of the ramp.</param>
internal readonly record struct DueTimes(double Rate, TimeSpan Ramp)
{
    /// <summary>Returns the seconds from the start at which the message with this number is due.</summary>
    public double SecondsOf(long number)
    {
        double ramp = Ramp.TotalSeconds;
        double inRamp = Rate * ramp / 2;
        return number < inRamp ? Math.Sqrt(2 * ramp * number / Rate) : number / Rate + ramp / 2;
    }

    /// <summary>Returns the number of messages that are due before this time.</summary>
    public long CountBefore(TimeSpan time)
    {
        double seconds = time.TotalSeconds;
        double ramp = Ramp.TotalSeconds;
        double count = seconds < ramp ? Rate * seconds * seconds / (2 * ramp) : Rate * (seconds - ramp / 2);
        return (long)Math.Ceiling(count - 1e-6); // a message due at the very end is not before it
    }
}
