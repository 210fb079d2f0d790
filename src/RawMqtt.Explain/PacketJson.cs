// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text.Json;
using RawMqtt.Codec;

namespace RawMqtt.Explain;

/// <summary>Writes a valid packet as a JSON object that <see cref="PacketFromJson"/> reads. Payloads and passwords are hexadecimal, the rest is text.</summary>
internal static class PacketJson
{
    public static void Write(Utf8JsonWriter json, byte[] packet)
    {
        if (ReadHeader(packet, out FixedHeader header) != OperationStatus.Done) throw new ArgumentException("Not a valid packet.", nameof(packet));
        ReadOnlySpan<byte> body = packet.AsSpan(header.Length);
        json.WriteStartObject();
        json.WriteString("type", PacketFields.NameOf(header.Type));
        switch (header.Type)
        {
            case PacketType.Connect:
                ConnectPacket.TryRead(body, out ConnectPacket connect, out _);
                WriteConnect(json, connect);
                break;
            case PacketType.ConnAck:
                ConnAckPacket.TryRead(body, out ConnAckPacket connAck, out _);
                json.WriteBoolean("sessionPresent", connAck.SessionPresent);
                json.WriteNumber("returnCode", (int)connAck.ReturnCode);
                break;
            case PacketType.Publish:
                PublishPacket.TryRead(header, body, out PublishPacket publish, out _);
                WritePublish(json, publish);
                break;
            case PacketType.Subscribe:
                SubscribePacket.TryRead(body, out SubscribePacket subscribe, out _);
                WriteSubscribe(json, subscribe);
                break;
            case PacketType.SubAck:
                SubAckPacket.TryRead(body, out SubAckPacket subAck, out _);
                json.WriteNumber("packetId", subAck.PacketId);
                json.WriteStartArray("returnCodes");
                foreach (byte code in subAck.ReturnCodes) json.WriteNumberValue(code);
                json.WriteEndArray();
                break;
            case PacketType.Unsubscribe:
                UnsubscribePacket.TryRead(body, out UnsubscribePacket unsubscribe, out _);
                json.WriteNumber("packetId", unsubscribe.PacketId);
                json.WriteStartArray("filters");
                foreach (ReadOnlySpan<byte> filter in unsubscribe.Filters) json.WriteStringValue(filter);
                json.WriteEndArray();
                break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp or PacketType.UnsubAck:
                PacketIdBody.TryRead(body, out ushort packetId, out _);
                json.WriteNumber("packetId", packetId);
                break;
        }

        json.WriteEndObject();
    }

    public static void WriteHex(Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes) => json.WriteString(name, Convert.ToHexStringLower(bytes));

    private static OperationStatus ReadHeader(byte[] packet, out FixedHeader header)
    {
        OperationStatus status = FixedHeader.TryRead(packet, MqttRole.Client, out header, out _);
        return status == OperationStatus.Done ? status : FixedHeader.TryRead(packet, MqttRole.Server, out header, out _);
    }

    private static void WriteConnect(Utf8JsonWriter json, ConnectPacket connect)
    {
        json.WriteString("protocolName", "MQTT");
        json.WriteNumber("protocolLevel", 4);
        json.WriteBoolean("cleanSession", connect.CleanSession);
        json.WriteNumber("keepAlive", connect.KeepAlive);
        json.WriteString("clientId", connect.ClientId);
        if (connect.HasWill)
        {
            json.WriteStartObject("will");
            json.WriteString("topic", connect.WillTopic);
            WriteHex(json, "payload", connect.WillMessage);
            json.WriteNumber("qos", (int)connect.WillQos);
            json.WriteBoolean("retain", connect.WillRetain);
            json.WriteEndObject();
        }

        if (connect.HasUserName) json.WriteString("userName", connect.UserName);
        if (connect.HasPassword) WriteHex(json, "password", connect.Password);
    }

    private static void WritePublish(Utf8JsonWriter json, PublishPacket publish)
    {
        json.WriteBoolean("dup", publish.Duplicate);
        json.WriteNumber("qos", (int)publish.Qos);
        json.WriteBoolean("retain", publish.Retain);
        json.WriteString("topic", publish.Topic);
        if (publish.Qos > 0) json.WriteNumber("packetId", publish.PacketId);
        WriteHex(json, "payload", publish.Payload);
    }

    private static void WriteSubscribe(Utf8JsonWriter json, SubscribePacket subscribe)
    {
        json.WriteNumber("packetId", subscribe.PacketId);
        json.WriteStartArray("subscriptions");
        foreach (Subscription subscription in subscribe.Subscriptions)
        {
            json.WriteStartObject();
            json.WriteString("filter", subscription.Filter);
            json.WriteNumber("qos", (int)subscription.Qos);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
