// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Bridging;

/// <summary>Knows when the messages of a queue arrived, to the accuracy of its marks: messages leave in the order in which they came, so that the number of
/// those that have come tells which one each is.</summary>
internal sealed class ArrivalTimes
{
    private const int MaxMarks = 4096;

    private readonly Lock gate = new();
    private readonly List<(long Count, TimeSpan Time)> marks = [];
    private TimeSpan interval; // between two marks; each thinning doubles it

    /// <summary>Notes that so many messages have come by now, of which so many are gone.</summary>
    public void Note(long count, long gone, TimeSpan now)
    {
        lock (gate)
        {
            marks.RemoveRange(0, IndexOf(gone + 1));
            if (marks is [.., (long Count, TimeSpan Time) last] && (count <= last.Count || now - last.Time < interval)) return;
            if (marks.Count == 0) interval = TimeSpan.Zero;
            if (marks.Count == MaxMarks) ThinOut();
            marks.Add((count, now));
        }
    }

    /// <summary>Returns the latest time at which a message can have come; null if it came since the last mark.</summary>
    /// <param name="number">1 for the first message; one that is not gone.</param>
    public TimeSpan? Of(long number)
    {
        lock (gate)
        {
            int index = IndexOf(number);
            return index < marks.Count ? marks[index].Time : null;
        }
    }

    /// <summary>Finds the first mark that counts the message.</summary>
    private int IndexOf(long number)
    {
        (int low, int high) = (0, marks.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (marks[middle].Count < number) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Drops each second mark: a message may then seem younger, and never older.</summary>
    private void ThinOut()
    {
        interval = 2 * (marks[^1].Time - marks[0].Time) / (MaxMarks - 1);
        for (int i = 0; i < MaxMarks / 2; i++) marks[i] = marks[(2 * i) + 1];
        marks.RemoveRange(MaxMarks / 2, MaxMarks / 2);
    }
}
