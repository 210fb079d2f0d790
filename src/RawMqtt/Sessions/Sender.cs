// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>The sender's end of the delivery protocols, 4.3: what was sent and not yet answered, in order.</summary>
/// <remarks>
/// A packet identifier is the index of its slot plus one, so every step is O(1). Free identifiers are used first in,
/// first out, from 1 on. Two lists run through the slots: messages in the order of their first sending, and identifiers
/// in the order of their PUBRECs. After a reconnect these two lists are sent again [MQTT-4.4.0-1].
/// </remarks>
/// <param name="inFlightLimit">The most messages in flight: 1 to 65535.</param>
internal sealed class Sender(int inFlightLimit)
{
    /// <summary>The number of packet identifiers there are, 2.3.1.</summary>
    public const int MaxPacketIds = 65535;

    private Slot[] slots = [];
    private int notLeft;
    private int reserved;
    private SlotList free;
    private SlotList published;
    private SlotList released;

    /// <summary>Messages sent at QoS 1 and 2 and not yet acknowledged to the end.</summary>
    public int InFlight => published.Count + released.Count;

    /// <summary>Topics and payloads of the messages that may have to be sent again.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether one more message may be sent at QoS 1 or 2 now.</summary>
    public bool CanSend => InFlight < MaxInFlight && CanOpen;

    /// <summary>The most messages in flight: 1 to 65535. What is in flight beyond a lower limit stays so.</summary>
    public int MaxInFlight { get; set; } = inFlightLimit;

    /// <summary>Whether a packet identifier is left for a SUBSCRIBE or UNSUBSCRIBE.</summary>
    public bool CanOpen => free.Count > 0 || slots.Length < MaxPacketIds;

    /// <summary>The identifiers that wait for PUBCOMP, in the order of their PUBRECs.</summary>
    public IEnumerable<ushort> Released
    {
        get
        {
            for (int i = released.First; i >= 0; i = slots[i].Next) yield return (ushort)(i + 1);
        }
    }

    /// <summary>The messages that may have to be sent again.</summary>
    public IEnumerable<ApplicationMessage> Messages
    {
        get
        {
            for (int i = published.First; i >= 0; i = slots[i].Next) yield return slots[i].Message!;
        }
    }

    /// <summary>What the identifier waits for.</summary>
    public SenderState StateOf(ushort packetId) => packetId <= slots.Length && packetId > 0 ? slots[packetId - 1].State : SenderState.Free;

    /// <summary>Sends a message at QoS 1 or 2 for the first time, and keeps it until it is acknowledged.</summary>
    /// <param name="message">One reference to it becomes the sender's.</param>
    /// <param name="qos">1 or 2.</param>
    /// <param name="retain">The RETAIN bit of the PUBLISH.</param>
    /// <param name="output">Takes the PUBLISH.</param>
    /// <returns>The packet identifier, unused until now [MQTT-2.3.1-2].</returns>
    /// <exception cref="InvalidOperationException"><see cref="CanSend"/> is false.</exception>
    public ushort Send(ApplicationMessage message, QualityOfService qos, bool retain, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!CanSend) throw new InvalidOperationException("The in-flight limit is reached.");

        int index = TakeFree();
        Fill(index, message, qos, retain);
        notLeft++;
        WritePublish(index, output); // [MQTT-4.3.2-1], [MQTT-4.3.3-1]: DUP is 0
        return (ushort)(index + 1);
    }

    /// <summary>Finds a message that was sent and not answered by its number: they are in the order of their numbers.</summary>
    public bool TryFind(long number, out SessionDelivery delivery)
    {
        delivery = default;
        for (int i = published.First; i >= 0 && slots[i].Message!.Number <= number; i = slots[i].Next)
        {
            ref Slot slot = ref slots[i];
            if (slot.Message!.Number != number) continue;
            QualityOfService qos = slot.State == SenderState.AwaitingPubRec ? QualityOfService.ExactlyOnce : QualityOfService.AtLeastOnce;
            delivery = new SessionDelivery((ushort)(i + 1), qos, slot.Retain, slot.Message);
            return true;
        }

        return false;
    }

    /// <summary>Takes back a message that an earlier process sent under this identifier: <see cref="Resend"/> sends it again.</summary>
    /// <remarks>It may have left.</remarks>
    public void Restore(ushort packetId, ApplicationMessage message, QualityOfService qos, bool retain)
    {
        int index = TakeFree(packetId);
        Fill(index, message, qos, retain);
        slots[index].WasSent = true;
    }

    /// <summary>Takes back an identifier for which an earlier process got PUBREC.</summary>
    public void RestoreReleased(ushort packetId) => Enter(TakeFree(packetId), Delivery.Await(PacketType.PubRel, default));

    /// <summary>Takes an unused identifier for a request.</summary>
    /// <param name="request">SUBSCRIBE or UNSUBSCRIBE.</param>
    public ushort Open(PacketType request)
    {
        if (!CanOpen) throw new InvalidOperationException("All packet identifiers are in use.");
        int index = TakeFree();
        Enter(index, Delivery.Await(request, default));
        return (ushort)(index + 1);
    }

    /// <summary>Takes an acknowledgement: PUBACK, PUBREC, PUBCOMP, SUBACK or UNSUBACK.</summary>
    public Delivery.Outcome Acknowledge(PacketType received, ushort packetId, IBufferWriter<byte> output)
    {
        SenderState state = StateOf(packetId);
        Delivery.SenderStep step = Delivery.Sender(state, received);
        if (step.Next != state) Enter(packetId - 1, step.Next);
        if (step.Outcome == Delivery.Outcome.Release) output.Write(new PubRelPacket { PacketId = packetId }); // in the order of the PUBRECs [MQTT-4.6.0-4]
        return step.Outcome;
    }

    /// <summary>Sends again what was not acknowledged, on a new connection of the same session [MQTT-4.4.0-1].</summary>
    public void Resend(IBufferWriter<byte> output)
    {
        for (int i = released.First; i >= 0; i = slots[i].Next) output.Write(new PubRelPacket { PacketId = (ushort)(i + 1) });
        for (int i = published.First; i >= 0; i = slots[i].Next) WritePublish(i, output); // [MQTT-4.6.0-1]
    }

    /// <summary>Sends again the first of what was not acknowledged.</summary>
    /// <returns>Its packet identifier; 0 if there is none.</returns>
    public ushort ResendFirst(IBufferWriter<byte> output)
    {
        if (released.First >= 0) output.Write(new PubRelPacket { PacketId = (ushort)(released.First + 1) });
        else if (published.First >= 0) WritePublish(published.First, output);
        return (ushort)((released.First >= 0 ? released.First : published.First) + 1);
    }

    /// <summary>Returns the message that this identifier carries; null if there is none any more.</summary>
    public ApplicationMessage? MessageOf(ushort packetId) => StateOf(packetId) == SenderState.Free ? null : slots[packetId - 1].Message;

    /// <summary>Counts a connection that the server ended instead of answering this identifier, up to 255.</summary>
    /// <returns>How many that were.</returns>
    public int CountEnd(ushort packetId) => slots[packetId - 1].Ends += (byte)(slots[packetId - 1].Ends < byte.MaxValue ? 1 : 0);

    /// <summary>Ends the delivery of a message that the server has taken: its identifier is free.</summary>
    public void End(ushort packetId) => Enter(packetId - 1, SenderState.Free);

    /// <summary>Gives a message up. The server may hold the identifier of one at QoS 2, and would take the next message under it for the same: it stays
    /// reserved until the session ends.</summary>
    /// <returns>Whether it is reserved.</returns>
    public bool GiveUp(ushort packetId)
    {
        SenderState state = StateOf(packetId);
        if (state == SenderState.Free) return false;
        Enter(packetId - 1, SenderState.Free);
        if (state is not (SenderState.AwaitingPubRec or SenderState.AwaitingPubComp)) return false;
        free.Remove(slots, packetId - 1);
        slots[packetId - 1].IsReserved = true;
        reserved++;
        return true;
    }

    /// <summary>Frees the identifiers of SUBSCRIBEs and UNSUBSCRIBEs that wait: they end with the connection and are not session state, 4.1.</summary>
    public void ConnectionLost()
    {
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i].State is SenderState.AwaitingSubAck or SenderState.AwaitingUnsubAck) Enter(i, SenderState.Free);
        }
    }

    /// <summary>Notes that all that was sent so far has left for the network.</summary>
    public void MarkLeft() => notLeft = 0;

    /// <summary>Notes that the message of this identifier has left alone: the first of those that were published.</summary>
    public void MarkLeft(ushort packetId)
    {
        if (published.First == packetId - 1 && notLeft >= published.Count) notLeft = Math.Max(0, published.Count - 1);
    }

    /// <summary>Keeps for a new session what may be published anew: QoS 1, and QoS 2 that has not left. What may have arrived at QoS 2 is forgotten.</summary>
    /// <param name="keepsQos2">Whether QoS 2 that may have arrived is published anew as well.</param>
    /// <param name="journal">Takes what is forgotten.</param>
    /// <returns>The number of messages forgotten.</returns>
    public int Renew(bool keepsQos2, SessionJournal? journal)
    {
        int before = InFlight;
        while (released.First >= 0) Forget(released.First, journal);
        int rest = keepsQos2 ? 0 : published.Count - notLeft; // those that have not left are the last
        int next;
        for (int i = published.First; i >= 0; i = next)
        {
            next = slots[i].Next;
            slots[i].WasSent = false; // in the new session
            if (rest-- > 0 && slots[i].State == SenderState.AwaitingPubRec) Forget(i, journal);
        }

        notLeft = published.Count; // none has left in the new session
        for (int i = 0; reserved > 0; i++)
        {
            if (!slots[i].IsReserved) continue;
            reserved--;
            Forget(i, journal);
        }

        return before - InFlight;
    }

    /// <summary>Forgets all messages, at the end of the session.</summary>
    public void Clear()
    {
        foreach (Slot slot in slots) slot.Message?.Release();
        slots = [];
        free = published = released = default;
        notLeft = reserved = 0;
        Bytes = 0;
    }

    private void Forget(int index, SessionJournal? journal)
    {
        Enter(index, SenderState.Free);
        journal?.Note(JournalRecord.Delivered, (ushort)(index + 1));
    }

    private void Fill(int index, ApplicationMessage message, QualityOfService qos, bool retain)
    {
        ref Slot slot = ref slots[index];
        slot.Message = message;
        slot.Retain = retain;
        Enter(index, Delivery.Await(PacketType.Publish, qos));
    }

    /// <summary>Puts a slot into its next state, and into the list of that state. The message is kept until PUBACK or PUBREC [MQTT-4.3.3-1].</summary>
    private void Enter(int index, SenderState next)
    {
        ref Slot slot = ref slots[index];
        if (slot.State is SenderState.AwaitingPubAck or SenderState.AwaitingPubRec) RemovePublished(index);
        else if (slot.State == SenderState.AwaitingPubComp) released.Remove(slots, index);

        slot.State = next;
        switch (next)
        {
            case SenderState.AwaitingPubAck or SenderState.AwaitingPubRec:
                Bytes += slot.Message!.Length;
                published.Append(slots, index);
                break;
            case SenderState.AwaitingPubComp:
                released.Append(slots, index);
                break;
            case SenderState.Free:
                slot = default;
                free.Append(slots, index);
                break;
        }
    }

    private void RemovePublished(int index)
    {
        ref Slot slot = ref slots[index];
        published.Remove(slots, index);
        Bytes -= slot.Message!.Length;
        slot.Message.Release();
        slot.Message = null;
    }

    private void WritePublish(int index, IBufferWriter<byte> output)
    {
        ref Slot slot = ref slots[index];
        output.Write(new PublishPacket
        {
            Topic = slot.Message!.Topic,
            Payload = slot.Message.Payload,
            PacketId = (ushort)(index + 1),
            Qos = slot.State == SenderState.AwaitingPubRec ? QualityOfService.ExactlyOnce : QualityOfService.AtLeastOnce,
            Duplicate = slot.WasSent, // [MQTT-3.3.1-1]
            Retain = slot.Retain,
        });
        slot.WasSent = true;
    }

    private int TakeFree()
    {
        if (free.Count == 0) Grow();
        int index = free.First;
        free.Remove(slots, index);
        return index;
    }

    private int TakeFree(ushort packetId)
    {
        while (slots.Length < packetId) Grow();
        free.Remove(slots, packetId - 1);
        return packetId - 1;
    }

    private void Grow()
    {
        int used = slots.Length;
        Array.Resize(ref slots, Math.Min(MaxPacketIds, Math.Max(4, 2 * used)));
        for (int i = used; i < slots.Length; i++) free.Append(slots, i);
    }

    private struct Slot
    {
        public ApplicationMessage? Message;
        public int Next;
        public int Previous;
        public SenderState State;
        public byte Ends;
        public bool IsReserved;
        public bool Retain;
        public bool WasSent;
    }

    /// <summary>A list through the slots: first in, first out, and O(1) removal from the middle.</summary>
    private struct SlotList
    {
        private int firstPlusOne;
        private int lastPlusOne;

        public int Count { get; private set; }

        public readonly int First => firstPlusOne - 1;

        public void Append(Slot[] slots, int index)
        {
            slots[index].Next = -1;
            slots[index].Previous = lastPlusOne - 1;
            if (Count++ == 0) firstPlusOne = index + 1;
            else slots[lastPlusOne - 1].Next = index;
            lastPlusOne = index + 1;
        }

        public void Remove(Slot[] slots, int index)
        {
            (int next, int previous) = (slots[index].Next, slots[index].Previous);
            if (previous < 0) firstPlusOne = next + 1;
            else slots[previous].Next = next;
            if (next < 0) lastPlusOne = previous + 1;
            else slots[next].Previous = previous;
            Count--;
        }
    }
}
