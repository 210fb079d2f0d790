// SPDX-License-Identifier: MIT

namespace RawMqtt.Storage;

/// <summary>The segments of a journal, oldest first. The thread that commits adds to it, and another one takes the oldest away; each may look.</summary>
internal sealed class SegmentList(List<JournalSegment> segments)
{
    private readonly Lock gate = new();

    public JournalSegment? Oldest
    {
        get
        {
            lock (gate) return segments.Count > 0 ? segments[0] : null;
        }
    }

    public JournalSegment? Newest
    {
        get
        {
            lock (gate) return segments.Count > 0 ? segments[^1] : null;
        }
    }

    /// <summary>The bytes of all.</summary>
    public long Length
    {
        get
        {
            long sum = 0;
            lock (gate)
            {
                foreach (JournalSegment segment in segments) sum += segment.Length;
            }

            return sum;
        }
    }

    public JournalSegment? Find(uint number)
    {
        lock (gate)
        {
            foreach (JournalSegment segment in segments)
            {
                if (segment.Number == number) return segment;
            }
        }

        return null;
    }

    public void Add(JournalSegment segment)
    {
        lock (gate) segments.Add(segment);
    }

    public void Remove(JournalSegment segment)
    {
        lock (gate) segments.Remove(segment);
    }

    /// <summary>Takes the oldest away, unless it is the only one.</summary>
    public JournalSegment? TakeOldest()
    {
        lock (gate)
        {
            if (segments.Count < 2) return null;
            JournalSegment oldest = segments[0];
            segments.RemoveAt(0);
            return oldest;
        }
    }

    public void PutBack(JournalSegment oldest)
    {
        lock (gate) segments.Insert(0, oldest);
    }
}
