// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.Sessions;

/// <summary>Messages that wait for their turn or for their client, first in, first out.</summary>
/// <remarks>The caller keeps to its limits by <see cref="Count"/> and <see cref="Bytes"/>. An empty queue holds an array for 64 messages at the most; larger
/// ones go back to the pool.</remarks>
internal sealed class MessageQueue
{
    private const int MostKept = 64;

    private Entry[] entries = [];   // used up to its capacity, for the pool may give a larger one
    private int capacity;           // a power of two, or 0
    private int first;

    /// <summary>Messages that fit without another array.</summary>
    public int Capacity => capacity;

    public int Count { get; private set; }

    /// <summary>Topics and payloads of all that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>The messages, oldest first.</summary>
    public IEnumerable<ApplicationMessage> Messages
    {
        get
        {
            for (int i = 0; i < Count; i++) yield return entries[(first + i) & (capacity - 1)].Message;
        }
    }

    /// <param name="message">One reference to it becomes the queue's.</param>
    /// <param name="qos">That of the delivery.</param>
    /// <param name="retain">The RETAIN bit of the delivery.</param>
    public void Add(ApplicationMessage message, QualityOfService qos, bool retain)
    {
        if (Count == capacity) Grow();
        entries[(first + Count) & (capacity - 1)] = new Entry(message, qos, retain);
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
        first = (first + 1) & (capacity - 1);
        Bytes -= entry.Message.Length;
        Count--;
        if (Count == 0 && capacity > MostKept) Replace([], 0);
        return entry;
    }

    /// <summary>Finds a message by its number: they are in the order of their numbers.</summary>
    public bool TryFind(long number, out SessionDelivery delivery)
    {
        (int low, int high) = (0, Count - 1);
        while (low <= high)
        {
            int middle = low + ((high - low) >> 1);
            Entry entry = entries[(first + middle) & (capacity - 1)];
            if (entry.Message.Number == number)
            {
                delivery = new SessionDelivery(0, entry.Qos, entry.Retain, entry.Message);
                return true;
            }

            if (entry.Message.Number < number) low = middle + 1;
            else high = middle - 1;
        }

        delivery = default;
        return false;
    }

    public void Clear()
    {
        while (Count > 0) Take().Message.Release();
        Replace([], 0);
    }

    private void Grow()
    {
        int doubled = Math.Max(8, 2 * capacity);
        Entry[] larger = ArrayPool<Entry>.Shared.Rent(doubled);
        for (int i = 0; i < Count; i++) larger[i] = entries[(first + i) & (capacity - 1)];
        Replace(larger, doubled);
    }

    private void Replace(Entry[] other, int otherCapacity)
    {
        if (capacity > 0)
        {
            entries.AsSpan(0, capacity).Clear(); // the pool must not keep messages alive
            ArrayPool<Entry>.Shared.Return(entries);
        }

        entries = other;
        capacity = otherCapacity;
        first = 0;
    }

    public readonly record struct Entry(ApplicationMessage Message, QualityOfService Qos, bool Retain);
}
