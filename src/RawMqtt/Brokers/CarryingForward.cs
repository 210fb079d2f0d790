// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Notes once more what still counts of the oldest segment of the journal, so that the segment can be deleted.</summary>
/// <remarks>A message is noted as it stands now, with the sessions that still wait for it or have not answered it. A session is noted as a whole when the
/// first record comes that its state may depend on. What takes something away needs no second record: what it took away stands before it.</remarks>
internal sealed class CarryingForward(BrokerParts parts, BrokerJournal journal)
{
    /// <summary>Returns whether records of this kind can count; others take something away, and need not be looked at under a lock.</summary>
    public static bool CanCount(BrokerRecord kind) =>
        kind is BrokerRecord.Published or BrokerRecord.WillSet or BrokerRecord.SessionBegun or BrokerRecord.SessionCarried or BrokerRecord.SessionLeft
            or BrokerRecord.SessionResumed or BrokerRecord.Subscribed or BrokerRecord.Released or BrokerRecord.Received;

    /// <summary>Carries one record forward if it counts.</summary>
    /// <param name="kind">The kind of the record.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="oldest">The segment that it stands in.</param>
    /// <param name="newest">The segment that is written.</param>
    public void Carry(BrokerRecord kind, ReadOnlySpan<byte> fields, uint oldest, uint newest)
    {
        switch (kind)
        {
            case BrokerRecord.Published:
                if (!PublishedFields.TryRead(fields, out PublishedFields message)) break;
                CarryMessage(message);
                if (message.Session > 0) CarrySession(message.Session, oldest, newest);
                break;
            case BrokerRecord.WillSet:
                journal.CarryWill(new FieldReader(fields).ReadInt64(), fields);
                break;
            case BrokerRecord.SessionBegun or BrokerRecord.SessionCarried or BrokerRecord.SessionLeft or BrokerRecord.SessionResumed:
            case BrokerRecord.Subscribed or BrokerRecord.Released or BrokerRecord.Received:
                CarrySession(new FieldReader(fields).ReadUInt32(), oldest, newest);
                break;
        }
    }

    /// <summary>Carries a session forward with its subscriptions, if there is one and it was not carried already.</summary>
    public void CarrySession(uint number, uint oldest, uint newest)
    {
        if (parts.Sessions.Find(number) is not { } subscriber || subscriber.CarriedIn > oldest) return;
        subscriber.CarriedIn = newest;
        ServerSession session = subscriber.Session;
        TimeSpan? awaySince = subscriber.Connection is null ? subscriber.AwaySince : null;
        journal.CarrySession(number, subscriber.ClientId, subscriber.UserName, awaySince, [.. session.Released], [.. session.Received]);
        foreach (byte[] filter in subscriber.Filters ?? []) journal.Subscribe(number, filter, parts.Subscriptions.QosOf(subscriber, filter));
    }

    private void CarryMessage(in PublishedFields message)
    {
        journal.BeginCarry(message.Number);
        bool wasRetained = (message.Flags & PublishedFlags.Retained) != 0;
        if (wasRetained && parts.Retained.Find(message.Topic)?.Number == message.Number) journal.Retain(parts.Retained.OwnerOf(message.Topic));
        for (int i = 0; i < message.Deliveries; i++)
        {
            (uint number, _, _) = message.DeliveryAt(i);
            if (parts.Sessions.Find(number) is { } subscriber && subscriber.Session.TryFind(message.Number, out SessionDelivery delivery))
                journal.Deliver(number, delivery.PacketId, delivery.Qos, delivery.Retain);
        }

        (int offset, int length) = journal.EndCarry(message);
        if (length > 0) NotePlaces(message, offset, length);
    }

    /// <summary>The messages that wait stand elsewhere once this is committed.</summary>
    private void NotePlaces(in PublishedFields message, int offset, int length)
    {
        for (int i = 0; i < message.Deliveries; i++)
        {
            if (parts.Sessions.Find(message.DeliveryAt(i).Session) is not { } subscriber) continue;
            if (!subscriber.Session.TryFind(message.Number, out SessionDelivery delivery) || delivery.PacketId > 0) continue;
            journal.Placements.Add(new Placement(delivery.Message, subscriber.Session, message.Number, offset, length)); // it may leave memory before
        }
    }
}
