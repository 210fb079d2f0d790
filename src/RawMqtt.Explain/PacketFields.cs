// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using static RawMqtt.Explain.FieldCursor;

namespace RawMqtt.Explain;

/// <summary>The fields of a control packet one by one, each with its section of MQTT 3.1.1.</summary>
/// <remarks>This type names the bytes; the codec alone decides whether the packet keeps the rules.</remarks>
internal static class PacketFields
{
    /// <summary>Returns the fields of one packet.</summary>
    /// <param name="header">The fixed header as the codec read it.</param>
    /// <param name="packet">The whole packet, fixed header included.</param>
    /// <param name="offset">The packet's first byte in the stream.</param>
    public static List<WireField> Of(FixedHeader header, byte[] packet, long offset)
    {
        var cursor = new FieldCursor(packet, offset);
        cursor.Add(1, "Packet type", $"{(int)header.Type} {NameOf(header.Type)}, {Flags(header)}", header.Type == PacketType.Publish ? "3.3.1" : "2.2.1");
        cursor.Add(header.Length - 1, "Remaining Length", Number(header.RemainingLength), "2.2.3");
        switch (header.Type)
        {
            case PacketType.Connect: AddConnect(cursor); break;
            case PacketType.ConnAck: AddConnAck(cursor); break;
            case PacketType.Publish: AddPublish(cursor, header); break;
            case PacketType.PubAck: cursor.AddPacketId("3.4.2"); break;
            case PacketType.PubRec: cursor.AddPacketId("3.5.2"); break;
            case PacketType.PubRel: cursor.AddPacketId("3.6.2"); break;
            case PacketType.PubComp: cursor.AddPacketId("3.7.2"); break;
            case PacketType.Subscribe: AddSubscribe(cursor); break;
            case PacketType.SubAck: AddSubAck(cursor); break;
            case PacketType.Unsubscribe: AddUnsubscribe(cursor); break;
            case PacketType.UnsubAck: cursor.AddPacketId("3.11.2"); break;
        }

        cursor.AddTrailing(ProtocolViolation.TrailingBytes);
        return cursor.Fields;
    }

    /// <summary>Returns the type's name as the specification writes it.</summary>
    public static string NameOf(PacketType type) => type.ToString().ToUpperInvariant();

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

    /// <summary>Returns a number in binary, a byte in two groups of four.</summary>
    public static string Bits(int value, int count)
    {
        string bits = Convert.ToString(value, 2).PadLeft(count, '0');
        return count == 8 ? $"{bits[..4]} {bits[4..]}" : bits;
    }

    private static string Flags(FixedHeader header)
    {
        int flags = header.Flags;
        return header.Type == PacketType.Publish
            ? $"DUP {flags >> 3}, QoS {flags >> 1 & 0b11}, RETAIN {flags & 1}"
            : $"flags {Bits(flags, 4)}";
    }

    private static void AddConnect(FieldCursor cursor)
    {
        cursor.AddText("Protocol Name", "3.1.2.1", (ReadOnlySpan<byte> name, out ProtocolViolation? violation) =>
        {
            violation = name.SequenceEqual("MQTT"u8) ? null
                : name.SequenceEqual("MQIsdp"u8) ? ProtocolViolation.OlderProtocolName
                : ProtocolViolation.WrongProtocolName;
            return violation is null;
        });
        cursor.AddByte("Protocol Level", "3.1.2.2", level =>
            level == 4 ? ("4, MQTT 3.1.1", null) : (Number(level), ProtocolViolation.UnsupportedProtocolLevel));
        int flags = cursor.AddByte("Connect Flags", "3.1.2.3", read => (ConnectFlags(read), FaultOfConnectFlags(read))) ?? 0;
        cursor.AddUInt16("Keep Alive", "3.1.2.10", seconds => (seconds == 0 ? "0, off" : $"{seconds} s", null));
        bool cleanSession = (flags & 0b10) != 0;
        FieldCheck checkClientId = (ReadOnlySpan<byte> id, out ProtocolViolation? violation) =>
            Utf8Text.IsValid(id, out violation) && (violation = id.IsEmpty && !cleanSession ? ProtocolViolation.EmptyClientIdWithSession : null) is null;
        cursor.AddText("Client Identifier", "3.1.3.1", checkClientId, ProtocolViolation.MissingClientId);
        if ((flags & 0b100) != 0)
        {
            cursor.AddText("Will Topic", "3.1.3.2", TopicName.IsValid, ProtocolViolation.MissingWill);
            cursor.AddBinary("Will Message", "3.1.3.3", ProtocolViolation.MissingWill);
        }

        if ((flags & 0b1000_0000) != 0) cursor.AddText("User Name", "3.1.3.4", missing: ProtocolViolation.MissingUserName);
        if ((flags & 0b0100_0000) != 0) cursor.AddBinary("Password", "3.1.3.5", ProtocolViolation.MissingPassword, secret: true);
        cursor.AddTrailing((flags & 0b1000_0000) == 0 ? ProtocolViolation.UserNameWithoutFlag
            : (flags & 0b0100_0000) == 0 ? ProtocolViolation.PasswordWithoutFlag
            : ProtocolViolation.UnknownConnectField);
    }

    private static string ConnectFlags(byte flags) =>
        $"{Bits(flags, 8)}: User Name {flags >> 7}, Password {flags >> 6 & 1}, Will Retain {flags >> 5 & 1}, "
        + $"Will QoS {flags >> 3 & 0b11}, Will {flags >> 2 & 1}, Clean Session {flags >> 1 & 1}, reserved {flags & 1}";

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

    private static void AddConnAck(FieldCursor cursor)
    {
        byte? flags = cursor.AddByte("Flags", "3.2.2.1", read =>
            ($"{Bits(read, 8)}: Session Present {read & 1}", read > 1 ? ProtocolViolation.ReservedConnAckFlags : null));
        cursor.AddByte("Return Code", "3.2.2.3", code => ($"{code}, {MeaningOf((ConnectReturnCode)code)}",
            code > 5 ? ProtocolViolation.ReservedConnectReturnCode : code > 0 && flags == 1 ? ProtocolViolation.SessionPresentWhenRefused : null));
    }

    private static void AddPublish(FieldCursor cursor, FixedHeader header)
    {
        cursor.AddText("Topic Name", "3.3.2.1", TopicName.IsValidInPublish, ProtocolViolation.MissingTopicName);
        if ((header.Flags & 0b0110) != 0) cursor.AddPacketId("3.3.2.2");
        if (!cursor.IsCut) cursor.AddRest("Payload", "3.3.3");
    }

    private static void AddSubscribe(FieldCursor cursor)
    {
        cursor.AddPacketId("3.8.2");
        if (cursor.AtEnd) cursor.AddMissing("Topic Filter", "3.8.3", ProtocolViolation.EmptySubscribe);
        while (!cursor.AtEnd && !cursor.IsCut)
        {
            cursor.AddText("Topic Filter", "3.8.3", TopicFilter.IsValid);
            cursor.AddByte("Requested QoS", "3.8.3.1", qos => (Number(qos), qos > 2 ? ProtocolViolation.ReservedRequestedQos : null));
        }
    }

    private static void AddSubAck(FieldCursor cursor)
    {
        cursor.AddPacketId("3.9.2");
        if (cursor.AtEnd) cursor.AddMissing("Return Code", "3.9.3", ProtocolViolation.ReturnCodeCount);
        while (!cursor.AtEnd && !cursor.IsCut)
        {
            cursor.AddByte("Return Code", "3.9.3", code => code switch
            {
                <= 2 => ($"{code}, granted at QoS {code}", null),
                SubAckPacket.Failure => ("0x80, failure", null),
                _ => ($"0x{code:x2}, reserved", ProtocolViolation.ReservedSubAckReturnCode),
            });
        }
    }

    private static void AddUnsubscribe(FieldCursor cursor)
    {
        cursor.AddPacketId("3.10.2");
        if (cursor.AtEnd) cursor.AddMissing("Topic Filter", "3.10.3", ProtocolViolation.EmptyUnsubscribe);
        while (!cursor.AtEnd && !cursor.IsCut) cursor.AddText("Topic Filter", "3.10.3", TopicFilter.IsValid);
    }
}
