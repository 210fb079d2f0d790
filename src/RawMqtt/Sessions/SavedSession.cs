// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Text;
using RawMqtt.Sessions.Journal;

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

    /// <summary>The header of the file; null for a file of version 1, which has none.</summary>
    public SegmentHeader? Header { get; private set; }

    /// <summary>The end of the last record that is whole: what stands behind it was being written when the power failed.</summary>
    public int Length { get; private set; }

    /// <summary>The number of the next record.</summary>
    public long NextRecord { get; private set; }

    /// <summary>Bytes that are no whole records, or records that make no sense: they do not count.</summary>
    public int Unbelieved { get; private set; }

    /// <summary>Where the first of the bytes stands, or stood, that do not count; null if all do.</summary>
    public int? FirstUnbelieved { get; private set; }

    /// <summary>The places where records are missing before others.</summary>
    public int Gaps { get; private set; }

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

    /// <summary>Reads a file of this version, or of version 1. Of a newer one, or of another owner, the header alone is read.</summary>
    public static SavedSession Read(ReadOnlySpan<byte> file)
    {
        var session = new SavedSession();
        if (!SegmentHeader.TryRead(file, out SegmentHeader header, out bool isDamaged))
        {
            session.ReadVersion1(file);
            return session;
        }

        session.Header = header;
        if (header is not { Owner: JournalOwner.Client, Version: SegmentHeader.CurrentVersion } || file.Length < SegmentHeader.Length) return session;
        bool isFirstWhole = SegmentHeader.TryRead(file[..SegmentHeader.CopyLength], out _, out _);
        if (isDamaged) session.Disbelieve(isFirstWhole ? SegmentHeader.CopyLength : 0, SegmentHeader.CopyLength);
        session.ReadSegment(header, file);
        return session;
    }

    /// <summary>The same session in as few records as it takes.</summary>
    public void WriteTo(RecordBuffer output, string owner)
    {
        output.Append((byte)JournalRecord.Owner, Encoding.UTF8.GetBytes(owner));
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

    private static void WriteMessage(RecordBuffer output, JournalRecord kind, SavedMessage message) =>
        SessionJournal.WriteMessage(output, kind, message.Number, message.Topic, message.Payload, message.Qos, message.Retain);

    private static void WriteStep(RecordBuffer output, JournalRecord step, ushort packetId)
    {
        Span<byte> field = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(field, packetId);
        output.Append((byte)step, field);
    }

    private void ReadSegment(SegmentHeader header, ReadOnlySpan<byte> file)
    {
        Length = SegmentHeader.Length;
        var reader = new SegmentReader(header, file[Length..], Length, file.Length, header.FirstNumber);
        while (reader.TryRead(out SealedRecord record, out int skipped, out long lost))
        {
            if (skipped > 0 || lost > 0)
            {
                Gaps++;
                Disbelieve(Length, skipped);
            }

            Length = (int)reader.Offset;
            if (!Apply((JournalRecord)record.Kind, record.Fields)) Disbelieve((int)record.Place.Offset, record.Place.Length);
        }

        NextRecord = reader.Expected;
        if (Length < file.Length) Disbelieve(Length, file.Length - Length);
    }

    /// <summary>Version 1: length (4 bytes), CRC-32C of what follows (4), kind (1), fields. After a damaged record the next is looked for where its length
    /// says, and nowhere else: a payload may contain bytes that look like a record.</summary>
    private void ReadVersion1(ReadOnlySpan<byte> file)
    {
        const int Prefix = 8;
        int at = 0;
        while (file.Length - at >= Prefix)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file[at..]);
            if (length < 1 || length > file.Length - at - Prefix) break;
            ReadOnlySpan<byte> body = file.Slice(at + Prefix, length);
            bool isWhole = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]) == Checksum.Of(body);
            int end = at + Prefix + length;
            if (!isWhole && end < file.Length) Gaps++;
            if (isWhole && Apply((JournalRecord)body[0], body[1..])) Length = end;
            else Disbelieve(at, end - at);
            at = end;
        }

        if (at < file.Length) Disbelieve(at, file.Length - at);
    }

    private void Disbelieve(int offset, int length)
    {
        Unbelieved += length;
        FirstUnbelieved = Math.Min(FirstUnbelieved ?? offset, offset);
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
