// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Remembers the route of each topic, so that a topic that is used often costs one look-up instead of a search and of the question who may
/// read it.</summary>
internal sealed class TopicRoutes(SubscriptionTree subscriptions, Utf8Comparer comparer, Func<Subscriber, ReadOnlySpan<byte>, bool>? canRead)
{
    private const int MaxRoutes = 16_384;
    private const int MaxTopicLength = 256; // so that all together stay small
    private const long MaxReceivers = 1 << 20;

    private readonly Dictionary<byte[], TopicRoute> routes = new(comparer);
    private readonly TopicRoute unkept = new([]);
    private long receivers;

    /// <summary>Returns the route of a topic for the present subscriptions. The route of a long topic is valid until the next call.</summary>
    /// <param name="topic">A valid topic name.</param>
    /// <param name="last">The route found the last time; it is compared first.</param>
    public TopicRoute Find(ReadOnlySpan<byte> topic, TopicRoute? last)
    {
        if (last is not null && last.Version == subscriptions.Version && topic.SequenceEqual(last.Topic)) return last;

        var lookup = routes.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(topic, out TopicRoute? route) && route.Version == subscriptions.Version) return route;
        return Search(topic, route);
    }

    private TopicRoute Search(ReadOnlySpan<byte> topic, TopicRoute? route)
    {
        if (topic.Length > MaxTopicLength) return Fill(unkept, topic);

        if (routes.Count >= MaxRoutes || receivers >= MaxReceivers)
        {
            routes.Clear();
            receivers = 0;
            route = null;
        }

        if (route is null)
        {
            route = new TopicRoute(topic.ToArray());
            routes.Add(route.Topic, route);
        }

        receivers -= route.Count;
        Fill(route, topic);
        receivers += route.Count;
        return route;
    }

    private TopicRoute Fill(TopicRoute route, ReadOnlySpan<byte> topic)
    {
        subscriptions.Search(topic, route);
        if (canRead is not null) route.RemoveUnreadable(topic, canRead);
        return route;
    }
}
