// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Brokers;

/// <summary>What a broker was when its process ended: the sum of the records of its journal.</summary>
internal sealed class RecoveredBroker(Utf8Comparer comparer)
{
    private readonly Dictionary<uint, RecoveredSession> sessions = [];
    private readonly Dictionary<byte[], RecoveredRetained> retained = new(comparer);
    private readonly SortedDictionary<long, RecoveredWill> wills = [];
    private JournalNumbers last;
    private bool hasGap;

    /// <summary>The kept sessions, one for each client identifier. A session whose beginning is lost is none.</summary>
    public IEnumerable<RecoveredSession> Sessions
    {
        get
        {
            var byClientId = new Dictionary<byte[], RecoveredSession>(comparer);
            foreach (RecoveredSession session in sessions.Values)
            {
                bool isNewer = !byClientId.TryGetValue(session.ClientId, out RecoveredSession? known) || known.Number < session.Number;
                if (session.HasBegun && isNewer) byClientId[session.ClientId] = session; // the end of the older one may be lost
            }

            return byClientId.Values;
        }
    }

    /// <summary>The sessions whose beginning is lost: nobody knows any more whose they are.</summary>
    public IEnumerable<RecoveredSession> Lost => sessions.Values.Where(session => !session.HasBegun);

    /// <summary>The numbers of all sessions that were not discarded.</summary>
    public IReadOnlyCollection<uint> Numbers => sessions.Keys;

    /// <summary>The retained messages by their topics, in the order in which the topics came.</summary>
    public IReadOnlyDictionary<byte[], RecoveredRetained> Retained => retained;

    /// <summary>The Wills of connections that were open, by their numbers.</summary>
    public IReadOnlyDictionary<long, RecoveredWill> Wills => wills;

    /// <summary>The last numbers that were given out.</summary>
    public JournalNumbers Last => last;

    /// <summary>What all messages count that wait.</summary>
    public StoredTotal Stored { get; } = new();

    /// <summary>Records that made no sense, although their checksums fit.</summary>
    public int Unread { get; private set; }

    /// <summary>Takes a record; the oldest comes first.</summary>
    public void Apply(SealedRecord record)
    {
        var reader = new FieldReader(record.Fields);
        switch ((BrokerRecord)record.Kind)
        {
            case BrokerRecord.Published:
                ApplyPublished(record);
                return;
            case BrokerRecord.WillSet:
                ApplyWill(ref reader);
                break;
            case BrokerRecord.WillEnded:
                wills.Remove(reader.ReadInt64());
                break;
            case BrokerRecord.SessionBegun:
            case BrokerRecord.SessionCarried:
                ApplySession((BrokerRecord)record.Kind, ref reader);
                break;
            default:
                uint number = reader.ReadUInt32();
                ApplyStep(SessionOf(number), (BrokerRecord)record.Kind, ref reader);
                break;
        }

        if (reader.IsBroken) Unread++;
    }

    /// <summary>Takes the news that records are lost: each session that there is may have been meant, and each that is named later without its
    /// beginning.</summary>
    public void ApplyGap()
    {
        hasGap = true;
        foreach (RecoveredSession session in sessions.Values) session.IsDamaged = true;
    }

    /// <summary>Returns a session. What began it may come later, if it was carried forward.</summary>
    private RecoveredSession SessionOf(uint number)
    {
        if (sessions.TryGetValue(number, out RecoveredSession? session)) return session;
        session = new RecoveredSession(number, Stored) { IsDamaged = hasGap };
        sessions.Add(number, session);
        last = last with { Session = Math.Max(last.Session, number) };
        return session;
    }

    private void ApplySession(BrokerRecord kind, ref FieldReader reader)
    {
        uint number = reader.ReadUInt32();
        long leftAt = kind == BrokerRecord.SessionCarried ? reader.ReadInt64() : 0;
        byte[]? userName = reader.ReadUser();
        byte[] clientId = (kind == BrokerRecord.SessionCarried ? reader.ReadText() : reader.ReadRest()).ToArray();
        if (reader.IsBroken) return;
        bool isWhole = kind == BrokerRecord.SessionBegun && !sessions.ContainsKey(number);
        RecoveredSession session = SessionOf(number);
        if (isWhole) session.IsDamaged = false; // all that is about it follows
        session.Begin(clientId, userName, leftAt);
        if (kind == BrokerRecord.SessionBegun) return;
        session.ForgetIdentifiers();
        for (uint i = reader.ReadUInt32(); i > 0 && !reader.IsBroken; i--) session.Step(BrokerRecord.Released, reader.ReadUInt16());
        while (!reader.IsAtEnd && !reader.IsBroken) session.Receive(reader.ReadUInt16());
    }

    private void ApplyStep(RecoveredSession session, BrokerRecord kind, ref FieldReader reader)
    {
        switch (kind)
        {
            case BrokerRecord.SessionDiscarded:
                sessions.Remove(session.Number);
                break;
            case BrokerRecord.SessionLeft:
                session.LeftAt = reader.ReadInt64();
                break;
            case BrokerRecord.SessionResumed:
                session.LeftAt = 0;
                break;
            case BrokerRecord.Subscribed:
                var qos = (QualityOfService)reader.ReadByte();
                session.Subscribe(reader.ReadRest(), qos);
                break;
            case BrokerRecord.Unsubscribed:
                session.Unsubscribe(reader.ReadRest());
                break;
            case BrokerRecord.Sent:
                while (!reader.IsAtEnd && !reader.IsBroken) session.Send(reader.ReadInt64(), reader.ReadUInt16());
                break;
            case BrokerRecord.Dropped:
                session.Drop(reader.ReadInt64());
                break;
            case BrokerRecord.Received:
                session.Receive(reader.ReadUInt16());
                break;
            case BrokerRecord.Acknowledged or BrokerRecord.Released or BrokerRecord.ReceivedReleased:
                (int from, int to) = (reader.ReadUInt16(), reader.ReadUInt16());
                for (int packetId = from; packetId <= to && !reader.IsBroken; packetId++) session.Step(kind, (ushort)packetId);
                break;
            default:
                Unread++;
                break;
        }
    }

    private void ApplyPublished(SealedRecord record)
    {
        if (!PublishedFields.TryRead(record.Fields, out PublishedFields published))
        {
            Unread++;
            return;
        }

        last = last with { Message = Math.Max(last.Message, published.Number), Will = Math.Max(last.Will, published.Will) };
        wills.Remove(published.Will);
        if (published.Session > 0) SessionOf(published.Session).Receive(published.PacketId);
        for (int i = 0; i < published.Deliveries; i++)
        {
            (uint session, ushort packetId, byte flags) = published.DeliveryAt(i);
            ushort sharers = (ushort)Math.Min(ushort.MaxValue, published.Deliveries);
            SessionOf(session).Deliver(packetId, new StoredMessage(published.Number, record.Place, sharers, flags));
        }

        var byTopic = retained.GetAlternateLookup<ReadOnlySpan<byte>>();
        if ((published.Flags & PublishedFlags.Unretained) != 0) byTopic.Remove(published.Topic);
        if ((published.Flags & PublishedFlags.Retained) != 0)
            byTopic[published.Topic] = new RecoveredRetained(published.Number, record.Place, published.Owner.IsEmpty ? null : published.Owner.ToArray());
    }

    private void ApplyWill(ref FieldReader reader)
    {
        long number = reader.ReadInt64();
        byte flags = reader.ReadByte();
        byte[]? userName = reader.ReadUser();
        byte[] clientId = reader.ReadText().ToArray();
        byte[] topic = reader.ReadText().ToArray();
        byte[] payload = reader.ReadRest().ToArray();
        if (reader.IsBroken) return;
        wills[number] = new RecoveredWill(clientId, userName, topic, payload, (QualityOfService)(flags & 3), (flags & 4) != 0);
        last = last with { Will = Math.Max(last.Will, number) };
    }
}
