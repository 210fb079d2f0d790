// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>A level of the topics of retained messages. The levels below it are linked in the order in which they came, so that a
/// <see cref="RetainedCursor"/> can stop at one and go on from there, even if it was removed meanwhile.</summary>
internal sealed class RetainedNode(RetainedNode? parent, byte[] level)
{
    private Dictionary<byte[], RetainedNode>? children;
    private RetainedNode? last;
    private RetainedNode? previous;
    private RetainedNode? next;
    private bool isRemoved;

    public RetainedNode? Parent { get; } = parent;

    /// <summary>The message of the topic that ends here; null for none.</summary>
    public ApplicationMessage? Message { get; set; }

    /// <summary>The <see cref="RetainedMessages.Version"/> that the message made.</summary>
    public long Version { get; set; }

    /// <summary>For whom the message counts; null for the program.</summary>
    public RetainedOwner? Owner { get; set; }

    /// <summary>A topic of the broker, which no wildcard at the first level matches [MQTT-4.7.2-1].</summary>
    public bool IsOfBroker => level is [(byte)'$', ..];

    public bool IsEmpty => Message is null && First is null;

    /// <summary>The level below that came first.</summary>
    public RetainedNode? First { get; private set; }

    /// <summary>The level that came next under the same parent and is still there.</summary>
    public RetainedNode? Next
    {
        get
        {
            RetainedNode? one = next;
            while (one is { isRemoved: true }) one = one.next; // a removed one still knows what came next
            return one;
        }
    }

    /// <summary>The messages of this level and of all below it.</summary>
    public IEnumerable<ApplicationMessage> Messages
    {
        get
        {
            var open = new Stack<RetainedNode>([this]);
            while (open.TryPop(out RetainedNode? node))
            {
                if (node.Message is { } message) yield return message;
                for (RetainedNode? child = node.First; child is not null; child = child.Next) open.Push(child);
            }
        }
    }

    public bool TryGetChild(ReadOnlySpan<byte> name, [NotNullWhen(true)] out RetainedNode? child)
    {
        child = null;
        return children is not null && children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out child);
    }

    public RetainedNode AddChild(ReadOnlySpan<byte> name, Utf8Comparer comparer)
    {
        byte[] key = name.ToArray();
        var child = new RetainedNode(this, key) { previous = last };
        if (last is null) First = child;
        else last.next = child;
        last = child;
        (children ??= new Dictionary<byte[], RetainedNode>(comparer)).Add(key, child);
        return child;
    }

    /// <summary>Removes this level from its parent.</summary>
    public void Remove()
    {
        isRemoved = true;
        Parent!.children!.Remove(level);
        if (Parent.children.Count == 0) Parent.children = null;
        if (previous is null) Parent.First = next;
        else previous.next = next;
        if (next is null) Parent.last = previous;
        else next.previous = previous;
    }
}
