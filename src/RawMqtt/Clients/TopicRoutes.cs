// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Codec;

namespace RawMqtt.Clients;

/// <summary>Remembers which subscriptions a topic name goes to, so that filters are matched once and not for each message.</summary>
/// <remarks>Used by the thread that reads the connection.</remarks>
internal sealed class TopicRoutes(ClientSubscriptions subscriptions)
{
    private const int MaxRemembered = 4096;

    private readonly Dictionary<byte[], TopicRoute> remembered = new(new ByBytes());
    private MqttSubscription[] known = [];
    private TopicRoute last = new([], []);

    public TopicRoute Find(ReadOnlySpan<byte> topic)
    {
        MqttSubscription[] current = subscriptions.Active;
        if (current == known && topic.SequenceEqual(last.Topic)) return last;
        if (current != known || remembered.Count >= MaxRemembered) remembered.Clear();
        known = current;
        Dictionary<byte[], TopicRoute>.AlternateLookup<ReadOnlySpan<byte>> lookup = remembered.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(topic, out TopicRoute? route)) lookup[topic] = route = Match(topic);
        last = route;
        return route;
    }

    private TopicRoute Match(ReadOnlySpan<byte> topic)
    {
        var targets = new List<MqttSubscription>();
        foreach (MqttSubscription subscription in known)
        {
            foreach (byte[] filter in subscription.FilterBytes)
            {
                if (!TopicFilter.Matches(filter, topic)) continue;
                targets.Add(subscription);
                break;
            }
        }

        return new TopicRoute(topic.ToArray(), [.. targets]);
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
