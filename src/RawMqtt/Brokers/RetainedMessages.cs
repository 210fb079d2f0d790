// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The last retained message of each topic, 3.3.1.3, by the levels of the topic names.</summary>
/// <remarks>They belong to no session [MQTT-3.1.2-7].</remarks>
internal sealed class RetainedMessages(Utf8Comparer comparer, MqttBrokerLimits limits, MqttBrokerStatistics counters)
{
    private readonly Node root = new();

    public int Count { get; private set; }

    /// <summary>Topics and payloads of all messages, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Levels of their topics; a level that several topics share counts once.</summary>
    public int Levels { get; private set; }

    /// <summary>Changes with each message that is kept or removed.</summary>
    public long Version { get; private set; }

    /// <summary>The number of levels that all searches have looked at.</summary>
    public long Searched { get; private set; }

    /// <summary>Returns the message of exactly this topic, or null.</summary>
    public ApplicationMessage? Find(ReadOnlySpan<byte> topic)
    {
        Node node = root;
        for (bool goesOn = true; goesOn;)
        {
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref topic, out goesOn);
            if (!node.TryGetChild(level, out Node? child)) return null;
            node = child;
        }

        return node.Message;
    }

    /// <summary>Keeps a message in place of the topic's last one [MQTT-3.3.1-5].</summary>
    /// <param name="message">The store takes a reference of its own. Its payload is not empty [MQTT-3.3.1-11].</param>
    /// <returns>Null, or the limit that does not allow it; then the topic has no message afterwards [MQTT-3.3.1-7].</returns>
    public string? Set(ApplicationMessage message)
    {
        Remove(message.Topic);
        if (Count >= limits.MaxRetainedMessages || Bytes + message.Length > limits.MaxRetainedBytes)
        {
            counters.RetainedDropped++;
            return Count >= limits.MaxRetainedMessages ? nameof(limits.MaxRetainedMessages) : nameof(limits.MaxRetainedBytes);
        }

        if (Levels > limits.MaxRetainedLevels - limits.MaxTopicLevels && Levels + NewLevels(message.Topic) > limits.MaxRetainedLevels)
        {
            counters.RetainedLevelsReached++;
            return nameof(limits.MaxRetainedLevels);
        }

        ReadOnlySpan<byte> topic = message.Topic;
        Node node = root;
        for (bool goesOn = true; goesOn;)
        {
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref topic, out goesOn);
            node = node.TryGetChild(level, out Node? child) ? child : AddChild(node, level);
        }

        node.Message = message.AddReference();
        Count++;
        Version++;
        Bytes += message.Length;
        return null;
    }

    /// <summary>Removes the message of a topic, if there is one [MQTT-3.3.1-10].</summary>
    public void Remove(ReadOnlySpan<byte> topic) => Remove(root, topic, goesOn: true);

    /// <summary>Adds the messages that <paramref name="filter"/> matches to <paramref name="found"/>, in the order of their topics.</summary>
    public void Search(ReadOnlySpan<byte> filter, List<ApplicationMessage> found)
    {
        int before = found.Count;
        Search(root, filter, goesOn: true, isFirst: true, found);
        found.Sort(before, found.Count - before, TopicOrder.Instance);
    }

    private void Search(Node node, ReadOnlySpan<byte> rest, bool goesOn, bool isFirst, List<ApplicationMessage> found)
    {
        Searched++;
        if (!goesOn)
        {
            if (node.Message is not null) found.Add(node.Message);
            return;
        }

        ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref rest, out goesOn);
        bool all = level is [(byte)'#'];
        if (all && node.Message is not null) found.Add(node.Message); // the parent level, 4.7.1.2
        if (all || level is [(byte)'+'])
        {
            if (node.Children is null) return;
            foreach (KeyValuePair<byte[], Node> child in node.Children)
            {
                if (isFirst && child.Key is [(byte)'$', ..]) continue; // [MQTT-4.7.2-1]
                if (all) Search(child.Value, "#"u8, goesOn: true, isFirst: false, found);
                else Search(child.Value, rest, goesOn, isFirst: false, found);
            }
        }
        else if (node.TryGetChild(level, out Node? child))
        {
            Search(child, rest, goesOn, isFirst: false, found);
        }
    }

    private void Remove(Node node, ReadOnlySpan<byte> rest, bool goesOn)
    {
        if (!goesOn)
        {
            if (node.Message is null) return;
            Count--;
            Version++;
            Bytes -= node.Message.Length;
            node.Message.Release();
            node.Message = null;
            return;
        }

        ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref rest, out goesOn);
        if (!node.TryGetChild(level, out Node? child)) return;
        Remove(child, rest, goesOn);
        if (child.Message is null && child.Children is null) RemoveChild(node, level);
    }

    private int NewLevels(ReadOnlySpan<byte> topic)
    {
        Node node = root;
        for (bool goesOn = true; goesOn;)
        {
            ReadOnlySpan<byte> rest = topic;
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref topic, out goesOn);
            if (!node.TryGetChild(level, out Node? child)) return rest.Count((byte)'/') + 1;
            node = child;
        }

        return 0;
    }

    private Node AddChild(Node node, ReadOnlySpan<byte> level)
    {
        Levels++;
        node.Children ??= new Dictionary<byte[], Node>(comparer);
        return node.Children[level.ToArray()] = new Node();
    }

    private void RemoveChild(Node node, ReadOnlySpan<byte> level)
    {
        Levels--;
        node.Children!.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(level);
        if (node.Children.Count == 0) node.Children = null;
    }

    private sealed class Node
    {
        public ApplicationMessage? Message;
        public Dictionary<byte[], Node>? Children;

        public bool TryGetChild(ReadOnlySpan<byte> level, [NotNullWhen(true)] out Node? child)
        {
            child = null;
            return Children is not null && Children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(level, out child);
        }
    }

    private sealed class TopicOrder : IComparer<ApplicationMessage>
    {
        public static readonly TopicOrder Instance = new();

        public int Compare(ApplicationMessage? x, ApplicationMessage? y) => x!.Topic.SequenceCompareTo(y!.Topic);
    }
}
