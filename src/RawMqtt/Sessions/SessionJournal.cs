// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Sessions;

/// <summary>Notes each step of a client's session that the next process must know, as records that the caller appends to a file.</summary>
/// <remarks>
/// The kind of each record is a <see cref="JournalRecord"/>; numbers are little-endian. A record is on the disk before the bytes that follow from it leave:
/// a message before its PUBLISH, the end of a message before the PUBREL or PUBREC that says so. <see cref="SavedSession"/> reads them back.
/// </remarks>
/// <param name="nextNumber">The number of the next message: above all earlier numbers.</param>
internal sealed class SessionJournal(long nextNumber)
{
    private long nextNumber = nextNumber;

    /// <summary>The records that are not on the disk yet.</summary>
    public RecordBuffer Output { get; } = new();

    /// <summary>Notes a message that will be sent, now or when there is a connection.</summary>
    /// <returns>Its number.</returns>
    public long Queued(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain)
    {
        WriteMessage(Output, JournalRecord.Queued, nextNumber, topic, payload, qos, retain);
        return nextNumber++;
    }

    /// <summary>Notes that the message of this number goes out under this identifier.</summary>
    public void Sent(long number, ushort packetId) => WriteNumber(Output, JournalRecord.Sent, number, packetId);

    /// <summary>Notes that the message of this number will not be sent.</summary>
    public void Dropped(long number) => WriteNumber(Output, JournalRecord.Dropped, number);

    /// <summary>Notes that a QoS 2 message that came in under this identifier goes to the application.</summary>
    /// <returns>Its number.</returns>
    public long HandedOver(ushort packetId)
    {
        WriteNumber(Output, JournalRecord.HandedOver, nextNumber, packetId);
        return nextNumber++;
    }

    /// <summary>Notes a message that came in and is kept until the application takes it.</summary>
    /// <param name="number">Its number, if it has one; 0 for a new one.</param>
    /// <param name="topic">The topic name.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="qos">1 or 2.</param>
    /// <param name="retain">The RETAIN bit.</param>
    /// <returns>Its number.</returns>
    public long Stored(long number, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain)
    {
        if (number == 0) number = nextNumber++;
        WriteMessage(Output, JournalRecord.Stored, number, topic, payload, qos, retain);
        return number;
    }

    /// <summary>Notes that the application is done with a stored message.</summary>
    public void StoredDone(long number) => WriteNumber(Output, JournalRecord.StoredDone, number);

    /// <summary>Notes a step of a packet identifier.</summary>
    public void Note(JournalRecord step, ushort packetId)
    {
        Span<byte> fields = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(fields, packetId);
        Output.Append((byte)step, fields);
    }

    /// <summary>Notes that the server has forgotten which messages it sent.</summary>
    public void ReceivedForgotten() => Output.Append((byte)JournalRecord.ReceivedForgotten, []);

    public static void WriteMessage(
        RecordBuffer output, JournalRecord kind, long number, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain)
    {
        Span<byte> head = stackalloc byte[11];
        BinaryPrimitives.WriteInt64LittleEndian(head, number);
        head[8] = (byte)((int)qos << 1 | (retain ? 1 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(head[9..], (ushort)topic.Length);
        output.Append((byte)kind, head, topic, payload);
    }

    /// <summary>Writes a record of a number, and of a packet identifier if it is above 0.</summary>
    public static void WriteNumber(RecordBuffer output, JournalRecord kind, long number, ushort packetId = 0)
    {
        Span<byte> fields = stackalloc byte[10];
        BinaryPrimitives.WriteInt64LittleEndian(fields, number);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[8..], packetId);
        output.Append((byte)kind, packetId > 0 ? fields : fields[..8]);
    }
}
