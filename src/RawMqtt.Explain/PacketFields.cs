// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using static RawMqtt.Explain.FieldCursor;

namespace RawMqtt.Explain;

/// <summary>The fields of a control packet one by one, each with its section of MQTT 3.1.1.</summary>
/// <remarks>It names the bytes; whether the packet keeps the rules is the codec's word alone.</remarks>
internal static class PacketFields
{
    /// <param name="header">What the codec read of the fixed header.</param>
    /// <param name="packet">The whole packet, fixed header included.</param>
    /// <param name="offset">Where it stands in the stream.</param>
    public static List<WireField> Of(FixedHeader header, byte[] packet, long offset)
    {
        var cursor = new FieldCursor(packet, offset);
        cursor.Add(1, "Packet type", $"{(int)header.Type} {NameOf(header.Type)}, {Flags(header)}", header.Type == PacketType.Publish ? "3.3.1" : "2.2.1");
        cursor.Add(header.Length - 1, "Remaining Length", Number(header.RemainingLength), "2.2.3");
        switch (header.Type)
        {
            case PacketType.Connect: Connect(cursor); break;
            case PacketType.ConnAck: ConnAck(cursor); break;
            case PacketType.Publish: Publish(cursor, header); break;
            case PacketType.PubAck: cursor.PacketId("3.4.2"); break;
            case PacketType.PubRec: cursor.PacketId("3.5.2"); break;
            case PacketType.PubRel: cursor.PacketId("3.6.2"); break;
            case PacketType.PubComp: cursor.PacketId("3.7.2"); break;
            case PacketType.Subscribe: Subscribe(cursor); break;
            case PacketType.SubAck: SubAck(cursor); break;
            case PacketType.Unsubscribe: Unsubscribe(cursor); break;
            case PacketType.UnsubAck: cursor.PacketId("3.11.2"); break;
        }

        cursor.Trailing(ProtocolViolation.TrailingBytes);
        return cursor.Fields;
    }

    /// <summary>As the specification writes it.</summary>
    public static string NameOf(PacketType type) => type.ToString().ToUpperInvariant();

    private static string Flags(FixedHeader header)
    {
        int flags = header.Flags;
        return header.Type == PacketType.Publish
            ? $"DUP {flags >> 3}, QoS {flags >> 1 & 0b11}, RETAIN {flags & 1}"
            : $"flags {Bits(flags, 4)}";
    }

    private static void Connect(FieldCursor cursor)
    {
        cursor.Text("Protocol Name", "3.1.2.1", (ReadOnlySpan<byte> name, out ProtocolViolation? violation) =>
        {
            violation = name.SequenceEqual("MQTT"u8) ? null : name.SequenceEqual("MQIsdp"u8) ? ProtocolViolation.OlderProtocolName : ProtocolViolation.WrongProtocolName;
            return violation is null;
        });
        cursor.Byte("Protocol Level", "3.1.2.2", level => (level == 4 ? "4, MQTT 3.1.1" : Number(level), level == 4 ? null : ProtocolViolation.UnsupportedProtocolLevel));
        int flags = cursor.Byte("Connect Flags", "3.1.2.3", read => (ConnectFlags(read), FaultOfConnectFlags(read))) ?? 0;
        cursor.UInt16("Keep Alive", "3.1.2.10", seconds => (seconds == 0 ? "0, off" : $"{seconds} s", null));
        bool cleanSession = (flags & 0b10) != 0;
        cursor.Text("Client Identifier", "3.1.3.1", (ReadOnlySpan<byte> id, out ProtocolViolation? violation) =>
            Utf8Text.IsValid(id, out violation) && (violation = id.IsEmpty && !cleanSession ? ProtocolViolation.EmptyClientIdWithSession : null) is null, ProtocolViolation.MissingClientId);
        if ((flags & 0b100) != 0)
        {
            cursor.Text("Will Topic", "3.1.3.2", TopicName.IsValid, ProtocolViolation.MissingWill);
            cursor.Binary("Will Message", "3.1.3.3", ProtocolViolation.MissingWill);
        }

        if ((flags & 0b1000_0000) != 0) cursor.Text("User Name", "3.1.3.4", missing: ProtocolViolation.MissingUserName);
        if ((flags & 0b0100_0000) != 0) cursor.Binary("Password", "3.1.3.5", ProtocolViolation.MissingPassword, secret: true);
        cursor.Trailing((flags & 0b1000_0000) == 0 ? ProtocolViolation.UserNameWithoutFlag : (flags & 0b0100_0000) == 0 ? ProtocolViolation.PasswordWithoutFlag : ProtocolViolation.UnknownConnectField);
    }

    private static string ConnectFlags(byte flags) =>
        $"{Bits(flags, 8)}: User Name {flags >> 7}, Password {flags >> 6 & 1}, Will Retain {flags >> 5 & 1}, Will QoS {flags >> 3 & 0b11}, Will {flags >> 2 & 1}, Clean Session {flags >> 1 & 1}, reserved {flags & 1}";

    private static ProtocolViolation? FaultOfConnectFlags(byte flags)
    {
        bool will = (flags & 0b100) != 0;
        return (flags & 1) != 0 ? ProtocolViolation.ReservedConnectFlag
            : !will && (flags & 0b1_1000) != 0 ? ProtocolViolation.WillQosWithoutWill
            : (flags & 0b1_1000) == 0b1_1000 ? ProtocolViolation.ReservedWillQos
            : !will && (flags & 0b10_0000) != 0 ? ProtocolViolation.WillRetainWithoutWill
            : (flags & 0b1100_0000) == 0b0100_0000 ? ProtocolViolation.PasswordWithoutUserName
            : null;
    }

    private static void ConnAck(FieldCursor cursor)
    {
        byte? flags = cursor.Byte("Flags", "3.2.2.1", read => ($"{Bits(read, 8)}: Session Present {read & 1}", read > 1 ? ProtocolViolation.ReservedConnAckFlags : null));
        cursor.Byte("Return Code", "3.2.2.3", code => ($"{code}, {MeaningOf((ConnectReturnCode)code)}",
            code > 5 ? ProtocolViolation.ReservedConnectReturnCode : code > 0 && flags == 1 ? ProtocolViolation.SessionPresentWhenRefused : null));
    }

    public static string MeaningOf(ConnectReturnCode code) => code switch
    {
        ConnectReturnCode.Accepted => "accepted",
        ConnectReturnCode.UnacceptableProtocolVersion => "refused: unacceptable protocol version",
        ConnectReturnCode.IdentifierRejected => "refused: identifier rejected",
        ConnectReturnCode.ServerUnavailable => "refused: server unavailable",
        ConnectReturnCode.BadUserNameOrPassword => "refused: bad user name or password",
        ConnectReturnCode.NotAuthorized => "refused: not authorized",
        _ => "reserved",
    };

    private static void Publish(FieldCursor cursor, FixedHeader header)
    {
        cursor.Text("Topic Name", "3.3.2.1", TopicName.IsValidInPublish, ProtocolViolation.MissingTopicName);
        if ((header.Flags & 0b0110) != 0) cursor.PacketId("3.3.2.2");
        if (!cursor.IsCut) cursor.Rest("Payload", "3.3.3");
    }

    private static void Subscribe(FieldCursor cursor)
    {
        cursor.PacketId("3.8.2");
        if (cursor.AtEnd) cursor.Missing("Topic Filter", "3.8.3", ProtocolViolation.EmptySubscribe);
        while (!cursor.AtEnd && !cursor.IsCut)
        {
            cursor.Text("Topic Filter", "3.8.3", TopicFilter.IsValid);
            cursor.Byte("Requested QoS", "3.8.3.1", qos => (Number(qos), qos > 2 ? ProtocolViolation.ReservedRequestedQos : null));
        }
    }

    private static void SubAck(FieldCursor cursor)
    {
        cursor.PacketId("3.9.2");
        if (cursor.AtEnd) cursor.Missing("Return Code", "3.9.3", ProtocolViolation.ReturnCodeCount);
        while (!cursor.AtEnd && !cursor.IsCut)
        {
            cursor.Byte("Return Code", "3.9.3", code => (code <= 2 ? $"{code}, granted at QoS {code}" : code == SubAckPacket.Failure ? "0x80, failure" : $"0x{code:x2}, reserved",
                code > 2 && code != SubAckPacket.Failure ? ProtocolViolation.ReservedSubAckReturnCode : null));
        }
    }

    private static void Unsubscribe(FieldCursor cursor)
    {
        cursor.PacketId("3.10.2");
        if (cursor.AtEnd) cursor.Missing("Topic Filter", "3.10.3", ProtocolViolation.EmptyUnsubscribe);
        while (!cursor.AtEnd && !cursor.IsCut) cursor.Text("Topic Filter", "3.10.3", TopicFilter.IsValid);
    }

    /// <summary>In groups of four, as the specification draws them.</summary>
    public static string Bits(int value, int count)
    {
        string bits = Convert.ToString(value, 2).PadLeft(count, '0');
        return count == 8 ? $"{bits[..4]} {bits[4..]}" : bits;
    }
}
