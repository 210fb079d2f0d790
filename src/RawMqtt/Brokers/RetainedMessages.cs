// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The last retained message of each topic, 3.3.1.3, by the levels of the topic names.</summary>
/// <remarks>They belong to no session [MQTT-3.1.2-7]. Beyond a limit each user, or client without a user name, still has its share of it; all together
/// stay within twice the limit. A topic that has a message gets newer ones that are no longer, and one that is longer while the others keep to the
/// limit.</remarks>
internal sealed class RetainedMessages(Utf8Comparer comparer, MqttBrokerLimits limits, MqttBrokerStatistics counters)
{
    private readonly RetainedNode root = new(null, []);
    private readonly Dictionary<byte[], RetainedOwner> owners = new(comparer);

    public int Count { get; private set; }

    /// <summary>Topics and payloads of all messages, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Levels of their topics; a level that several topics share counts once.</summary>
    public int Levels { get; private set; }

    /// <summary>Grows with each message that is kept or removed.</summary>
    public long Version { get; private set; }

    /// <summary>The number of levels that all searches have looked at.</summary>
    public long Searched { get; private set; }

    /// <summary>The messages of all topics.</summary>
    public IEnumerable<ApplicationMessage> All => root.Messages;

    /// <summary>Returns the message of exactly this topic, or null.</summary>
    public ApplicationMessage? Find(ReadOnlySpan<byte> topic) => FindNode(topic)?.Message;

    /// <summary>Whose the message of exactly this topic is; null for the program.</summary>
    public byte[]? OwnerOf(ReadOnlySpan<byte> topic) => FindNode(topic)?.Owner?.Name;

    /// <summary>Keeps a message in place of the topic's last one [MQTT-3.3.1-5].</summary>
    /// <param name="message">The store takes a reference of its own. Its payload is not empty [MQTT-3.3.1-11].</param>
    /// <param name="ownerName">Whose it is; null for the program.</param>
    /// <returns>Null, or the limit that does not allow it. The topic's last one then stays, unless the message has QoS 0 [MQTT-3.3.1-7].</returns>
    public string? Set(ApplicationMessage message, byte[]? ownerName)
    {
        RetainedOwner? owner = ownerName is null ? null : owners.GetValueOrDefault(ownerName) ?? new RetainedOwner(ownerName);
        RetainedNode? node = FindNode(message.Topic);
        string? limit = node?.Message is { } last ? FindLimit(message, owner, node, last) : FindLimit(message, owner);
        if (limit is not null)
        {
            if (limit == nameof(limits.MaxRetainedLevels)) counters.RetainedLevelsReached++;
            else counters.RetainedDropped++;
            if (message.Qos == QualityOfService.AtMostOnce) Remove(message.Topic);
            return limit;
        }

        Keep(node ?? AddNode(message.Topic), message, owner);
        return null;
    }

    /// <summary>Takes back a message that an earlier process kept.</summary>
    public void Restore(ApplicationMessage message, byte[]? ownerName) =>
        Keep(AddNode(message.Topic), message, ownerName is null ? null : owners.GetValueOrDefault(ownerName) ?? new RetainedOwner(ownerName));

    /// <summary>Removes the message of a topic, if there is one [MQTT-3.3.1-10].</summary>
    public void Remove(ReadOnlySpan<byte> topic)
    {
        RetainedNode? node = FindNode(topic);
        if (node?.Message is null) return;
        Clear(node);
        Version++;
        for (; node is { IsEmpty: true, Parent: { } parent }; node = parent)
        {
            node.Remove();
            Levels--;
        }
    }

    /// <summary>Begins a search for the messages that a filter matches.</summary>
    public RetainedCursor Begin(byte[] filter)
    {
        Searched++;
        return new RetainedCursor(root, filter, Version);
    }

    /// <summary>Takes one step of a search.</summary>
    /// <returns>Whether the search goes on.</returns>
    public bool TryMove(RetainedCursor cursor)
    {
        Searched++;
        return cursor.TryMove();
    }

    /// <summary>Adds the messages that <paramref name="filter"/> matches to <paramref name="found"/>.</summary>
    public void Search(ReadOnlySpan<byte> filter, List<ApplicationMessage> found)
    {
        RetainedCursor cursor = Begin(filter.ToArray());
        while (TryMove(cursor))
        {
            if (cursor.Message is { } message) found.Add(message);
        }
    }

    private void Keep(RetainedNode node, ApplicationMessage message, RetainedOwner? owner)
    {
        if (node.Message is not null) Clear(node);
        node.Message = message.AddReference();
        node.Version = ++Version;
        node.Owner = owner;
        Change(node, 1);
    }

    private string? FindLimit(ApplicationMessage message, RetainedOwner? owner)
    {
        if (Exceeds(Count + 1, owner, owner?.Count + 1, limits.MaxRetainedMessages)) return nameof(limits.MaxRetainedMessages);
        if (Exceeds(Bytes + message.Length, owner, owner?.Bytes + message.Length, limits.MaxRetainedBytes)) return nameof(limits.MaxRetainedBytes);
        if (Levels <= limits.MaxRetainedLevels - limits.MaxTopicLevels) return null;
        return Exceeds(Levels + NewLevels(message.Topic), owner, owner?.Levels + LevelsOf(message), limits.MaxRetainedLevels)
            ? nameof(limits.MaxRetainedLevels)
            : null;
    }

    private string? FindLimit(ApplicationMessage message, RetainedOwner? owner, RetainedNode node, ApplicationMessage last)
    {
        if (message.Length <= last.Length || Bytes - last.Length <= limits.MaxRetainedBytes) return null;
        long? own = owner?.Bytes + message.Length - (node.Owner == owner ? last.Length : 0);
        return Exceeds(Bytes - last.Length + message.Length, owner, own, limits.MaxRetainedBytes) ? nameof(limits.MaxRetainedBytes) : null;
    }

    /// <summary>Whether a value is above a limit and the owner's part of it above the owner's share. The program may have twice the limit.</summary>
    private bool Exceeds(long value, RetainedOwner? owner, long? own, long limit)
    {
        if (value <= limit) return false;
        int sharers = owners.Count + (owner is { Count: 0 } ? 1 : 0);
        return value > 2 * limit || own > limit / Math.Max(1, sharers);
    }

    private RetainedNode? FindNode(ReadOnlySpan<byte> topic)
    {
        RetainedNode node = root;
        for (bool goesOn = true; goesOn;)
        {
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref topic, out goesOn);
            if (!node.TryGetChild(level, out RetainedNode? child)) return null;
            node = child;
        }

        return node;
    }

    private RetainedNode AddNode(ReadOnlySpan<byte> topic)
    {
        RetainedNode node = root;
        for (bool goesOn = true; goesOn;)
        {
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref topic, out goesOn);
            if (node.TryGetChild(level, out RetainedNode? child))
            {
                node = child;
                continue;
            }

            node = node.AddChild(level, comparer);
            Levels++;
        }

        return node;
    }

    private void Clear(RetainedNode node)
    {
        Change(node, -1);
        node.Message!.Release();
        node.Message = null;
        node.Owner = null;
    }

    private void Change(RetainedNode node, int sign)
    {
        Count += sign;
        Bytes += sign * node.Message!.Length;
        if (node.Owner is not { } owner) return;
        owner.Change(sign, node.Message.Length, LevelsOf(node.Message));
        if (owner.Count == 0) owners.Remove(owner.Name);
        else if (owner.Count == 1 && sign > 0) owners[owner.Name] = owner;
    }

    private int NewLevels(ReadOnlySpan<byte> topic)
    {
        RetainedNode node = root;
        for (bool goesOn = true; goesOn;)
        {
            ReadOnlySpan<byte> rest = topic;
            ReadOnlySpan<byte> level = TopicFilter.TakeLevel(ref topic, out goesOn);
            if (!node.TryGetChild(level, out RetainedNode? child)) return rest.Count((byte)'/') + 1;
            node = child;
        }

        return 0;
    }

    private static int LevelsOf(ApplicationMessage message) => message.Topic.Count((byte)'/') + 1;
}
