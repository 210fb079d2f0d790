// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Clients;

/// <summary>Remembers which subscriptions a topic name goes to, so that filters are not matched for each message.</summary>
/// <remarks>Used by the thread that reads the connection.</remarks>
internal sealed class LocalRoutes(ClientSubscriptions subscriptions)
{
    private const int MaxRemembered = 4096;

    private readonly Dictionary<byte[], LocalRoute> remembered = new(new ByBytes());
    private LocalSubscription[] known = [];
    private LocalRoute last = new([], []);

    /// <summary>Whether the subscriptions are still those that the last route was found for.</summary>
    public bool IsCurrent => known == subscriptions.Active;

    public LocalRoute Find(ReadOnlySpan<byte> topic)
    {
        LocalSubscription[] current = subscriptions.Active;
        if (current == known && topic.SequenceEqual(last.Topic)) return last;
        if (current != known || remembered.Count >= MaxRemembered) remembered.Clear();
        known = current;
        Dictionary<byte[], LocalRoute>.AlternateLookup<ReadOnlySpan<byte>> lookup = remembered.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(topic, out LocalRoute? route)) lookup[topic] = route = Match(topic);
        last = route;
        return route;
    }

    private LocalRoute Match(ReadOnlySpan<byte> topic)
    {
        var targets = new List<LocalSubscription>();
        foreach (LocalSubscription subscription in known)
        {
            if (subscription.Matches(topic)) targets.Add(subscription);
        }

        return new LocalRoute(topic.ToArray(), [.. targets]);
    }

    private sealed class ByBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] bytes) => GetHashCode(bytes.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
