// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>A list of publishes in the order of their calls. Removal from the middle takes constant time.</summary>
internal struct PendingList
{
    private PendingPublish? last;

    public PendingPublish? First { get; private set; }

    public int Count { get; private set; }

    public void Append(PendingPublish pending)
    {
        pending.Previous = last;
        pending.Next = null;
        if (last is null) First = pending;
        else last.Next = pending;
        last = pending;
        Count++;
    }

    public void Remove(PendingPublish pending)
    {
        if (pending.Previous is null) First = pending.Next;
        else pending.Previous.Next = pending.Next;
        if (pending.Next is null) last = pending.Previous;
        else pending.Next.Previous = pending.Previous;
        pending.Next = pending.Previous = null;
        Count--;
    }
}
