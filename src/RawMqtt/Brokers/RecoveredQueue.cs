// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The messages that wait for one session, while its journal is read: in the order of their numbers, in pieces. Those that were carried forward
/// come once more, behind newer ones, and any of them may be the next that was sent if records are lost.</summary>
internal sealed class RecoveredQueue
{
    private const int PieceLength = 256;

    private readonly List<List<StoredMessage>> pieces = []; // none is empty

    public int Count { get; private set; }

    /// <summary>Adds a message. If it waits here already, its record stands elsewhere now.</summary>
    public void Add(in StoredMessage message)
    {
        if (pieces.Count == 0) pieces.Add([]);
        (int piece, int index) = Find(message.Number);
        List<StoredMessage> found = pieces[piece];
        if (index >= 0)
        {
            found[index] = message;
            return;
        }

        Count++;
        if (found.Count == PieceLength)
        {
            int half = ~index == PieceLength ? PieceLength : PieceLength / 2; // at the end nothing follows any more, mostly
            pieces.Insert(piece + 1, found[half..]);
            found.RemoveRange(half, PieceLength - half);
            if (~index >= half) (found, index) = (pieces[piece + 1], ~(~index - half));
        }

        found.Insert(~index, message);
    }

    /// <summary>Returns the record of a message; false if it does not wait here.</summary>
    public bool TryFind(long number, out StoredMessage message)
    {
        message = default;
        (int piece, int index) = Count > 0 ? Find(number) : (0, -1);
        if (index >= 0) message = pieces[piece][index];
        return index >= 0;
    }

    /// <summary>Removes a message if it waits here.</summary>
    public void Remove(long number)
    {
        (int piece, int index) = Count > 0 ? Find(number) : (0, -1);
        if (index < 0) return;
        Count--;
        pieces[piece].RemoveAt(index);
        if (pieces[piece].Count == 0) pieces.RemoveAt(piece);
    }

    /// <summary>Moves all into a queue.</summary>
    /// <param name="total">Counts what waits in all queues.</param>
    public StoredQueue Complete(StoredTotal total)
    {
        var all = new StoredQueue(total);
        foreach (List<StoredMessage> piece in pieces)
        {
            foreach (ref readonly StoredMessage message in CollectionsMarshal.AsSpan(piece)) all.Add(message);
            piece.Clear();
            piece.TrimExcess(); // its memory is free at once
        }

        pieces.Clear();
        Count = 0;
        return all;
    }

    /// <summary>Returns the piece and the place in it of the message with this number, or the complement of where it would stand.</summary>
    private (int Piece, int Index) Find(long number)
    {
        (int low, int high) = (0, pieces.Count - 1);
        while (low < high)
        {
            int middle = high - ((high - low) >> 1);
            if (pieces[middle][0].Number <= number) low = middle;
            else high = middle - 1;
        }

        return (low, IndexOf(pieces[low], number));
    }

    private static int IndexOf(List<StoredMessage> piece, long number)
    {
        ReadOnlySpan<StoredMessage> messages = CollectionsMarshal.AsSpan(piece);
        if (messages.IsEmpty || messages[^1].Number < number) return ~messages.Length;
        (int low, int high) = (0, messages.Length - 1);
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (messages[middle].Number < number) low = middle + 1;
            else high = middle;
        }

        return messages[low].Number == number ? low : ~low;
    }
}
