// SPDX-License-Identifier: MIT

using System.Collections;

namespace RawMqtt.Brokers;

/// <summary>The broker's connections, each with the time at which a sweep looks at it next: to find those that are due reads no more of the others.</summary>
internal sealed class ConnectionList : IReadOnlyCollection<BrokerConnection>
{
    private const int MostAtOnce = 64; // some 50 microseconds under the lock, unless retained messages are searched
    private const int MostPlaces = 8192; // of which some 10 microseconds are enough to see that none is due

    private Entry[] entries = new Entry[64];

    public int Count { get; private set; }

    public void Add(BrokerConnection connection)
    {
        if (Count == entries.Length) Array.Resize(ref entries, 2 * Count);
        connection.Place = Count;
        entries[Count++] = new Entry(connection, TimeSpan.Zero);
    }

    /// <summary>Removes a connection, unless it was removed before. The last one takes its place.</summary>
    public void Remove(BrokerConnection connection)
    {
        if (connection.Place < 0) return;
        entries[connection.Place] = entries[--Count];
        entries[connection.Place].Connection.Place = connection.Place;
        entries[Count] = default;
        connection.Place = -1;
    }

    /// <summary>Has the sweeps from this time on look at a connection.</summary>
    public void LookAt(BrokerConnection connection, TimeSpan time)
    {
        if (connection.Place >= 0) entries[connection.Place].LookAt = time;
    }

    /// <summary>Takes connections that are due, as many as a sweep looks at before others may have the lock.</summary>
    /// <param name="now">The time.</param>
    /// <param name="place">Where to begin; where to go on.</param>
    /// <param name="due">Where they are added.</param>
    /// <returns>Whether the list goes on.</returns>
    public bool TakeDue(TimeSpan now, ref int place, List<BrokerConnection> due)
    {
        for (int end = Math.Min(Count, place + MostPlaces); place < end && due.Count < MostAtOnce; place++)
        {
            if (entries[place].LookAt <= now) due.Add(entries[place].Connection);
        }

        return place < Count;
    }

    public IEnumerator<BrokerConnection> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return entries[i].Connection;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private record struct Entry(BrokerConnection Connection, TimeSpan LookAt);
}
