// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The messages that wait for one session, while its journal is read. Those that were carried forward come once more, behind newer ones.</summary>
internal sealed class RecoveredQueue(StoredTotal total)
{
    private StoredQueue main = new(total);
    private StoredQueue? carried; // from the one pass of carrying forward that is being read

    public int Count => main.Count + (carried?.Count ?? 0);

    public void Add(in StoredMessage message)
    {
        if (TryMove(main, message) || (carried is not null && TryMove(carried, message))) return;
        if (carried is { Count: > 0 } && message.Number < carried.Last.Number) Complete(); // the next pass has begun
        if (main.Count == 0 || message.Number > main.Last.Number) main.Add(message);
        else (carried ??= new StoredQueue(total)).Add(message);
    }

    /// <summary>Removes the message that is next.</summary>
    /// <returns>Whether it was there; if it is not the first, those before it were lost.</returns>
    public bool Remove(long number)
    {
        if (carried is { Count: > 0 } && carried.First.Number == number)
        {
            carried.RemoveFirst();
            return true;
        }

        if (main.Count > 0 && main.First.Number == number)
        {
            main.RemoveFirst();
            return true;
        }

        StoredQueue all = Complete();
        int index = all.IndexOf(number);
        if (index < 0) return false;
        main = new StoredQueue(total);
        for (int i = 0; i < all.Count; i++)
        {
            if (i != index) main.Add(all[i]);
        }

        all.Clear();
        return true;
    }

    /// <summary>Returns the record of a message; false if it does not wait here.</summary>
    public bool TryFind(long number, out StoredMessage message)
    {
        message = default;
        StoredQueue? holder = carried is { Count: > 0 } && carried.IndexOf(number) >= 0 ? carried : main;
        int index = holder.Count == 0 ? -1 : holder.IndexOf(number);
        if (index >= 0) message = holder[index];
        return index >= 0;
    }

    /// <summary>Returns all in their order.</summary>
    public StoredQueue Complete()
    {
        if (carried is not { Count: > 0 }) return main;
        var all = new StoredQueue(total);
        while (main.Count + carried.Count > 0)
        {
            StoredQueue next = main.Count == 0 || (carried.Count > 0 && carried.First.Number < main.First.Number) ? carried : main;
            all.Add(next.First);
            next.RemoveFirst();
        }

        (main, carried) = (all, null);
        return main;
    }

    private static bool TryMove(StoredQueue queue, in StoredMessage message)
    {
        if (queue.Count == 0 || message.Number > queue.Last.Number || queue.IndexOf(message.Number) is not (var index and >= 0)) return false;
        queue.Move(index, message.Place);
        return true;
    }
}
