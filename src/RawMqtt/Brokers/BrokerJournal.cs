// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Brokers;

/// <summary>Notes each step of the broker that the next process must know, as records that the shell commits to a <c>JournalFolder</c>.</summary>
/// <remarks>Bytes that follow from a record leave after its commit: a connection waits for the <see cref="Position"/> after the record. Steps of the same
/// kind that follow each other become one record. Clients with a clean session have the session number 0, and nothing is noted for it.</remarks>
internal sealed class BrokerJournal
{
    private const int UnnamedUser = ushort.MaxValue;

    private readonly PublishedRecord published;
    private readonly RecordBuffer records = new();
    private readonly long clock;
    private BrokerRecord stepKind;
    private uint stepSession;
    private ushort stepFirst;
    private ushort stepLast;
    private uint lastSession;
    private long lastWill;
    private readonly HashSet<long> wills = [];
    private byte[] scratch = new byte[256];

    /// <param name="last">The last numbers that were given out before.</param>
    /// <param name="startedAt">When the clock of <see cref="BrokerTurn.Now"/> stood at zero, in seconds since 1970.</param>
    public BrokerJournal(JournalNumbers last, long startedAt)
    {
        clock = startedAt;
        (lastSession, lastWill, LastMessage) = (last.Session, last.Will, last.Message);
        published = new PublishedRecord();
    }

    /// <summary>The position after all that was noted so far.</summary>
    public long Position => records.Appended + (stepSession > 0 ? 1 : 0);

    /// <summary>The bytes that wait for a commit.</summary>
    public int Length => records.Length;

    /// <summary>Messages whose places must be known once what was noted is committed.</summary>
    public List<Placement> Placements { get; private set; } = [];

    /// <summary>The number of the last message.</summary>
    public long LastMessage { get; private set; }

    /// <summary>Gives all that was noted to a buffer that is empty.</summary>
    /// <param name="empty">The buffer.</param>
    /// <param name="placements">An empty list, which takes the place of <see cref="Placements"/>.</param>
    public void MoveTo(RecordBuffer empty, ref List<Placement> placements)
    {
        EndStep();
        records.MoveTo(empty);
        (Placements, placements) = (placements, Placements);
    }

    /// <summary>Notes that a kept session has begun.</summary>
    /// <returns>Its number.</returns>
    public uint BeginSession(ReadOnlySpan<byte> clientId, byte[]? userName)
    {
        Span<byte> fields = Append(BrokerRecord.SessionBegun, 4 + LengthOfUser(userName) + clientId.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(fields, ++lastSession);
        clientId.CopyTo(fields[(4 + WriteUser(userName, fields[4..]))..]);
        return lastSession;
    }

    public void DiscardSession(uint session) => Note(BrokerRecord.SessionDiscarded, session, []);

    public void ResumeSession(uint session) => Note(BrokerRecord.SessionResumed, session, []);

    public void LeaveSession(uint session, TimeSpan now)
    {
        Span<byte> field = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(field, SecondsOf(now));
        Note(BrokerRecord.SessionLeft, session, field);
    }

    public void Subscribe(uint session, ReadOnlySpan<byte> filter, QualityOfService qos)
    {
        if (session == 0) return;
        Span<byte> fields = Append(BrokerRecord.Subscribed, 5 + filter.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(fields, session);
        fields[4] = (byte)qos;
        filter.CopyTo(fields[5..]);
    }

    public void Unsubscribe(uint session, ReadOnlySpan<byte> filter) => Note(BrokerRecord.Unsubscribed, session, filter);

    /// <summary>Begins the record of a message. <see cref="EndPublish"/> follows; between them nothing is noted but that
    /// others are dropped.</summary>
    /// <param name="session">The kept session that published it at QoS 2; 0 for none.</param>
    /// <param name="packetId">The packet identifier of that PUBLISH.</param>
    /// <param name="will">The number of the Will that it was; 0 for none.</param>
    public void BeginPublish(uint session, ushort packetId, long will)
    {
        EndStep();
        published.Begin(++LastMessage, session, packetId, will);
    }

    /// <summary>Notes that the message is the retained one of its topic now.</summary>
    /// <param name="owner">Whose it is; null for the program.</param>
    public void Retain(byte[]? owner) => published.Retain(owner);

    /// <summary>Notes that the topic has no retained message now.</summary>
    public void Unretain() => published.Unretain();

    /// <summary>Notes that a session gets the message.</summary>
    /// <param name="session">The session; 0 for one that is not kept.</param>
    /// <param name="packetId">The packet identifier with which it is sent; 0 if it waits.</param>
    /// <param name="qos">The QoS of the delivery.</param>
    /// <param name="retain">The RETAIN bit of the delivery.</param>
    public void Deliver(uint session, ushort packetId, QualityOfService qos, bool retain)
    {
        if (session > 0) published.Deliver(session, packetId, qos, retain);
    }

    /// <summary>Ends the record of a message. It is noted if it says anything.</summary>
    public void EndPublish(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, ApplicationMessage? kept)
    {
        if (published.Will > 0) wills.Remove(published.Will);
        if (published.IsForSomebody)
        {
            int offset = records.Length;
            records.Append((byte)BrokerRecord.Published, published.End(topic.Length, qos), topic, payload);
            if (kept is not null) kept.Sharers = published.Deliveries;
            if (published.IsWaitedFor) Placements.Add(new Placement(kept, null, LastMessage, offset, records.Length - offset));
        }
        else if (published.Session > 0) Receive(published.Session, published.PacketId);
        else if (published.Will > 0) EndWill(published.Will);
    }

    /// <summary>Notes a QoS 2 message that came in and is for nobody.</summary>
    public void Receive(uint session, ushort packetId)
    {
        if (session == 0) return;
        Span<byte> field = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(field, packetId);
        Note(BrokerRecord.Received, session, field);
    }

    /// <summary>Notes that a message which waited is sent.</summary>
    public void Send(uint session, long number, ushort packetId)
    {
        Span<byte> fields = stackalloc byte[10];
        BinaryPrimitives.WriteInt64LittleEndian(fields, number);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[8..], packetId);
        Note(BrokerRecord.Sent, session, fields);
    }

    /// <summary>Notes that a message no longer waits for a session.</summary>
    public void Drop(uint session, long number)
    {
        Span<byte> field = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(field, number);
        Note(BrokerRecord.Dropped, session, field);
    }

    /// <summary>Notes a step of a packet identifier: <see cref="BrokerRecord.Acknowledged"/>, Released or ReceivedReleased.</summary>
    public void Step(BrokerRecord kind, uint session, ushort packetId)
    {
        if (session == 0) return;
        if (session == stepSession && kind == stepKind && packetId == stepLast + 1)
        {
            stepLast = packetId;
            return;
        }

        EndStep();
        (stepKind, stepSession, stepFirst, stepLast) = (kind, session, packetId, packetId);
    }

    /// <summary>Notes the Will of a connection.</summary>
    /// <returns>Its number.</returns>
    public long SetWill(ReadOnlySpan<byte> clientId, byte[]? userName, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain)
    {
        NoteWill(++lastWill, clientId, userName, topic, payload, FlagsOf(qos, retain));
        wills.Add(lastWill);
        return lastWill;
    }

    /// <summary>Carries a Will forward from memory, if it has not ended.</summary>
    public void CarryWill(long number, ReadOnlySpan<byte> clientId, byte[]? userName, ApplicationMessage message, bool retain)
    {
        if (wills.Contains(number)) NoteWill(number, clientId, userName, message.Topic, message.Payload, FlagsOf(message.Qos, retain));
    }

    /// <summary>Notes that a Will is void.</summary>
    public void EndWill(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Append(BrokerRecord.WillEnded, 8), number);
        wills.Remove(number);
    }

    /// <summary>Carries a Will forward, if it has not ended.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="fields">The fields of its record.</param>
    public void CarryWill(long number, ReadOnlySpan<byte> fields)
    {
        if (wills.Contains(number)) fields.CopyTo(Append(BrokerRecord.WillSet, fields.Length));
    }

    /// <summary>Takes over a Will that an earlier process noted.</summary>
    public void RestoreWill(long number) => wills.Add(number);

    /// <summary>Begins the record of a message that is carried forward. <see cref="EndCarry"/> follows, before anything else is noted.</summary>
    public void BeginCarry(long number)
    {
        EndStep();
        published.Begin(number, 0, 0, 0);
    }

    /// <summary>Ends the record of a message that is carried forward. It is noted if it says anything.</summary>
    /// <returns>Where it stands in the buffer and how long it is; the length 0 if it is not noted.</returns>
    public (int Offset, int Length) EndCarry(in PublishedFields message)
    {
        int offset = records.Length;
        if (published.IsForSomebody)
            records.Append((byte)BrokerRecord.Published, published.End(message.Topic.Length, message.Qos), message.Topic, message.Payload);
        return (offset, records.Length - offset);
    }

    /// <summary>Carries a session forward, without its subscriptions and messages.</summary>
    public void CarrySession(uint session, ReadOnlySpan<byte> clientId, byte[]? userName, TimeSpan? awaySince, ushort[] released, ushort[] received)
    {
        int length = 4 + 8 + LengthOfUser(userName) + 2 + clientId.Length + 4 + 2 * (released.Length + received.Length);
        Span<byte> fields = Append(BrokerRecord.SessionCarried, length);
        BinaryPrimitives.WriteUInt32LittleEndian(fields, session);
        BinaryPrimitives.WriteInt64LittleEndian(fields[4..], awaySince is { } since ? SecondsOf(since) : 0);
        int at = 12 + WriteUser(userName, fields[12..]);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[at..], (ushort)clientId.Length);
        clientId.CopyTo(fields[(at + 2)..]);
        at += 2 + clientId.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(fields[at..], (uint)released.Length);
        fields = fields[(at + 4)..];
        foreach (ushort packetId in (ReadOnlySpan<ushort>)[.. released, .. received])
        {
            BinaryPrimitives.WriteUInt16LittleEndian(fields, packetId);
            fields = fields[2..];
        }
    }

    /// <summary>The QoS of a delivery, and its RETAIN bit.</summary>
    public static byte FlagsOf(QualityOfService qos, bool retain) => (byte)((int)qos | (retain ? 4 : 0));

    private long SecondsOf(TimeSpan now) => clock + (long)now.TotalSeconds;

    private void Note(BrokerRecord kind, uint session, ReadOnlySpan<byte> rest)
    {
        if (session == 0) return;
        Span<byte> fields = Append(kind, 4 + rest.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(fields, session);
        rest.CopyTo(fields[4..]);
    }

    private void NoteWill(long number, ReadOnlySpan<byte> clientId, byte[]? userName, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, byte flags)
    {
        int length = 13 + LengthOfUser(userName) + clientId.Length;
        if (scratch.Length < length) scratch = new byte[length];
        BinaryPrimitives.WriteInt64LittleEndian(scratch, number);
        scratch[8] = flags;
        int at = 9 + WriteUser(userName, scratch.AsSpan(9));
        BinaryPrimitives.WriteUInt16LittleEndian(scratch.AsSpan(at), (ushort)clientId.Length);
        clientId.CopyTo(scratch.AsSpan(at + 2));
        BinaryPrimitives.WriteUInt16LittleEndian(scratch.AsSpan(at + 2 + clientId.Length), (ushort)topic.Length);
        EndStep();
        records.Append((byte)BrokerRecord.WillSet, scratch.AsSpan(0, length), topic, payload);
    }

    private Span<byte> Append(BrokerRecord kind, int length)
    {
        EndStep();
        return records.Append((byte)kind, length);
    }

    private void EndStep()
    {
        if (stepSession == 0) return;
        Span<byte> fields = records.Append((byte)stepKind, 8);
        BinaryPrimitives.WriteUInt32LittleEndian(fields, stepSession);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[4..], stepFirst);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[6..], stepLast);
        stepSession = 0;
    }

    private static int LengthOfUser(byte[]? userName) => 2 + (userName?.Length ?? 0);

    private static int WriteUser(byte[]? userName, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)(userName?.Length ?? UnnamedUser));
        userName?.CopyTo(destination[2..]);
        return LengthOfUser(userName);
    }
}
