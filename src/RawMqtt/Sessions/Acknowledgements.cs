// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.Sessions;

/// <summary>The messages received at QoS 1 and 2 and not yet answered. PUBACKs and PUBRECs leave in the order in which the
/// messages came, whatever the order in which the application completes them [MQTT-4.6.0-2], [MQTT-4.6.0-3].</summary>
/// <remarks>A message that was not answered comes again on the next connection: at QoS 1 as a new message; at QoS 2 as the same
/// one, which the application may still hold, so its answer still waits for the application. At most one answer waits for
/// each identifier, however often the server repeats the message.</remarks>
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

    /// <summary>Whether the application has the QoS 2 message of this identifier and has not completed it.</summary>
    public bool IsHeld(ushort packetId) => held.Contains(packetId);

    /// <summary>Whether the message came in this session. If not, its packet identifier may be another message's by now.</summary>
    public bool IsOfThisSession(Receipt receipt) => receipt.Number >= firstOfSession;

    /// <summary>Whether the message came on the present connection and is not answered.</summary>
    public bool IsOfThisConnection(Receipt receipt) => receipt.Number >= first && receipt.Number < next;

    /// <summary>Adds a message that the application gets: it is answered when the application completes it.</summary>
    public Receipt Add(ushort packetId, QualityOfService qos)
    {
        if (qos == QualityOfService.ExactlyOnce) held.Add(packetId);
        return new Receipt(packetId, qos, Append(new Entry(packetId, qos, IsDone: false)));
    }

    /// <summary>Adds a QoS 2 message that came again.</summary>
    public void AddDuplicate(ushort packetId, IBufferWriter<byte> output)
    {
        if (awaitingPubRec.Contains(packetId)) return; // the PUBREC that waits answers this one too
        Append(new Entry(packetId, QualityOfService.ExactlyOnce, IsDone: !IsHeld(packetId)));
        Answer(output);
    }

    /// <summary>Completes a message: its answer leaves as soon as those before it have left.</summary>
    public void Complete(Receipt receipt, IBufferWriter<byte> output)
    {
        if (receipt.Qos == QualityOfService.ExactlyOnce) held.Remove(receipt.PacketId);
        if (receipt.Number >= first && receipt.Number < next) Slot(receipt.Number) = Slot(receipt.Number) with { IsDone = true };
        else if (receipt.Qos == QualityOfService.ExactlyOnce) CompleteLater(receipt.PacketId);
        Answer(output);
    }

    /// <summary>Takes a message back from the application: no answer leaves for it, nor for those behind it.</summary>
    public void Refuse(Receipt receipt) => held.Remove(receipt.PacketId);

    /// <summary>Forgets the answers that wait: the messages will come again.</summary>
    public void ConnectionLost()
    {
        first = next;
        awaitingPubRec.Clear();
    }

    /// <summary>Forgets all messages, at the end of the session.</summary>
    public void Clear()
    {
        ConnectionLost();
        firstOfSession = next;
        held.Clear();
    }

    /// <summary>Completes a message of an earlier connection, which may have come again on this one.</summary>
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
