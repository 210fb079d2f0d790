// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>How long slow readers may hold one publisher back: at most <see cref="MqttBrokerLimits.MaxPublisherHoldTime"/> in any second, for all of them
/// together.</summary>
internal sealed class HoldBudget
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private TimeSpan begun;
    private TimeSpan used;
    private TimeSpan ended;
    private TimeSpan freeUntil;

    /// <summary>Whether the budget has time left.</summary>
    public bool HasTime(TimeSpan now) => now >= freeUntil;

    /// <summary>When the hold that has begun must end.</summary>
    public TimeSpan Deadline(TimeSpan budget) => begun + budget - used;

    public void Begin(TimeSpan now)
    {
        if (now - ended >= Period) used = TimeSpan.Zero;
        begun = now;
    }

    /// <summary>Ends a hold. Once the budget is used up, the rest of a second is free of holds.</summary>
    public void End(TimeSpan now, TimeSpan budget)
    {
        used += now - begun;
        ended = now;
        if (used < budget) return;
        used = TimeSpan.Zero;
        freeUntil = now + (Period > budget ? Period - budget : TimeSpan.Zero);
    }
}
