// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace RawMqtt.Sessions;

/// <summary>What a client's session was when its process ended, 4.1: the sum of the records of a <see cref="SessionJournal"/>.</summary>
internal sealed class SavedSession
{
    private readonly Dictionary<long, SavedMessage> queued = [];
    private readonly Dictionary<ushort, SavedMessage> sent = [];
    private readonly Dictionary<ushort, int> released = []; // and the place of the PUBREC among all
    private readonly HashSet<ushort> received = [];
    private readonly Dictionary<ushort, long> handedOver = [];
    private readonly Dictionary<long, SavedMessage> stored = [];

    private SavedSession()
    {
    }

    /// <summary>The client identifier; null if there is no record at all.</summary>
    public string? Owner { get; private set; }

    /// <summary>The end of the last record that is whole: what stands behind it was being written when the power failed.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that are no whole records, or records that make no sense: they do not count.</summary>
    public int Unbelieved { get; private set; }

    /// <summary>Above all numbers of messages.</summary>
    public long NextNumber { get; private set; } = 1;

    /// <summary>Messages that were not sent, in their order.</summary>
    public List<SavedMessage> Queued => InOrder(queued);

    /// <summary>Messages that wait for PUBACK or PUBREC, by packet identifier, in the order in which they were sent.</summary>
    public List<KeyValuePair<ushort, SavedMessage>> Sent
    {
        get
        {
            List<KeyValuePair<ushort, SavedMessage>> all = new(sent);
            all.Sort(static (one, other) => one.Value.Number.CompareTo(other.Value.Number));
            return all;
        }
    }

    /// <summary>Identifiers that wait for PUBCOMP, in the order of their PUBRECs.</summary>
    public List<ushort> Released
    {
        get
        {
            List<ushort> all = new(released.Keys);
            all.Sort((one, other) => released[one].CompareTo(released[other]));
            return all;
        }
    }

    /// <summary>Identifiers of QoS 2 messages that came in and were not released.</summary>
    public IReadOnlyCollection<ushort> Received => received;

    /// <summary>The numbers of QoS 2 messages that went to the application and are not released, by packet identifier.</summary>
    public IReadOnlyDictionary<ushort, long> HandedOver => handedOver;

    /// <summary>Messages that came in, were answered, and wait for the application, in their order.</summary>
    public List<SavedMessage> Stored => InOrder(stored);

    /// <summary>Reads the records. After a damaged one the next is looked for where its length says, and nowhere else: a payload may contain bytes that look
    /// like a record.</summary>
    public static SavedSession Read(ReadOnlySpan<byte> records)
    {
        var session = new SavedSession();
        int believed = 0;
        for (int at = 0; TryFindEnd(records[at..], out int length); at += length)
        {
            ReadOnlySpan<byte> body = records.Slice(at + SessionJournal.PrefixLength, length - SessionJournal.PrefixLength);
            bool isWhole = BinaryPrimitives.ReadUInt32LittleEndian(records[(at + 4)..]) == SessionJournal.Crc32C(body);
            if (!isWhole || !session.Apply((JournalRecord)body[0], body[1..])) continue;
            believed += length;
            session.Length = at + length;
        }

        session.Unbelieved = records.Length - believed;
        return session;
    }

    /// <summary>The same session in as few records as it takes.</summary>
    public void WriteTo(IBufferWriter<byte> output, string owner)
    {
        SessionJournal.Write(output, JournalRecord.Owner, Encoding.UTF8.GetBytes(owner));
        SessionJournal.WriteNumber(output, JournalRecord.NextNumber, NextNumber);
        foreach (ushort packetId in Released) WriteStep(output, JournalRecord.Released, packetId);
        foreach ((ushort packetId, SavedMessage message) in Sent)
        {
            WriteMessage(output, JournalRecord.Queued, message);
            SessionJournal.WriteNumber(output, JournalRecord.Sent, message.Number, packetId);
        }

        foreach (SavedMessage message in Queued) WriteMessage(output, JournalRecord.Queued, message);
        foreach (SavedMessage message in Stored) WriteMessage(output, JournalRecord.Stored, message);
        foreach ((ushort packetId, long number) in handedOver) SessionJournal.WriteNumber(output, JournalRecord.HandedOver, number, packetId);
        foreach (ushort packetId in received) WriteStep(output, JournalRecord.Received, packetId);
    }

    private static List<SavedMessage> InOrder(Dictionary<long, SavedMessage> messages)
    {
        List<SavedMessage> all = new(messages.Values);
        all.Sort(static (one, other) => one.Number.CompareTo(other.Number));
        return all;
    }

    private static void WriteMessage(IBufferWriter<byte> output, JournalRecord kind, SavedMessage message) =>
        SessionJournal.WriteMessage(output, kind, message.Number, message.Topic, message.Payload, message.Qos, message.Retain);

    private static void WriteStep(IBufferWriter<byte> output, JournalRecord step, ushort packetId)
    {
        Span<byte> field = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(field, packetId);
        SessionJournal.Write(output, step, field);
    }

    private static bool TryFindEnd(ReadOnlySpan<byte> records, out int length)
    {
        length = 0;
        if (records.Length < SessionJournal.PrefixLength) return false;
        int body = BinaryPrimitives.ReadInt32LittleEndian(records);
        if (body < 1 || body > records.Length - SessionJournal.PrefixLength) return false;
        length = SessionJournal.PrefixLength + body;
        return true;
    }

    /// <summary>Takes one step; false if the record makes no sense.</summary>
    private bool Apply(JournalRecord kind, ReadOnlySpan<byte> fields) => kind switch
    {
        JournalRecord.Owner => ApplyOwner(fields),
        JournalRecord.Queued when fields.Length >= 11 => ApplyMessage(queued, fields),
        JournalRecord.Stored when fields.Length >= 11 => ApplyMessage(stored, fields),
        JournalRecord.StoredDone when fields.Length == 8 => ApplyStoredDone(BinaryPrimitives.ReadInt64LittleEndian(fields)),
        JournalRecord.NextNumber when fields.Length == 8 => ApplyNextNumber(BinaryPrimitives.ReadInt64LittleEndian(fields)),
        JournalRecord.HandedOver when fields.Length == 10 =>
            ApplyHandedOver(BinaryPrimitives.ReadInt64LittleEndian(fields), BinaryPrimitives.ReadUInt16LittleEndian(fields[8..])),
        JournalRecord.Sent when fields.Length == 10 =>
            ApplySent(BinaryPrimitives.ReadInt64LittleEndian(fields), BinaryPrimitives.ReadUInt16LittleEndian(fields[8..])),
        JournalRecord.Dropped when fields.Length == 8 => ApplyDropped(BinaryPrimitives.ReadInt64LittleEndian(fields)),
        JournalRecord.ReceivedForgotten => ApplyReceivedForgotten(),
        _ when fields.Length == 2 => ApplyStep(kind, BinaryPrimitives.ReadUInt16LittleEndian(fields)),
        _ => false,
    };

    private bool ApplyOwner(ReadOnlySpan<byte> clientId)
    {
        Owner = Encoding.UTF8.GetString(clientId);
        return true;
    }

    private bool ApplyMessage(Dictionary<long, SavedMessage> messages, ReadOnlySpan<byte> fields)
    {
        long number = BinaryPrimitives.ReadInt64LittleEndian(fields);
        int topic = BinaryPrimitives.ReadUInt16LittleEndian(fields[9..]);
        if (topic > fields.Length - 11) return false;
        messages[number] = new SavedMessage(
            number, (QualityOfService)(fields[8] >> 1), (fields[8] & 1) != 0, fields.Slice(11, topic).ToArray(), fields[(11 + topic)..].ToArray());
        return ApplyNextNumber(number + 1);
    }

    private bool ApplySent(long number, ushort packetId)
    {
        if (packetId == 0 || !queued.Remove(number, out SavedMessage? message)) return false;
        sent[packetId] = message;
        return true;
    }

    private bool ApplyDropped(long number)
    {
        queued.Remove(number);
        return true;
    }

    private bool ApplyStoredDone(long number)
    {
        stored.Remove(number);
        return true;
    }

    private bool ApplyHandedOver(long number, ushort packetId)
    {
        handedOver[packetId] = number;
        return ApplyNextNumber(number + 1);
    }

    private bool ApplyNextNumber(long number)
    {
        NextNumber = Math.Max(NextNumber, number);
        return true;
    }

    private bool ApplyReceivedForgotten()
    {
        received.Clear();
        handedOver.Clear();
        return true;
    }

    private bool ApplyStep(JournalRecord kind, ushort packetId)
    {
        switch (kind)
        {
            case JournalRecord.Released:
                sent.Remove(packetId);
                released.TryAdd(packetId, Length);
                return true;
            case JournalRecord.Delivered:
                sent.Remove(packetId);
                released.Remove(packetId);
                return true;
            case JournalRecord.Received:
                received.Add(packetId);
                return true;
            case JournalRecord.ReceivedReleased:
                received.Remove(packetId);
                handedOver.Remove(packetId);
                return true;
            default:
                return false;
        }
    }
}
