// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>All subscriptions, by the levels of their topic filters, 4.7: a search follows the levels of a topic name.</summary>
/// <remarks>A search visits each node at most once, so it never takes longer than a walk through all filters.</remarks>
internal sealed class SubscriptionTree(Utf8Comparer comparer)
{
    private readonly Node root = new();
    private long searches;

    /// <summary>Changes with each subscription that begins or ends: earlier results are then out of date.</summary>
    public long Version { get; private set; }

    /// <summary>The number of subscriptions.</summary>
    public int Count { get; private set; }

    /// <summary>What all searches have visited: nodes and the subscriptions at them.</summary>
    public long Visited { get; private set; }

    /// <summary>Begins a subscription, or replaces the one of the same filter [MQTT-3.8.4-3].</summary>
    /// <returns>Whether there was none.</returns>
    public bool Add(Subscriber subscriber, ReadOnlySpan<byte> filter, QualityOfService qos)
    {
        Node node = root;
        bool isNew;
        while (true)
        {
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref filter, out bool goesOn);
            if (level is [(byte)'#'])
            {
                isNew = node.Below.Set(subscriber, qos);
                break;
            }

            node = level is [(byte)'+'] ? node.AnyLevel ??= new Node() : ChildOf(node, level);
            if (goesOn) continue;
            isNew = node.Here.Set(subscriber, qos);
            break;
        }

        Version++;
        if (isNew) Count++;
        return isNew;
    }

    /// <summary>Ends the subscription of exactly this filter [MQTT-3.10.4-1].</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(Subscriber subscriber, ReadOnlySpan<byte> filter)
    {
        if (!Remove(root, filter, goesOn: true, subscriber)) return false;
        Version++;
        Count--;
        return true;
    }

    /// <summary>Returns the QoS granted to a client for exactly this filter.</summary>
    public QualityOfService QosOf(Subscriber subscriber, ReadOnlySpan<byte> filter)
    {
        Node node = root;
        for (bool goesOn = true; goesOn;)
        {
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref filter, out goesOn);
            if (level is [(byte)'#']) return node.Below.QosOf(subscriber);
            if (level is [(byte)'+']) node = node.AnyLevel!;
            else if (node.TryGetChild(level, out Node? child)) node = child;
        }

        return node.Here.QosOf(subscriber);
    }

    /// <summary>Makes all earlier results out of date.</summary>
    public void Renew() => Version++;

    /// <summary>Fills <paramref name="route"/> with the clients whose filters match the topic.</summary>
    public void Search(ReadOnlySpan<byte> topic, TopicRoute route)
    {
        route.Begin(Version);
        Search(root, topic, goesOn: true, wildcards: topic[0] != '$', route, ++searches); // [MQTT-4.7.2-1]
    }

    private void Search(Node node, ReadOnlySpan<byte> rest, bool goesOn, bool wildcards, TopicRoute route, long search)
    {
        Visited++;
        if (wildcards) Visited += node.Below.AddTo(route, search); // # is the parent level and all below it, 4.7.1.2
        if (!goesOn)
        {
            Visited += node.Here.AddTo(route, search);
            return;
        }

        ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref rest, out goesOn);
        if (wildcards && node.AnyLevel is not null) Search(node.AnyLevel, rest, goesOn, wildcards: true, route, search);
        if (node.TryGetChild(level, out Node? child)) Search(child, rest, goesOn, wildcards: true, route, search);
    }

    private static bool Remove(Node node, ReadOnlySpan<byte> rest, bool goesOn, Subscriber subscriber)
    {
        if (!goesOn) return node.Here.Remove(subscriber);

        ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref rest, out goesOn);
        if (level is [(byte)'#']) return node.Below.Remove(subscriber);
        if (level is [(byte)'+'])
        {
            if (node.AnyLevel is null || !Remove(node.AnyLevel, rest, goesOn, subscriber)) return false;
            if (node.AnyLevel.IsEmpty) node.AnyLevel = null;
            return true;
        }

        if (!node.TryGetChild(level, out Node? child) || !Remove(child, rest, goesOn, subscriber)) return false;
        if (child.IsEmpty) node.RemoveChild(level);
        return true;
    }

    private Node ChildOf(Node node, ReadOnlySpan<byte> level)
    {
        if (node.TryGetChild(level, out Node? child)) return child;
        node.Children ??= new Dictionary<byte[], Node>(comparer);
        return node.Children[level.ToArray()] = new Node();
    }

    private sealed class Node
    {
        /// <summary>The filters that end at this level.</summary>
        public SubscriberSet Here;

        /// <summary>The filters that end in <c>#</c> below this level.</summary>
        public SubscriberSet Below;

        /// <summary>The filters that go on with <c>+</c>.</summary>
        public Node? AnyLevel;

        /// <summary>The filters that go on with a level of that name.</summary>
        public Dictionary<byte[], Node>? Children;

        public bool IsEmpty => Here.IsEmpty && Below.IsEmpty && AnyLevel is null && Children is null;

        public bool TryGetChild(ReadOnlySpan<byte> level, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Node? child)
        {
            child = null;
            return Children is not null && Children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(level, out child);
        }

        public void RemoveChild(ReadOnlySpan<byte> level)
        {
            Children!.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(level);
            if (Children.Count == 0) Children = null;
        }
    }
}
