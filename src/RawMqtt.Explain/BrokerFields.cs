// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using static RawMqtt.Explain.FieldCursor;
using static RawMqtt.Explain.JournalLines;

namespace RawMqtt.Explain;

/// <summary>Puts the fields of a broker's records into words.</summary>
internal static class BrokerFields
{
    /// <summary>Returns the name of a kind; its number if this version does not know it.</summary>
    public static string NameOf(byte kind) => Enum.IsDefined((BrokerRecord)kind) ? ((BrokerRecord)kind).ToString() : $"kind {kind}";

    /// <summary>Returns the fields; null if they do not fit the kind.</summary>
    public static string? Describe(byte kind, ReadOnlySpan<byte> fields)
    {
        if ((BrokerRecord)kind == BrokerRecord.Published) return PublishedFields.TryRead(fields, out PublishedFields message) ? Describe(message) : null;
        if (!Enum.IsDefined((BrokerRecord)kind)) return Shown(fields);
        var reader = new FieldReader(fields);
        string words = (BrokerRecord)kind switch
        {
            BrokerRecord.WillSet => Will(ref reader),
            BrokerRecord.WillEnded => $"Will {reader.ReadInt64()}",
            _ => $"session {reader.ReadUInt32()} {OfSession((BrokerRecord)kind, ref reader)}".TrimEnd(),
        };
        return reader.IsBroken || !reader.IsAtEnd ? null : words;
    }

    private static string OfSession(BrokerRecord kind, ref FieldReader reader) => kind switch
    {
        BrokerRecord.SessionBegun => $"{User(ref reader)}, client {Quoted(reader.ReadRest())}",
        BrokerRecord.SessionLeft => $"at {SessionLines.TimeOf(reader.ReadInt64())}",
        BrokerRecord.Subscribed => $"QoS {reader.ReadByte()} {Quoted(reader.ReadRest())}",
        BrokerRecord.Unsubscribed => Quoted(reader.ReadRest()),
        BrokerRecord.Sent => Sent(ref reader),
        BrokerRecord.Acknowledged or BrokerRecord.Released or BrokerRecord.ReceivedReleased => $"packet id {reader.ReadUInt16()} to {reader.ReadUInt16()}",
        BrokerRecord.Received => $"packet id {reader.ReadUInt16()}",
        BrokerRecord.Dropped => $"message {reader.ReadInt64()}",
        BrokerRecord.SessionCarried => Carried(ref reader),
        _ => "",
    };

    private static string Describe(PublishedFields message)
    {
        var words = new StringBuilder($"message {message.Number} QoS {(int)message.Qos} {Quoted(message.Topic)} {Shown(message.Payload)}");
        if ((message.Flags & PublishedFlags.Retained) != 0) words.Append(message.Owner.IsEmpty ? ", retained" : $", retained, of {Quoted(message.Owner)}");
        if ((message.Flags & PublishedFlags.Unretained) != 0) words.Append(", no longer retained");
        if (message.Session > 0) words.Append($", received from session {message.Session} as packet id {message.PacketId}");
        if (message.Will > 0) words.Append($", Will {message.Will}");
        for (int i = 0; i < message.Deliveries; i++)
        {
            (uint session, ushort packetId, byte flags) = message.DeliveryAt(i);
            string state = packetId == 0 ? "waits" : $"sent as packet id {packetId}";
            words.Append($", to session {session} at QoS {flags & 3}{((flags & 4) != 0 ? " with RETAIN" : "")} {state}");
        }

        return words.ToString();
    }

    private static string Will(ref FieldReader reader)
    {
        long number = reader.ReadInt64();
        byte flags = reader.ReadByte();
        string who = $"{User(ref reader)}, client {Quoted(reader.ReadText())}";
        return $"Will {number} QoS {flags & 3}{((flags & 4) != 0 ? " retained" : "")} {Quoted(reader.ReadText())} {Shown(reader.ReadRest())}, {who}";
    }

    private static string Sent(ref FieldReader reader)
    {
        var sent = new List<string>();
        while (!reader.IsAtEnd && !reader.IsBroken) sent.Add($"message {reader.ReadInt64()} as packet id {reader.ReadUInt16()}");
        return string.Join(", ", sent);
    }

    private static string Carried(ref FieldReader reader)
    {
        long leftAt = reader.ReadInt64();
        string who = $"{User(ref reader)}, client {Quoted(reader.ReadText())}, {(leftAt == 0 ? "connected" : $"away since {SessionLines.TimeOf(leftAt)}")}";
        uint released = reader.ReadUInt32();
        if (!reader.IsBroken) reader.Take(2L * released);
        return $"{who}, {Count(released, "identifier")} released, {Count(reader.ReadRest().Length / 2, "identifier")} received";
    }

    private static string User(ref FieldReader reader) => reader.ReadUser() is { } user ? $"user {Quoted(user)}" : "no user";
}
