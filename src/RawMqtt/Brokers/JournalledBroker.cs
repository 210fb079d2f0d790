// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Brokers;

/// <summary>What a journal adds to a broker: it takes back what an earlier process noted, and messages that stand in the journal alone.</summary>
internal sealed class JournalledBroker
{
    private const int KeptInMemory = 64; // of a client that is connected, to send next
    private const int MostEvictions = 64; // sessions, for each commit
    private const int MostLookedAt = 4096; // sessions and messages, under one lock
    private const int SmallPart = 8; // of a segment: so little is noted again without reading what of it counts

    private readonly BrokerParts parts;
    private readonly BrokerJournal journal;
    private readonly StoredTotal stored;
    private readonly BrokerTurn turn;
    private List<Placement> placements = []; // of the commit under way

    /// <param name="parts">The parts of the broker.</param>
    /// <param name="journal">Notes its steps.</param>
    /// <param name="stored">What waits in the journal alone.</param>
    public JournalledBroker(BrokerParts parts, BrokerJournal journal, StoredTotal stored)
    {
        (this.parts, this.journal, this.stored, turn) = (parts, journal, stored, parts.Turn);
        turn.Journal = journal;
        turn.Room = Room = new JournalRoom(parts.Limits, journal, stored, parts.Messages, parts.Subscriptions);
    }

    /// <summary>Notes the steps of the broker.</summary>
    public BrokerJournal Journal => journal;

    /// <summary>What bounds the journal.</summary>
    public JournalRoom Room { get; }

    /// <summary>Whether publishers wait for room in the journal.</summary>
    public bool IsHolding => parts.Holds.Any;

    /// <summary>The position up to which all is committed.</summary>
    public long Committed => turn.Committed;

    /// <summary>Whether a connection or a subscription of the program waits for a commit.</summary>
    public bool IsCommitWanted => turn.IsCommitWanted;

    /// <summary>Begins a commit.</summary>
    /// <param name="taken">Takes all that was noted; it is empty before.</param>
    public void BeginCommit(RecordBuffer taken)
    {
        journal.MoveTo(taken, ref placements);
        turn.BeginCommit(taken.Length);
    }

    /// <summary>Ends a commit: what waited for it may leave.</summary>
    /// <param name="position">The position that it has reached.</param>
    /// <param name="placeOf">Returns where a record of the commit stands.</param>
    /// <param name="now">The time.</param>
    public void EndCommit(long position, Func<int, int, JournalPlace> placeOf, TimeSpan now)
    {
        turn.Now = now;
        try
        {
            foreach (Placement noted in placements) Place(noted, placeOf);
        }
        finally
        {
            placements.Clear(); // a message without a place stays in memory
        }

        turn.EndCommit(position);
        parts.Holds.End();
        parts.Ends.CarryOut(); // a publisher may have waited for too long
        parts.Router.PublishDeferred();
        for (int i = 0; i < MostEvictions && turn.TryTakeToEvict(out Subscriber? subscriber); i++)
        {
            if (parts.Slow.IsMemoryFull || subscriber.LeavesMemory) subscriber.Session.Evict(subscriber.Connection is null ? 0 : KeptInMemory, stored);
            else turn.RequestEviction(subscriber); // when memory is full again
        }
    }

    /// <summary>Lets the publishers go on that waited for shorter files, if they are.</summary>
    public void EndHolds(TimeSpan now)
    {
        turn.Now = now;
        parts.Holds.End();
        parts.Ends.CarryOut();
    }

    /// <summary>Whether memory holds all that counts, and that is so little that it is noted again sooner than a segment is read.</summary>
    public bool HoldsLittle =>
        stored.Bytes == 0 && parts.Sessions.Count + parts.Messages.References <= MostLookedAt && Room.Counting <= parts.Limits.JournalSegmentLength / SmallPart;

    /// <summary>Returns what carries the journal of this broker forward.</summary>
    public CarryingForward CarryingForward() => new(parts, journal);

    /// <summary>Returns what notes once more what memory holds of the oldest segment.</summary>
    public Rescue Rescue(CarryingForward carrying, uint oldest) => new(parts, journal, carrying, oldest);

    /// <summary>Returns the next messages of a session's queue that must be read from the journal.</summary>
    /// <param name="subscriber">The session.</param>
    /// <param name="places">Takes them.</param>
    /// <param name="mostBytes">The length of their records together; one is always returned.</param>
    /// <returns>How many there are.</returns>
    public static int BeginLoad(Subscriber subscriber, Span<StoredMessage> places, int mostBytes)
    {
        if (subscriber.Session.Stored is not { } stored) return 0;
        int count = 0;
        for (int bytes = 0; count < Math.Min(places.Length, stored.Count); count++)
        {
            bytes += stored[count].Place.Length;
            if (count > 0 && bytes > mostBytes) break;
            places[count] = stored[count];
        }

        return count;
    }

    /// <summary>Takes a message of a session's queue that was read.</summary>
    /// <param name="subscriber">The session.</param>
    /// <param name="stored">The message.</param>
    /// <param name="fields">The fields of its record; empty if it is damaged.</param>
    public void Load(Subscriber subscriber, in StoredMessage stored, ReadOnlySpan<byte> fields)
    {
        ServerSession session = subscriber.Session;
        if (session.Stored is not { Count: > 0 } queue || queue.First.Number != stored.Number) return; // the session was discarded meanwhile
        if (fields.IsEmpty && queue.First.Place != stored.Place) return; // it was carried forward meanwhile: it is read again
        StoredMessage first = queue.First;
        queue.RemoveFirst();
        if (TryKeep(stored.Number, fields, out ApplicationMessage? message))
        {
            (message.Place, message.Sharers) = (first.Place, first.Sharers); // it may leave memory again
            session.QueueLoaded(message, stored.Qos, stored.Retain);
            turn.Statistics.JournalLoads++;
            message.Release();
            return;
        }

        turn.Statistics.MessagesDropped++;
        journal.Drop(subscriber.Number, stored.Number);
    }

    /// <summary>Ends the loading of messages: the session goes on.</summary>
    public void EndLoad(Subscriber subscriber, TimeSpan now)
    {
        turn.Now = now;
        subscriber.IsLoading = false;
        subscriber.Session.EndLoad();
        parts.Deliveries.SendWaiting(subscriber);
    }

    /// <summary>Takes back what an earlier process noted. Wills of connections that it had are published.</summary>
    /// <param name="recovered">What the journal says.</param>
    /// <param name="read">Reads the fields of a record again.</param>
    /// <param name="startedAt">When the broker's clock stood at zero, in seconds since 1970.</param>
    public void Restore(RecoveredBroker recovered, StoredReader read, long startedAt)
    {
        var shared = new Dictionary<long, ApplicationMessage>(); // those in flight to several sessions are in memory once
        foreach (RecoveredSession session in recovered.Sessions.OrderBy(session => session.LeftAt == 0 ? long.MaxValue : session.LeftAt))
            Restore(session, read, startedAt, shared);
        foreach (uint number in recovered.Numbers)
        {
            if (parts.Sessions.Find(number) is null) journal.DiscardSession(number); // it is lost, or a newer one of the same client is there: told once
        }

        foreach (ApplicationMessage message in shared.Values) message.Release();
        foreach ((byte[] _, RecoveredRetained retained) in recovered.Retained)
        {
            if (!TryKeep(retained.Number, read(retained.Place), out ApplicationMessage? message)) continue;
            parts.Retained.Restore(message, retained.Owner);
            message.Release();
        }

        foreach (long number in recovered.Wills.Keys) journal.RestoreWill(number);
        foreach ((long number, RecoveredWill lost) in recovered.Wills) Publish(number, lost);
    }

    private static void Place(in Placement noted, Func<int, int, JournalPlace> placeOf)
    {
        if (noted.Message is { } message && message.Number == noted.Number) message.Place = placeOf(noted.Offset, noted.Length);
        if (noted.Session is not { } session) return;
        if (session.Stored is { Count: > 0 } queue && queue.IndexOf(noted.Number) is var index and >= 0) queue.Move(index, placeOf(noted.Offset, noted.Length));
        else if (session.TryFind(noted.Number, out SessionDelivery delivery) && delivery.Message is { } loaded) // since it was noted
            loaded.Place = placeOf(noted.Offset, noted.Length);
    }

    private void Restore(RecoveredSession recovered, StoredReader read, long startedAt, Dictionary<long, ApplicationMessage> shared)
    {
        TimeSpan awaySince = recovered.LeftAt == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(0, recovered.LeftAt - startedAt));
        Subscriber subscriber = parts.Sessions.Restore(recovered.Number, recovered.ClientId, recovered.UserName, awaySince); // [MQTT-4.1.0-1]
        if (recovered.LeftAt == 0) journal.LeaveSession(recovered.Number, TimeSpan.Zero);
        foreach ((byte[] filter, QualityOfService qos) in recovered.Filters) parts.Filters.Restore(subscriber, filter, qos);
        ServerSession session = subscriber.Session;
        foreach (ushort packetId in recovered.Released) session.RestoreReleased(packetId);
        foreach (ushort packetId in recovered.Received) session.Receiver.Restore(packetId);
        foreach ((ushort packetId, StoredMessage sent) in recovered.InFlight)
        {
            if (!shared.TryGetValue(sent.Number, out ApplicationMessage? message))
            {
                if (sent.Place.Length == 0 || !TryKeep(sent.Number, read(sent.Place), out message))
                {
                    recovered.IsDamaged = true;
                    journal.Step(BrokerRecord.Acknowledged, recovered.Number, packetId); // nobody has it any more
                    continue;
                }

                shared.Add(sent.Number, message);
            }

            session.Restore(packetId, message, sent.Qos, sent.Retain);
        }

        session.Stored = recovered.Queue;
    }

    private void Publish(long number, RecoveredWill lost)
    {
        var publisher = new Subscriber(lost.ClientId, lost.UserName, new ServerSession(1, 1, 1), cleanSession: true);
        ApplicationMessage message = parts.Messages.Keep(lost.Topic, lost.Payload, lost.Qos);
        parts.Ends.Publish(new Will(message, lost.Retain, number), publisher); // [MQTT-3.1.2-8]
        message.Release();
    }

    private bool TryKeep(long number, ReadOnlySpan<byte> fields, [NotNullWhen(true)] out ApplicationMessage? message)
    {
        message = null;
        if (!PublishedFields.TryRead(fields, out PublishedFields published) || published.Number != number) return false;
        message = parts.Messages.Keep(published.Topic, published.Payload, published.Qos);
        message.Number = number;
        return true;
    }
}
