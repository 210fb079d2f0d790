// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Reports what clients lose: at most once a minute for each client.</summary>
internal sealed class DropReports(BrokerTurn turn, DropObserver? observer)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Counts a message that a client loses, or that the broker does not keep for it.</summary>
    /// <param name="subscriber">The client; null for the program.</param>
    /// <param name="limit">The limit that was reached.</param>
    public void Count(Subscriber? subscriber, string limit)
    {
        if (subscriber is null) return;
        subscriber.Lost++;
        if (observer is null) return;
        subscriber.Dropped++;
        if (turn.Now < subscriber.NextDropReport) return;
        observer(subscriber, limit, subscriber.Dropped);
        subscriber.Dropped = 0;
        subscriber.NextDropReport = turn.Now + Interval;
    }
}
