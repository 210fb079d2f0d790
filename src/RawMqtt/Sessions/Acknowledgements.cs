// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.Sessions;

/// <summary>The messages received at QoS 1 and 2 and not yet answered. In whatever order the application is done with them,
/// PUBACKs and PUBRECs leave in the order in which the messages came [MQTT-4.6.0-2], [MQTT-4.6.0-3].</summary>
/// <remarks>At QoS 1 what was not answered comes again on the next connection, as a new message. At QoS 2 it comes again as
/// the same message, which the application still holds: its answer waits for the application all the same. One answer of an
/// identifier waits at a time, however often the server repeats the message: there are no more than the messages themselves.</remarks>
internal sealed class Acknowledgements
{
    private readonly PacketIdSet held = new();
    private readonly PacketIdSet awaitingPubRec = new();
    private Entry[] ring = new Entry[32];
    private long first;
    private long next;
    private long firstOfSession;

    /// <summary>The messages that wait for an answer.</summary>
    public int Count => (int)(next - first);

    /// <summary>Whether the application holds the QoS 2 message of this identifier and is not done with it.</summary>
    public bool IsHeld(ushort packetId) => held.Contains(packetId);

    /// <summary>Whether the message came in this session. If not, its packet identifier may be another message's by now.</summary>
    public bool IsOfThisSession(Receipt receipt) => receipt.Number >= firstOfSession;

    /// <summary>A message that the application gets: it is answered when the application is done.</summary>
    public Receipt Add(ushort packetId, QualityOfService qos)
    {
        if (qos == QualityOfService.ExactlyOnce) held.Add(packetId);
        return new Receipt(packetId, qos, Append(new Entry(packetId, qos, IsDone: false)));
    }

    /// <summary>A QoS 2 message that came again.</summary>
    public void AddDuplicate(ushort packetId, IBufferWriter<byte> output)
    {
        if (awaitingPubRec.Contains(packetId)) return; // the PUBREC that waits answers this one too
        Append(new Entry(packetId, QualityOfService.ExactlyOnce, IsDone: !IsHeld(packetId)));
        Answer(output);
    }

    /// <summary>The application is done with a message: its answer leaves as soon as those before it have left.</summary>
    public void Complete(Receipt receipt, IBufferWriter<byte> output)
    {
        if (receipt.Qos == QualityOfService.ExactlyOnce) held.Remove(receipt.PacketId);
        if (receipt.Number >= first && receipt.Number < next) Slot(receipt.Number) = Slot(receipt.Number) with { IsDone = true };
        else if (receipt.Qos == QualityOfService.ExactlyOnce) CompleteLater(receipt.PacketId);
        Answer(output);
    }

    /// <summary>The application does not get the message after all; no answer leaves for it, nor for those behind it.</summary>
    public void Refuse(Receipt receipt) => held.Remove(receipt.PacketId);

    /// <summary>What was not answered will come again.</summary>
    public void ConnectionLost()
    {
        first = next;
        awaitingPubRec.Clear();
    }

    /// <summary>Forgets all: the session is over.</summary>
    public void Clear()
    {
        ConnectionLost();
        firstOfSession = next;
        held.Clear();
    }

    /// <summary>The message was received on an earlier connection, and may have come again on this one.</summary>
    private void CompleteLater(ushort packetId)
    {
        for (long number = first; number < next; number++)
        {
            ref Entry entry = ref Slot(number);
            if (entry.Qos == QualityOfService.ExactlyOnce && entry.PacketId == packetId) entry = entry with { IsDone = true };
        }
    }

    private void Answer(IBufferWriter<byte> output)
    {
        for (; first < next && Slot(first).IsDone; first++)
        {
            (ushort packetId, QualityOfService qos, _) = Slot(first);
            if (qos == QualityOfService.ExactlyOnce) awaitingPubRec.Remove(packetId);
            Receiver.Acknowledge(qos, packetId, output);
        }
    }

    private long Append(Entry entry)
    {
        if (Count == ring.Length) Grow();
        if (entry.Qos == QualityOfService.ExactlyOnce) awaitingPubRec.Add(entry.PacketId);
        Slot(next) = entry;
        return next++;
    }

    private ref Entry Slot(long number) => ref ring[number & (ring.Length - 1)];

    private void Grow()
    {
        var larger = new Entry[2 * ring.Length];
        for (long number = first; number < next; number++) larger[number & (larger.Length - 1)] = Slot(number);
        ring = larger;
    }

    private readonly record struct Entry(ushort PacketId, QualityOfService Qos, bool IsDone);
}
