// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using static RawMqtt.Explain.FieldCursor;

namespace RawMqtt.Explain;

/// <summary>Explains the session file of a client.</summary>
internal static class SessionFileLines
{
    /// <summary>Writes each record in a line.</summary>
    public static bool Records(string path, Action<string> line)
    {
        byte[] file = Read(path, out SavedSession saved);
        if (saved.Header is not { } header)
        {
            line($"{path} has format version 1: its records have no numbers. The next client that opens it writes it anew.");
            return Session(path, line);
        }

        string name = Path.GetFileName(path);
        var reader = new SegmentReader(header, file.AsSpan(SegmentHeader.Length), SegmentHeader.Length, file.Length, header.FirstNumber);
        while (reader.TryRead(out SealedRecord record, out int skipped, out _))
        {
            if (skipped > 0) line($"{name} {record.Place.Offset - skipped}: {skipped} bytes are damaged");
            string kind = Enum.IsDefined((JournalRecord)record.Kind) ? ((JournalRecord)record.Kind).ToString() : $"kind {record.Kind}";
            line(RecordLines.Of(name, record, kind, Describe((JournalRecord)record.Kind, record.Fields)));
        }

        return TellDamage(saved, line);
    }

    /// <summary>Writes what the session is: whose, and its messages.</summary>
    public static bool Session(string path, Action<string> line)
    {
        Read(path, out SavedSession saved);
        line($"client {(saved.Owner is null ? "unknown" : Quoted(System.Text.Encoding.UTF8.GetBytes(saved.Owner)))}");
        foreach ((ushort packetId, SavedMessage message) in saved.Sent) line($"    sent as packet id {packetId}: {Describe(message)}");
        foreach (ushort packetId in saved.Released) line($"    packet id {packetId} waits for PUBCOMP");
        foreach (SavedMessage message in saved.Queued) line($"    waits to be sent: {Describe(message)}");
        foreach (SavedMessage message in saved.Stored) line($"    waits for the application: {Describe(message)}");
        foreach (ushort packetId in saved.Received) line($"    packet id {packetId} was received and is not released");
        foreach ((ushort packetId, long number) in saved.HandedOver) line($"    packet id {packetId} went to the application as delivery {number}");
        return TellDamage(saved, line);
    }

    private static byte[] Read(string path, out SavedSession saved)
    {
        byte[] file = File.ReadAllBytes(path);
        saved = SavedSession.Read(file);
        if (saved.Header is { Version: > SegmentHeader.CurrentVersion } newer)
            throw new InvalidDataException($"{path} has format version {newer.Version}, and this program reads versions up to {SegmentHeader.CurrentVersion}.");
        if (saved.Length == 0) throw new InvalidDataException($"{path} is no session file.");
        return file;
    }

    private static bool TellDamage(SavedSession saved, Action<string> line)
    {
        if (saved.FirstUnbelieved is not int first) return true;
        line($"{saved.Unbelieved} bytes do not count, from byte {first} on: they are damaged, or were not written to the end");
        return false;
    }

    private static string? Describe(JournalRecord kind, ReadOnlySpan<byte> fields) => kind switch
    {
        JournalRecord.Owner => $"client {Quoted(fields)}",
        JournalRecord.Queued or JournalRecord.Stored when fields.Length >= 11 && BinaryPrimitives.ReadUInt16LittleEndian(fields[9..]) <= fields.Length - 11 =>
            Describe(fields),
        JournalRecord.Sent or JournalRecord.HandedOver when fields.Length == 10 =>
            $"message {BinaryPrimitives.ReadInt64LittleEndian(fields)} packet id {BinaryPrimitives.ReadUInt16LittleEndian(fields[8..])}",
        JournalRecord.Dropped or JournalRecord.StoredDone or JournalRecord.NextNumber when fields.Length == 8 =>
            $"message {BinaryPrimitives.ReadInt64LittleEndian(fields)}",
        JournalRecord.ReceivedForgotten when fields.IsEmpty => "",
        JournalRecord.Released or JournalRecord.Delivered or JournalRecord.Received or JournalRecord.ReceivedReleased when fields.Length == 2 =>
            $"packet id {BinaryPrimitives.ReadUInt16LittleEndian(fields)}",
        _ => null,
    };

    private static string Describe(ReadOnlySpan<byte> fields)
    {
        int topic = BinaryPrimitives.ReadUInt16LittleEndian(fields[9..]);
        return Describe(new SavedMessage(BinaryPrimitives.ReadInt64LittleEndian(fields), (QualityOfService)(fields[8] >> 1), (fields[8] & 1) != 0,
            fields.Slice(11, topic).ToArray(), fields[(11 + topic)..].ToArray()));
    }

    private static string Describe(SavedMessage message) =>
        $"message {message.Number} QoS {(int)message.Qos}{(message.Retain ? " retained" : "")} {Quoted(message.Topic)} {Shown(message.Payload)}";
}
