// SPDX-License-Identifier: MIT

namespace RawMqtt.Toolkit;

/// <summary>The newest things of a kind, bounded by their number and their bytes: a server that sends fast costs the page no more memory.</summary>
internal sealed class Recent<T>(int mostItems, long mostBytes, Func<T, int> lengthOf)
{
    private readonly Queue<T> items = new();
    private long bytes;

    /// <summary>Gets how many were dropped since the last <see cref="TakeAll"/>.</summary>
    public long Dropped { get; private set; }

    public IEnumerable<T> Items => items;

    public void Add(T item)
    {
        items.Enqueue(item);
        bytes += lengthOf(item);
        while (items.Count > mostItems || (bytes > mostBytes && items.Count > 1))
        {
            bytes -= lengthOf(items.Dequeue());
            Dropped++;
        }
    }

    /// <summary>Returns all, and forgets them.</summary>
    public T[] TakeAll(out long dropped)
    {
        T[] all = [.. items];
        items.Clear();
        bytes = 0;
        dropped = Dropped;
        Dropped = 0;
        return all;
    }
}
