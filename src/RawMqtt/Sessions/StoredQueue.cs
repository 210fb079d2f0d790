// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Sessions;

/// <summary>The messages of one session that stand in the journal alone, in the order of their numbers: in pieces, so that a long queue grows without a copy of
/// itself.</summary>
/// <param name="total">Counts the bytes of all queues.</param>
internal sealed class StoredQueue(StoredTotal total)
{
    private const int PieceLength = 512;

    private readonly List<StoredMessage[]> pieces = [];
    private int first;
    private int firstPiece;

    public int Count { get; private set; }

    /// <summary>The bytes of the journal that they count.</summary>
    public long Bytes { get; private set; }

    /// <summary>The oldest, if there is one.</summary>
    public ref readonly StoredMessage First => ref this[0];

    /// <summary>The newest, if there is one.</summary>
    public ref readonly StoredMessage Last => ref this[Count - 1];

    public ref readonly StoredMessage this[int index] => ref Slot(index);

    /// <summary>Adds a message whose number is above all others.</summary>
    public void Add(in StoredMessage message)
    {
        int at = first + Count;
        if (at >> 9 == pieces.Count - firstPiece) pieces.Add(new StoredMessage[pieces.Count == firstPiece ? 8 : PieceLength]);
        else if (pieces[^1].Length <= (at & (PieceLength - 1))) GrowOnlyPiece();
        Count++;
        Slot(Count - 1) = message;
        CountBytes(message.Share);
    }

    /// <summary>Removes the oldest.</summary>
    public void RemoveFirst()
    {
        CountBytes(-First.Share);
        Count--;
        first++;
        if (Count > 0 && first < PieceLength) return;
        pieces[firstPiece] = []; // its memory is free at once; the list follows when half of it is empty
        first = 0;
        if (Count == 0) pieces.Clear();
        if (Count == 0) firstPiece = 0;
        else if (++firstPiece > pieces.Count / 2) RemoveEmptyPieces();
    }

    /// <summary>Returns the place in the queue of the message with this number, or the complement of where it would stand.</summary>
    public int IndexOf(long number)
    {
        (int low, int high) = (0, Count - 1);
        while (low <= high)
        {
            int middle = low + ((high - low) >> 1);
            long found = Slot(middle).Number;
            if (found == number) return middle;
            if (found < number) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    /// <summary>Notes that the record of a message stands elsewhere now.</summary>
    public void Move(int index, JournalPlace place)
    {
        ref StoredMessage message = ref Slot(index);
        CountBytes(-message.Share);
        message = message with { Place = place };
        CountBytes(message.Share);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        CountBytes(-Bytes);
        pieces.Clear();
        (first, firstPiece, Count) = (0, 0, 0);
    }

    private void CountBytes(long bytes)
    {
        Bytes += bytes;
        total.Bytes += bytes;
    }

    private ref StoredMessage Slot(int index) => ref pieces[firstPiece + ((first + index) >> 9)][(first + index) & (PieceLength - 1)];

    private void GrowOnlyPiece()
    {
        StoredMessage[] last = pieces[^1];
        Array.Resize(ref last, Math.Min(PieceLength, 2 * last.Length));
        pieces[^1] = last;
    }

    private void RemoveEmptyPieces()
    {
        pieces.RemoveRange(0, firstPiece);
        firstPiece = 0;
    }
}
