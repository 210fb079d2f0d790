// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>Follows the numbers of one publisher's messages at one subscriber: what is missing, what came twice, what came late.</summary>
internal sealed class SequenceTrack
{
    /// <summary>Beyond this many gaps the oldest ones count as lost, and what fills them later counts as a duplicate.</summary>
    private const int MostGaps = 4096;

    private readonly List<(uint From, uint To)> gaps = [];
    private uint first;
    private uint expected;

    /// <summary>Gets the number of different messages that arrived.</summary>
    public long Unique { get; private set; }

    /// <summary>Gets the number of messages that had arrived before.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Gets the number of messages that arrived after a later one.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Gets the number of messages that the subscriber misses before the latest one.</summary>
    public long Missing => expected - first - Unique;

    /// <summary>Begins at this number: earlier ones were sent before the subscriber was there.</summary>
    public static SequenceTrack From(uint first) => new() { first = first, expected = first };

    public void Take(uint number)
    {
        if (number == expected)
        {
            expected++;
            Unique++;
        }
        else if (number > expected)
        {
            if (gaps.Count == MostGaps) gaps.RemoveAt(0);
            gaps.Add((expected, number));
            expected = number + 1;
            Unique++;
        }
        else if (FillGap(number))
        {
            OutOfOrder++;
            Unique++;
        }
        else
        {
            Duplicates++;
        }
    }

    private bool FillGap(uint number)
    {
        for (int i = gaps.Count - 1; i >= 0 && gaps[i].To > number; i--)
        {
            (uint from, uint to) = gaps[i];
            if (number < from) continue;
            gaps.RemoveAt(i);
            if (number + 1 < to) gaps.Insert(i, (number + 1, to));
            if (from < number) gaps.Insert(i, (from, number));
            return true;
        }

        return false;
    }
}
