// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace RawMqtt.Sessions;

/// <summary>Notes each step of a client's session that the next process must know, as records that the caller appends to a file.</summary>
/// <remarks>
/// A record is its length (4 bytes), a CRC-32C of what follows (4 bytes), its <see cref="JournalRecord"/> (1 byte) and its
/// fields; numbers are little-endian. A record is on the disk before the bytes that follow from it leave: a message before
/// its PUBLISH, the end of a message before the PUBREL or PUBREC that says so. <see cref="SavedSession"/> reads them back.
/// </remarks>
/// <param name="nextNumber">The number of the next message: above all earlier numbers.</param>
internal sealed class SessionJournal(long nextNumber)
{
    /// <summary>Length and CRC.</summary>
    public const int PrefixLength = 8;

    private long nextNumber = nextNumber;

    /// <summary>The records that are not on the disk yet.</summary>
    public OutgoingBuffer Output { get; private set; } = new();

    /// <summary>Continues with another buffer, and returns the one in use until now.</summary>
    public OutgoingBuffer Swap(OutgoingBuffer next)
    {
        OutgoingBuffer filled = Output;
        Output = next;
        return filled;
    }

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
        Write(Output, step, fields);
    }

    /// <summary>Notes that the server has forgotten which messages it sent.</summary>
    public void ReceivedForgotten() => Write(Output, JournalRecord.ReceivedForgotten, []);

    public static void WriteMessage(
        IBufferWriter<byte> output, JournalRecord kind, long number, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain)
    {
        Span<byte> head = stackalloc byte[11];
        BinaryPrimitives.WriteInt64LittleEndian(head, number);
        head[8] = (byte)((int)qos << 1 | (retain ? 1 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(head[9..], (ushort)topic.Length);
        Write(output, kind, head, topic, payload);
    }

    /// <summary>Writes a record of a number, and of a packet identifier if it is above 0.</summary>
    public static void WriteNumber(IBufferWriter<byte> output, JournalRecord kind, long number, ushort packetId = 0)
    {
        Span<byte> fields = stackalloc byte[10];
        BinaryPrimitives.WriteInt64LittleEndian(fields, number);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[8..], packetId);
        Write(output, kind, packetId > 0 ? fields : fields[..8]);
    }

    public static void Write(
        IBufferWriter<byte> output, JournalRecord kind, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default)
    {
        int length = 1 + first.Length + second.Length + third.Length;
        Span<byte> record = output.GetSpan(PrefixLength + length)[..(PrefixLength + length)];
        Span<byte> body = record[PrefixLength..];
        body[0] = (byte)kind;
        first.CopyTo(body[1..]);
        second.CopyTo(body[(1 + first.Length)..]);
        third.CopyTo(body[(1 + first.Length + second.Length)..]);
        BinaryPrimitives.WriteInt32LittleEndian(record, length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32C(body));
        output.Advance(record.Length);
    }

    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte one in bytes) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
