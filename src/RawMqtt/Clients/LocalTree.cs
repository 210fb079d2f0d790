// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Codec;

namespace RawMqtt.Clients;

/// <summary>Subscriptions by the levels of their topic filters, 4.7: a search follows the levels of a topic name, so its cost does not grow with the
/// number of filters.</summary>
internal sealed class LocalTree
{
    private readonly Node root = new();

    public LocalTree(LocalSubscription[] subscriptions)
    {
        foreach (LocalSubscription subscription in subscriptions)
        {
            foreach (byte[] filter in subscription.FilterBytes) Add(root, subscription, filter);
        }
    }

    /// <summary>Returns the subscriptions of which a filter matches the topic name: each once.</summary>
    public LocalSubscription[] Search(ReadOnlySpan<byte> topic)
    {
        List<LocalSubscription> found = [];
        Search(root, topic, goesOn: true, wildcards: topic.Length > 0 && topic[0] != '$', found); // [MQTT-4.7.2-1]
        return found.Count > 1 ? new List<LocalSubscription>(new HashSet<LocalSubscription>(found)).ToArray() : found.ToArray();
    }

    private static void Add(Node node, LocalSubscription subscription, ReadOnlySpan<byte> filter)
    {
        while (true)
        {
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref filter, out bool goesOn);
            if (level is [(byte)'#'])
            {
                node.Below.Add(subscription);
                return;
            }

            node = level is [(byte)'+'] ? node.AnyLevel ??= new Node() : node.Child(level);
            if (goesOn) continue;
            node.Here.Add(subscription);
            return;
        }
    }

    private static void Search(Node node, ReadOnlySpan<byte> rest, bool goesOn, bool wildcards, List<LocalSubscription> found)
    {
        if (wildcards) found.AddRange(node.Below); // # is the parent level and all below it, 4.7.1.2
        if (!goesOn)
        {
            found.AddRange(node.Here);
            return;
        }

        ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref rest, out goesOn);
        if (wildcards && node.AnyLevel is not null) Search(node.AnyLevel, rest, goesOn, wildcards: true, found);
        if (node.TryGetChild(level, out Node? child)) Search(child, rest, goesOn, wildcards: true, found);
    }

    private sealed class Node
    {
        private Dictionary<byte[], Node>? children;

        /// <summary>The subscriptions with a filter that ends at this level.</summary>
        public List<LocalSubscription> Here { get; } = [];

        /// <summary>The subscriptions with a filter that ends in <c>#</c> below this level.</summary>
        public List<LocalSubscription> Below { get; } = [];

        /// <summary>The filters that go on with <c>+</c>.</summary>
        public Node? AnyLevel { get; set; }

        public bool TryGetChild(ReadOnlySpan<byte> level, [NotNullWhen(true)] out Node? child)
        {
            child = null;
            return children is not null && children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(level, out child);
        }

        public Node Child(ReadOnlySpan<byte> level)
        {
            if (TryGetChild(level, out Node? child)) return child;
            children ??= new Dictionary<byte[], Node>(BytesComparer.Instance);
            return children[level.ToArray()] = new Node();
        }
    }
}
