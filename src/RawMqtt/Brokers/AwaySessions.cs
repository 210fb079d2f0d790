// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The sessions whose clients are away, by whom they count for: beyond the limit the user, or address, that has most of them gives up the one
/// that has been away longest.</summary>
internal sealed class AwaySessions(Utf8Comparer comparer)
{
    private readonly LinkedList<Subscriber> all = new(); // the longest away first
    private readonly Dictionary<byte[], LinkedList<Subscriber>> groups = new(comparer);

    public int Count => all.Count;

    /// <summary>The session that has been away longest; null for none.</summary>
    public Subscriber? Longest => all.First?.Value;

    /// <summary>Adds a session whose client has gone away.</summary>
    public void Add(Subscriber subscriber)
    {
        byte[] name = subscriber.ShareName;
        if (!groups.TryGetValue(name, out LinkedList<Subscriber>? group)) groups.Add(name, group = new LinkedList<Subscriber>());
        subscriber.Away = all.AddLast(subscriber);
        subscriber.AwayInGroup = group.AddLast(subscriber);
    }

    /// <summary>Removes a session whose client is back, or that ends.</summary>
    public void Remove(Subscriber subscriber)
    {
        if (subscriber is not { Away: { } place, AwayInGroup: { List: { } group } placeInGroup }) return;
        all.Remove(place);
        group.Remove(placeInGroup);
        if (group.Count == 0) groups.Remove(subscriber.ShareName);
        (subscriber.Away, subscriber.AwayInGroup) = (null, null);
    }

    /// <summary>Returns the session that gives way when another one has been added: of its own group, if that has more than its share; otherwise of
    /// the group that has most.</summary>
    public Subscriber FindExcess(Subscriber added)
    {
        LinkedList<Subscriber> own = added.AwayInGroup!.List!;
        if (own.Count > Count / groups.Count) return own.First!.Value;
        int most = groups.Values.Max(group => group.Count);
        return all.First(subscriber => subscriber.AwayInGroup!.List!.Count == most);
    }
}
