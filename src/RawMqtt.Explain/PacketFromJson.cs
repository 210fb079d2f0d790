// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using System.Text.Json;
using RawMqtt.Codec;

namespace RawMqtt.Explain;

/// <summary>Writes the bytes of packets that JSON describes: the inverse of <see cref="Decoding.ToJson"/>.</summary>
public static class PacketFromJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Returns the bytes of one packet, of an array, or of the <c>packets</c> in an object that <see cref="Decoding.ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The description is not JSON, lacks a member, or its packet would break a rule; the message says which.</exception>
    public static byte[] Encode(string description)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(description, Strict);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("ok", out JsonElement ok) && ok.ValueKind == JsonValueKind.False)
            {
                throw new FormatException("The description is that of broken or incomplete bytes: they cannot be written.");
            }

            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("packets", out JsonElement packets)) root = packets;
            var output = new ArrayBufferWriter<byte>();
            if (root.ValueKind != JsonValueKind.Array) Write(output, root);
            else foreach (JsonElement packet in root.EnumerateArray()) Write(output, packet);
            return output.WrittenCount > 0 ? output.WrittenSpan.ToArray() : throw new FormatException("There is no packet in the description.");
        }
        catch (JsonException failure)
        {
            throw new FormatException($"This is not JSON: {failure.Message}", failure);
        }
        catch (ArgumentException failure)
        {
            throw new FormatException(failure.Message, failure);
        }
        catch (InvalidOperationException failure)
        {
            throw new FormatException("A text is not well-formed Unicode [MQTT-1.5.3-1].", failure);
        }
        catch (OverflowException failure)
        {
            throw new FormatException("The packet would be longer than 268435455 bytes (2.2.3).", failure);
        }
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonElement packet)
    {
        if (packet.ValueKind != JsonValueKind.Object) throw new FormatException("A packet is described by an object such as {\"type\":\"PINGREQ\"}.");
        string type = Text(packet, "type") ?? throw new FormatException("The object has no \"type\", such as \"PUBLISH\".");
        RequireMembers(packet, MembersOf(type.ToUpperInvariant()));
        switch (type.ToUpperInvariant())
        {
            case "CONNECT": WriteConnect(output, packet); break;
            case "CONNACK": WriteConnAck(output, packet); break;
            case "PUBLISH": WritePublish(output, packet); break;
            case "PUBACK": output.Write(new PubAckPacket { PacketId = PacketId(packet) }); break;
            case "PUBREC": output.Write(new PubRecPacket { PacketId = PacketId(packet) }); break;
            case "PUBREL": output.Write(new PubRelPacket { PacketId = PacketId(packet) }); break;
            case "PUBCOMP": output.Write(new PubCompPacket { PacketId = PacketId(packet) }); break;
            case "SUBSCRIBE": WriteSubscribe(output, packet); break;
            case "SUBACK": WriteSubAck(output, packet); break;
            case "UNSUBSCRIBE": WriteUnsubscribe(output, packet); break;
            case "UNSUBACK": output.Write(new UnsubAckPacket { PacketId = PacketId(packet) }); break;
            case "PINGREQ": output.Write(default(PingReqPacket)); break;
            case "PINGRESP": output.Write(default(PingRespPacket)); break;
            case "DISCONNECT": output.Write(default(DisconnectPacket)); break;
            default: throw new FormatException($"There is no packet type \"{type}\" (2.2.1).");
        }
    }

    private static void WriteConnAck(ArrayBufferWriter<byte> output, JsonElement packet) => output.Write(new ConnAckPacket
    {
        SessionPresent = Flag(packet, "sessionPresent"),
        ReturnCode = (ConnectReturnCode)Number(packet, "returnCode", 255),
    });

    private static void WriteConnect(ArrayBufferWriter<byte> output, JsonElement packet)
    {
        if ((Text(packet, "protocolName") ?? "MQTT") != "MQTT" || Number(packet, "protocolLevel", 255, otherwise: 4) != 4)
        {
            throw new FormatException("\"protocolName\" must be MQTT and \"protocolLevel\" must be 4 [MQTT-3.1.2-1], [MQTT-3.1.2-2].");
        }

        bool hasWill = packet.TryGetProperty("will", out JsonElement will);
        if (hasWill && will.ValueKind != JsonValueKind.Object) throw new FormatException("\"will\" must be an object.");
        if (hasWill) RequireMembers(will, "topic payload qos retain");
        bool hasUserName = packet.TryGetProperty("userName", out _);
        bool hasPassword = packet.TryGetProperty("password", out _);
        output.Write(new ConnectPacket
        {
            ClientId = Utf8(packet, "clientId"),
            CleanSession = Flag(packet, "cleanSession", otherwise: true),
            KeepAlive = (ushort)Number(packet, "keepAlive", 65_535),
            HasWill = hasWill,
            WillTopic = hasWill ? Utf8(will, "topic") : default,
            WillMessage = hasWill ? Hex(will, "payload") : default,
            WillQos = hasWill ? (QualityOfService)Number(will, "qos", 255) : default,
            WillRetain = hasWill && Flag(will, "retain"),
            HasUserName = hasUserName,
            UserName = hasUserName ? Utf8(packet, "userName") : default,
            HasPassword = hasPassword,
            Password = hasPassword ? Hex(packet, "password") : default,
        });
    }

    private static void WritePublish(ArrayBufferWriter<byte> output, JsonElement packet)
    {
        var qos = (QualityOfService)Number(packet, "qos", 255);
        if (qos == 0 && packet.TryGetProperty("packetId", out _)) throw new FormatException("A PUBLISH at QoS 0 has no packetId (2.3.1).");
        output.Write(new PublishPacket
        {
            Topic = Utf8(packet, "topic"),
            Payload = Hex(packet, "payload"),
            Qos = qos,
            PacketId = qos == 0 ? (ushort)0 : PacketId(packet),
            Duplicate = Flag(packet, "dup"),
            Retain = Flag(packet, "retain"),
        });
    }

    private static void WriteSubscribe(ArrayBufferWriter<byte> output, JsonElement packet)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (JsonElement subscription in List(packet, "subscriptions"))
        {
            if (subscription.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("Each of \"subscriptions\" must be an object with \"filter\" and \"qos\".");
            }

            RequireMembers(subscription, "filter qos");
            var qos = (QualityOfService)Number(subscription, "qos", 255);
            SubscriptionList.Write(payload, new Subscription { Filter = Utf8(subscription, "filter"), Qos = qos });
        }

        output.Write(new SubscribePacket { PacketId = PacketId(packet), Subscriptions = SubscriptionList.Read(payload.WrittenSpan) });
    }

    private static void WriteUnsubscribe(ArrayBufferWriter<byte> output, JsonElement packet)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (JsonElement filter in List(packet, "filters"))
        {
            if (filter.ValueKind != JsonValueKind.String) throw new FormatException("Each of \"filters\" must be a text.");
            FilterList.Write(payload, Encoding.UTF8.GetBytes(filter.GetString()!));
        }

        output.Write(new UnsubscribePacket { PacketId = PacketId(packet), Filters = FilterList.Read(payload.WrittenSpan) });
    }

    private static void WriteSubAck(ArrayBufferWriter<byte> output, JsonElement packet)
    {
        var codes = new List<byte>();
        foreach (JsonElement code in List(packet, "returnCodes"))
        {
            if (code.ValueKind == JsonValueKind.Number && code.TryGetByte(out byte value)) codes.Add(value);
            else throw new FormatException("Each of \"returnCodes\" must be 0, 1, 2 or 128.");
        }

        output.Write(new SubAckPacket { PacketId = PacketId(packet), ReturnCodes = codes.ToArray() });
    }

    private static string MembersOf(string type) => type switch
    {
        "CONNECT" => "type protocolName protocolLevel cleanSession keepAlive clientId will userName password",
        "CONNACK" => "type sessionPresent returnCode",
        "PUBLISH" => "type dup qos retain topic packetId payload",
        "SUBSCRIBE" => "type packetId subscriptions",
        "SUBACK" => "type packetId returnCodes",
        "UNSUBSCRIBE" => "type packetId filters",
        "PINGREQ" or "PINGRESP" or "DISCONNECT" => "type",
        _ => "type packetId",
    };

    private static void RequireMembers(JsonElement described, string members)
    {
        foreach (JsonProperty member in described.EnumerateObject())
        {
            if (members.Split(' ').Contains(member.Name)) continue;
            throw new FormatException($"There is no member \"{member.Name}\" here; there are {members.Replace(" ", ", ", StringComparison.Ordinal)}.");
        }
    }

    private static ushort PacketId(JsonElement packet) => (ushort)Number(packet, "packetId", 65_535);

    private static string? Text(JsonElement packet, string name)
    {
        if (!packet.TryGetProperty(name, out JsonElement value)) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new FormatException($"\"{name}\" must be a text.");
    }

    private static byte[] Utf8(JsonElement packet, string name) => Encoding.UTF8.GetBytes(Text(packet, name) ?? "");

    private static byte[] Hex(JsonElement packet, string name)
    {
        string hex = Text(packet, name) ?? "";
        try
        {
            return Convert.FromHexString(hex);
        }
        catch (FormatException)
        {
            throw new FormatException($"\"{name}\" must be hexadecimal: two digits a byte.");
        }
    }

    private static bool Flag(JsonElement packet, string name, bool otherwise = false)
    {
        if (!packet.TryGetProperty(name, out JsonElement value)) return otherwise;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        throw new FormatException($"\"{name}\" must be true or false.");
    }

    private static int Number(JsonElement packet, string name, int most, int otherwise = 0)
    {
        if (!packet.TryGetProperty(name, out JsonElement value)) return otherwise;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 0 && number <= most) return number;
        throw new FormatException($"\"{name}\" must be a number from 0 to {most}.");
    }

    private static JsonElement.ArrayEnumerator List(JsonElement packet, string name)
    {
        if (!packet.TryGetProperty(name, out JsonElement value)) return default;
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new FormatException($"\"{name}\" must be an array.");
    }
}
