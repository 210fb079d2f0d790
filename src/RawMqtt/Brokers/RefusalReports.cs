// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Reports what clients are refused: at once, and at most once a second for each client, with the number of those since.</summary>
internal sealed class RefusalReports(BrokerTurn turn, RefusalObserver? observer)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Counts a refusal.</summary>
    public void Count(Subscriber subscriber, string action, ReadOnlySpan<byte> topic)
    {
        subscriber.Refused++;
        if (observer is null || turn.Now < subscriber.NextRefusalReport) return;
        observer(subscriber, action, topic, subscriber.Refused);
        subscriber.Refused = 0;
        subscriber.NextRefusalReport = turn.Now + Interval;
    }
}
