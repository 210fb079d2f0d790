// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Publishers from which nothing is taken while a client that is connected catches up with its full queue.</summary>
/// <remarks>So a burst is slowed down and not thrown away. A client may hold others back for a limited time: then it lags,
/// and what its queue cannot take is dropped, until it has caught up. A publisher waits for all that are full at once.</remarks>
/// <param name="limit">How long one client may hold others back.</param>
internal sealed class HeldPublishers(TimeSpan limit)
{
    private readonly Dictionary<Subscriber, Hold> holds = [];

    public bool IsEmpty => holds.Count == 0;

    /// <summary>Lets <paramref name="publisher"/> wait for <paramref name="subscriber"/>.</summary>
    public void Add(Subscriber subscriber, BrokerConnection publisher, TimeSpan now)
    {
        if (!holds.TryGetValue(subscriber, out Hold? hold)) holds.Add(subscriber, hold = new Hold(now));
        hold.Publishers.Add(publisher);
        publisher.Pause = Pause.Held;
    }

    /// <summary>The client has caught up, or is gone: its publishers go on.</summary>
    public void Release(Subscriber subscriber, BrokerCore broker)
    {
        if (!holds.Remove(subscriber, out Hold? hold)) return;
        foreach (BrokerConnection publisher in hold.Publishers)
        {
            if (publisher.Pause != Pause.Held) continue; // it has ended, or went on when another one had caught up
            publisher.Pause = Pause.None;
            publisher.LastReceived = broker.Now; // it was not its silence
            broker.Touch(publisher);
        }
    }

    /// <summary>Lets those go on that have waited for too long.</summary>
    /// <returns>When the next have; null for none.</returns>
    public TimeSpan? Tick(BrokerCore broker)
    {
        TimeSpan? next = null;
        List<Subscriber>? over = null;
        foreach ((Subscriber subscriber, Hold hold) in holds)
        {
            TimeSpan at = hold.Since + limit;
            if (at <= broker.Now) (over ??= []).Add(subscriber);
            else if (next is null || at < next) next = at;
        }

        foreach (Subscriber subscriber in over ?? [])
        {
            subscriber.IsLagging = true;
            broker.Statistics.Lagging++;
            Release(subscriber, broker);
        }

        return next;
    }

    private sealed record Hold(TimeSpan Since)
    {
        public HashSet<BrokerConnection> Publishers { get; } = [];
    }
}
