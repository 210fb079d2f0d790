// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>Checks and matches topic filters, 4.7. In a filter <c>+</c> stands for one level, and a final <c>#</c> for all levels that follow.</summary>
public static class TopicFilter
{
    /// <summary>Returns whether <paramref name="filter"/> is valid: 1 to 65535 bytes of UTF-8, each wildcard alone in its level, and <c>#</c> last.</summary>
    public static bool IsValid(ReadOnlySpan<byte> filter, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        if (filter.IsEmpty) violation = ProtocolViolation.EmptyTopic;                                // [MQTT-4.7.3-1]
        else if (filter.Length > Utf8Text.MaxLength) violation = ProtocolViolation.TopicTooLong;     // [MQTT-4.7.3-3]
        else if (Utf8Text.IsValid(filter, out violation)) violation = MisplacedWildcard(filter);     // [MQTT-4.7.3-2]
        return violation is null;
    }

    /// <summary>Returns whether a valid <paramref name="filter"/> matches a valid topic <paramref name="name"/>, byte for byte [MQTT-4.7.3-4].</summary>
    public static bool Matches(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'$', ..] && filter is [(byte)'#' or (byte)'+', ..]) return false; // [MQTT-4.7.2-1]

        while (true)
        {
            ReadOnlySpan<byte> filterLevel = TakeLevel(ref filter, out bool filterGoesOn);
            if (filterLevel is [(byte)'#']) return true; // the parent and everything below it, 4.7.1.2

            ReadOnlySpan<byte> nameLevel = TakeLevel(ref name, out bool nameGoesOn);
            if (filterLevel is not [(byte)'+'] && !filterLevel.SequenceEqual(nameLevel)) return false;
            if (!nameGoesOn) return !filterGoesOn || filter is [(byte)'#'];
            if (!filterGoesOn) return false;
        }
    }

    /// <summary>Removes the first level from <paramref name="topic"/>, with the <c>/</c> that ends it.</summary>
    internal static ReadOnlySpan<byte> TakeLevel(ref ReadOnlySpan<byte> topic, out bool goesOn)
    {
        int slash = topic.IndexOf((byte)'/');
        goesOn = slash >= 0;
        ReadOnlySpan<byte> level = goesOn ? topic[..slash] : topic;
        topic = goesOn ? topic[(slash + 1)..] : default;
        return level;
    }

    private static ProtocolViolation? MisplacedWildcard(ReadOnlySpan<byte> filter)
    {
        int start = 0;
        while (filter[start..].IndexOfAny((byte)'#', (byte)'+') is var distance and >= 0)
        {
            int wildcard = start + distance;
            bool beginsLevel = wildcard == 0 || filter[wildcard - 1] == '/';
            bool endsFilter = wildcard + 1 == filter.Length;
            bool endsLevel = endsFilter || filter[wildcard + 1] == '/';
            if (filter[wildcard] == '#' && !(beginsLevel && endsFilter)) return ProtocolViolation.MisplacedMultiLevelWildcard; // [MQTT-4.7.1-2]
            if (filter[wildcard] == '+' && !(beginsLevel && endsLevel)) return ProtocolViolation.MisplacedSingleLevelWildcard; // [MQTT-4.7.1-3]
            start = wildcard + 1;
        }

        return null;
    }
}
