// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>A place in the tree of retained messages, from which the search for one topic filter goes on: it holds no list of what it found.</summary>
/// <remarks>The topics come in the order in which their levels were first kept. What is kept after the search began is left out: whoever subscribed
/// has got it.</remarks>
internal sealed class RetainedCursor
{
    private readonly byte[] filter;
    private readonly int[] starts; // of the levels of the filter
    private readonly int named;    // levels before #
    private readonly bool isEndless;
    private readonly long version;
    private RetainedNode node;
    private int depth;
    private bool isTaken = true;

    /// <param name="root">The root of the tree.</param>
    /// <param name="filter">A valid filter.</param>
    /// <param name="version">The <see cref="RetainedMessages.Version"/> now.</param>
    public RetainedCursor(RetainedNode root, byte[] filter, long version)
    {
        this.filter = filter;
        this.version = version;
        node = root;
        ReadOnlySpan<byte> rest = filter;
        starts = new int[rest.Count((byte)'/') + 1];
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = filter.Length - rest.Length;
            TopicFilter.TakeLevel(ref rest, out _);
        }

        isEndless = filter[starts[^1]..] is [(byte)'#'];
        named = isEndless ? starts.Length - 1 : starts.Length;
    }

    /// <summary>The message to be sent next; null: <see cref="TryMove"/> first.</summary>
    public ApplicationMessage? Message => !isTaken && IsMatch && node.Version <= version ? node.Message : null;

    private bool IsMatch => isEndless ? depth >= named : depth == named; // # is the parent level and all below it, 4.7.1.2

    /// <summary>Notes that the message was sent.</summary>
    public void Take() => isTaken = true;

    /// <summary>Goes to the next level of a topic that the filter may match.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryMove()
    {
        isTaken = false;
        if (Below() is { } below)
        {
            node = below;
            depth++;
            return true;
        }

        for (; depth > 0; depth--)
        {
            if (IsAny(depth - 1) && Visible(node.Next, depth - 1) is { } next)
            {
                node = next;
                return true;
            }

            node = node.Parent!;
        }

        return false;
    }

    private RetainedNode? Below()
    {
        if (IsAny(depth)) return Visible(node.First, depth);
        return depth < named && node.TryGetChild(Level(depth), out RetainedNode? child) ? child : null;
    }

    private bool IsAny(int level) => level < named ? Level(level) is [(byte)'+'] : isEndless;

    private static RetainedNode? Visible(RetainedNode? one, int level)
    {
        while (level == 0 && one is { IsOfBroker: true }) one = one.Next; // [MQTT-4.7.2-1]
        return one;
    }

    private ReadOnlySpan<byte> Level(int level) =>
        filter.AsSpan(starts[level]..(level + 1 < starts.Length ? starts[level + 1] - 1 : filter.Length));
}
