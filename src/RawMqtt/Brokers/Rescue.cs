// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Notes once more what memory holds and may stand in the oldest segment, if records of it are damaged or all that counts is little: what was not
/// carried forward, as far as that is known, and does not stand in a later one. What stands in the journal alone is not noted.</summary>
internal sealed class Rescue
{
    private readonly BrokerParts parts;
    private readonly BrokerJournal journal;
    private readonly CarryingForward carrying;
    private readonly uint oldest;
    private readonly Queue<uint> sessions = [];
    private readonly Queue<Subscriber> wills = [];
    private readonly Dictionary<ApplicationMessage, List<uint>> holders = []; // a reference to each message
    private readonly Queue<ApplicationMessage> messages = [];
    private readonly PublishedRecord record = new();

    /// <summary>Looks at all that memory holds.</summary>
    public Rescue(BrokerParts parts, BrokerJournal journal, CarryingForward carrying, uint oldest)
    {
        (this.parts, this.journal, this.carrying, this.oldest) = (parts, journal, carrying, oldest);
        foreach (Subscriber subscriber in parts.Sessions.All)
        {
            if (subscriber.Connection?.Will is { Number: > 0 }) wills.Enqueue(subscriber);
            if (subscriber.Number == 0) continue;
            sessions.Enqueue(subscriber.Number);
            foreach (ApplicationMessage message in subscriber.Session.InMemory) Add(message, subscriber.Number);
        }

        foreach (ApplicationMessage message in parts.Retained.All) Add(message, 0);
    }

    /// <summary>Notes the next session, Will or message.</summary>
    /// <param name="newest">The segment that is written.</param>
    /// <returns>False if nothing is left.</returns>
    public bool TryNoteNext(uint newest)
    {
        if (sessions.TryDequeue(out uint session)) carrying.CarrySession(session, oldest, newest);
        else if (wills.TryDequeue(out Subscriber? client)) NoteWill(client);
        else if (messages.TryDequeue(out ApplicationMessage? message)) NoteMessage(message);
        else return false;
        return true;
    }

    /// <summary>Returns the sessions with messages that stood in the segment alone and were not carried forward.</summary>
    public IEnumerable<Subscriber> Losers()
    {
        foreach (Subscriber subscriber in parts.Sessions.All)
        {
            StoredQueue? stored = subscriber.Session.Stored;
            for (int i = 0; i < (stored?.Count ?? 0); i++)
            {
                if (stored![i].Place.Segment > oldest) continue;
                yield return subscriber;
                break;
            }
        }
    }

    private static bool IsOfBroker(ApplicationMessage message) => message.Topic.StartsWith("$SYS/"u8);

    private void Add(ApplicationMessage message, uint session)
    {
        if (session == 0 && IsOfBroker(message)) return; // what the broker retains itself is never noted
        if (message.Number == 0 || (message.Place.Length > 0 && message.Place.Segment > oldest)) return;
        if (!holders.TryGetValue(message, out List<uint>? sharers))
        {
            holders.Add(message.AddReference(), sharers = []);
            messages.Enqueue(message);
        }

        if (session > 0) sharers.Add(session);
    }

    private void NoteWill(Subscriber client)
    {
        if (client.Connection?.Will is { } will) journal.CarryWill(will.Number, client.ClientId, client.UserName, will.Message, will.Retain);
    }

    /// <summary>Writes the record of a message as it may have been, and carries it forward.</summary>
    private void NoteMessage(ApplicationMessage message)
    {
        record.Begin(message.Number, 0, 0, 0);
        if (!IsOfBroker(message)) record.Retain(owner: null);
        foreach (uint session in holders[message]) record.Deliver(session, 0, message.Qos, retain: false);
        byte[] fields = [.. record.End(message.Topic.Length, message.Qos), .. message.Topic, .. message.Payload];
        carrying.Carry(BrokerRecord.Published, fields, oldest, oldest);
        message.Release();
    }
}
