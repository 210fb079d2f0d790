// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Finds the subscriptions that a topic name goes to, and remembers them, so that a topic that comes again costs one look.</summary>
/// <remarks>Used by the thread that reads the connection.</remarks>
internal sealed class LocalRoutes(ClientSubscriptions subscriptions)
{
    private const int MaxRemembered = 16_384;
    private const int MaxTopicLength = 256; // so that all together stay small

    private readonly Dictionary<byte[], LocalRoute> remembered = new(BytesComparer.Instance);
    private LocalSubscription[] known = [];
    private LocalTree tree = new([]);
    private LocalRoute last = new([], []);

    /// <summary>Whether the subscriptions are still those that the last route was found for.</summary>
    public bool IsCurrent => known == subscriptions.Active;

    public LocalRoute Find(ReadOnlySpan<byte> topic)
    {
        LocalSubscription[] current = subscriptions.Active;
        if (current != known)
        {
            known = current;
            tree = new LocalTree(current);
            remembered.Clear();
        }
        else if (topic.SequenceEqual(last.Topic))
        {
            return last;
        }

        if (!remembered.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(topic, out LocalRoute? route))
        {
            route = new LocalRoute(topic.ToArray(), tree.Search(topic));
            if (remembered.Count >= MaxRemembered) remembered.Clear();
            if (topic.Length <= MaxTopicLength) remembered[route.Topic] = route;
        }

        last = route;
        return route;
    }
}
