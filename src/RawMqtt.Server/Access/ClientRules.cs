// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Server.Access;

/// <summary>The rules that hold for one client: those of its user, then the patterns with its names in place.</summary>
internal sealed class ClientRules(IReadOnlyList<TopicRule> own, IReadOnlyList<TopicRule> patterns)
{
    private readonly byte[][] ownDenials = FiltersOf(own, TopicRights.None);
    private readonly byte[][] patternDenials = FiltersOf(patterns, TopicRights.None);
    private readonly byte[][] ownReads = FiltersOf(own, TopicRights.Read);
    private readonly byte[][] patternReads = FiltersOf(patterns, TopicRights.Read);
    private readonly byte[][] ownWrites = FiltersOf(own, TopicRights.Write);
    private readonly byte[][] patternWrites = FiltersOf(patterns, TopicRights.Write);

    /// <summary>Returns whether the client has the right to a topic.</summary>
    public bool IsAllowed(ReadOnlySpan<byte> topic, TopicRights right)
    {
        if (IsAny(ownDenials, topic)) return false;
        if (IsAny(right == TopicRights.Read ? ownReads : ownWrites, topic)) return true;
        return !IsAny(patternDenials, topic) && IsAny(right == TopicRights.Read ? patternReads : patternWrites, topic);
    }

    /// <summary>Returns whether the client may read any of the topics that a filter matches.</summary>
    public bool IsAnyReadable(string filter)
    {
        byte[] asked = Encoding.UTF8.GetBytes(filter);
        return IsAnyReadable(asked, ownReads, []) || IsAnyReadable(asked, patternReads, patternDenials);
    }

    /// <summary>Looks at one topic of each length that asked filter and rule have in common, with a level that no rule names in place of each wildcard: a
    /// denial that matches it matches all of them.</summary>
    private bool IsAnyReadable(byte[] asked, byte[][] reads, byte[][] denials)
    {
        int longest = ownDenials.Concat(denials).Select(filter => filter.AsSpan().Count((byte)'/') + 2).DefaultIfEmpty(1).Max();
        foreach (byte[] rule in reads)
        {
            if (FilterOverlap.Of(asked, rule) is not { } common) continue;
            if (FilterOverlap.ExamplesOf(common, longest).Any(topic => !IsAny(ownDenials, topic) && !IsAny(denials, topic))) return true;
        }

        return false;
    }

    private static bool IsAny(byte[][] filters, ReadOnlySpan<byte> topic)
    {
        foreach (byte[] filter in filters)
        {
            if (TopicFilter.Matches(filter, topic)) return true;
        }

        return false;
    }

    private static byte[][] FiltersOf(IReadOnlyList<TopicRule> rules, TopicRights right) =>
        [.. rules.Where(rule => right == TopicRights.None ? rule.IsDenial : (rule.Rights & right) != 0).Select(rule => Encoding.UTF8.GetBytes(rule.Filter))];
}
