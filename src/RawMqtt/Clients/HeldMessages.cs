// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>The messages that wait for the application before they are answered. Guarded by the gate.</summary>
internal sealed class HeldMessages(ClientGate gate, ClientSession session, SessionFile? file)
{
    private readonly PacketIdTable<HeldMessage> atQos1 = new();

    /// <summary>Holds a message at QoS 1 or 2.</summary>
    /// <param name="receipt">What acknowledges it.</param>
    /// <param name="holders">The number of subscriptions that hold it.</param>
    public HeldMessage Hold(Receipt receipt, int holders)
    {
        var held = new HeldMessage(this, receipt, holders);
        if (receipt.Qos != QualityOfService.AtLeastOnce) return held;
        lock (gate.Lock) atQos1.Add(receipt.PacketId, held);
        return held;
    }

    /// <summary>Holds a message that an earlier process stored.</summary>
    public HeldMessage HoldStored(long number) => new(this, default, holders: 1) { StoredNumber = number };

    /// <summary>Finds out whether a message at QoS 1 that comes again is one that is still held. If it is, its answer goes to the new delivery.</summary>
    /// <remarks>A server may use its packet identifiers anew on each connection, so topic and payload must be the same too.</remarks>
    /// <param name="view">The message that came.</param>
    /// <param name="receipt">What acknowledges it.</param>
    /// <param name="isDone">Whether the application is done with it, so that it can be acknowledged now.</param>
    public bool Rebind(in MqttMessageView view, Receipt receipt, out bool isDone)
    {
        lock (gate.Lock)
        {
            isDone = false;
            if (atQos1.Find(receipt.PacketId) is not HeldMessage held || held.Receipt.Number >= receipt.Number || held.Message is not MqttMessage message)
                return false;
            if (!view.Payload.SequenceEqual(message.Payload.Span) || !message.HasTopic(view.Topic)) return false;
            held.Receipt = receipt;
            isDone = held.IsReleased || held.StoredNumber > 0; // what the session file has is answered without the application
            if (isDone) Forget(receipt);
            return true;
        }
    }

    /// <summary>Keeps a held message in the session file, and answers it.</summary>
    public void Store(HeldMessage held, MqttMessage message)
    {
        using GateEntry entry = gate.Enter();
        if (file is null || held.StoredNumber > 0 || held.IsReleased) return;
        held.StoredNumber = file.Journal.Stored(message.DeliveryId ?? 0, message.TopicBytes, message.Payload.Span, message.Qos, message.Retain);
        Acknowledge(held.Receipt, entry.Output);
    }

    /// <summary>Lets go of a message for one holder.</summary>
    public void Release(HeldMessage held)
    {
        using (GateEntry entry = gate.Enter())
        {
            if (held.IsReleased || --held.Holders > 0) return;
            held.IsReleased = true;
            if (held.StoredNumber > 0) file!.Journal.StoredDone(held.StoredNumber);
            else Acknowledge(held.Receipt, entry.Output);
        }

        if (held.Receipt.Qos != QualityOfService.AtLeastOnce) file?.Append(); // noted before the next message goes to the application
    }

    /// <summary>Gives up an unanswered message: the server sends it again on a later connection. It may be held no longer.</summary>
    public void Refuse(HeldMessage held)
    {
        lock (gate.Lock)
        {
            if (held.IsReleased || held.StoredNumber > 0) return;
            held.IsReleased = true;
            Forget(held.Receipt);
            session.Refuse(held.Receipt);
        }
    }

    /// <summary>Forgets what came in on connections before: the server has no session.</summary>
    public void SessionLost() => atQos1.Clear();

    private void Acknowledge(Receipt receipt, OutgoingBuffer? output)
    {
        if (session.CanAnswer(receipt)) Forget(receipt); // otherwise it comes again, and is known then
        // without a connection the answer leaves when the message comes again
        session.Acknowledge(receipt, output ?? (IBufferWriter<byte>)DiscardedOutput.Instance);
    }

    private void Forget(Receipt receipt)
    {
        if (receipt.Qos == QualityOfService.AtLeastOnce && atQos1.Find(receipt.PacketId)?.Receipt == receipt) atQos1.Remove(receipt.PacketId);
    }
}
