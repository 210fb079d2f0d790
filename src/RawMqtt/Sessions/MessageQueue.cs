namespace RawMqtt.Sessions;

/// <summary>Messages that wait for their turn or for their client, first in, first out.</summary>
/// <remarks>The caller keeps to its limits by <see cref="Count"/> and <see cref="Bytes"/>; an empty queue holds no memory.</remarks>
internal sealed class MessageQueue
{
    private Entry[] entries = [];
    private int first;

    public int Count { get; private set; }

    /// <summary>Topics and payloads of all that wait.</summary>
    public long Bytes { get; private set; }

    /// <param name="message">One reference to it becomes the queue's.</param>
    /// <param name="qos">That of the delivery.</param>
    /// <param name="retain">The RETAIN bit of the delivery.</param>
    public void Add(ApplicationMessage message, QualityOfService qos, bool retain)
    {
        if (Count == entries.Length) Grow();
        entries[(first + Count) & (entries.Length - 1)] = new Entry(message, qos, retain);
        Count++;
        Bytes += message.Length;
    }

    /// <summary>The oldest, which stays.</summary>
    public Entry First => entries[first];

    /// <summary>The oldest; its reference becomes the caller's.</summary>
    public Entry Take()
    {
        Entry entry = entries[first];
        entries[first] = default;
        first = (first + 1) & (entries.Length - 1);
        Bytes -= entry.Message.Length;
        Count--;
        return entry;
    }

    public void Clear()
    {
        while (Count > 0) Take().Message.Release();
        entries = [];
        first = 0;
    }

    private void Grow()
    {
        var larger = new Entry[Math.Max(8, 2 * entries.Length)];
        for (int i = 0; i < Count; i++) larger[i] = entries[(first + i) & (entries.Length - 1)];
        entries = larger;
        first = 0;
    }

    public readonly record struct Entry(ApplicationMessage Message, QualityOfService Qos, bool Retain);
}
