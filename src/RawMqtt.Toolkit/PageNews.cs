// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Codec;

namespace RawMqtt.Toolkit;

/// <summary>What happened on a connection since the page asked last.</summary>
/// <param name="Messages">The newest messages.</param>
/// <param name="HiddenMessages">How many older ones were counted and are not shown.</param>
/// <param name="MessageCount">All messages of the connection.</param>
/// <param name="Packets">The newest packets.</param>
/// <param name="HiddenPackets">How many older ones were counted and are not shown.</param>
/// <param name="Events">Lines with a time in front.</param>
internal sealed record PageNews(
    SeenMessage[] Messages, long HiddenMessages, long MessageCount, SeenPacket[] Packets, long HiddenPackets, string[] Events)
{
    public void WriteTo(Utf8JsonWriter json, PageConnection connection)
    {
        json.WriteStartObject();
        WriteState(json, connection);
        json.WriteNumber("messageCount", MessageCount);
        json.WriteNumber("hiddenMessages", HiddenMessages);
        json.WriteStartArray("messages");
        foreach (SeenMessage message in Messages) Write(json, message);
        json.WriteEndArray();
        json.WriteNumber("hiddenPackets", HiddenPackets);
        json.WriteStartArray("packets");
        foreach (SeenPacket packet in Packets) Write(json, packet);
        json.WriteEndArray();
        json.WriteStartArray("events");
        foreach (string line in Events) json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter json, PageConnection connection)
    {
        MqttClientStatistics statistics = connection.Client.Statistics;
        json.WriteString("state", connection.Client.State.ToString());
        json.WriteString("clientId", connection.Client.ClientId);
        if (connection.LastChange is { } last)
        {
            if (last.Cause is { } cause) PageJson.WriteFault(json, "fault", cause);
            if (last.NextDelay is { } delay) json.WriteNumber("nextDelay", delay.TotalMilliseconds);
            json.WriteBoolean("sessionPresent", last.SessionPresent);
        }

        json.WriteNumber("sent", statistics.MessagesSent);
        json.WriteNumber("received", statistics.MessagesReceived);
        json.WriteNumber("bytesSent", statistics.BytesSent);
        json.WriteNumber("bytesReceived", statistics.BytesReceived);
        json.WriteNumber("inFlight", statistics.InFlight);
        json.WriteNumber("queued", statistics.Queued);
        json.WriteStartObject("filters");
        foreach (PageSubscription subscription in connection.Subscriptions) json.WriteNumber(subscription.Filter, subscription.Count);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SeenMessage message)
    {
        json.WriteStartObject();
        json.WriteNumber("number", message.Number);
        json.WriteNumber("time", message.Time);
        json.WriteString("filter", message.Filter);
        json.WriteString("topic", message.Topic);
        json.WriteBase64String("payload", message.Payload);
        json.WriteNumber("length", message.Length);
        json.WriteNumber("qos", message.Qos);
        json.WriteBoolean("retain", message.Retain);
        json.WriteBoolean("duplicate", message.Duplicate);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SeenPacket packet)
    {
        json.WriteStartObject();
        json.WriteNumber("number", packet.Number);
        json.WriteNumber("time", packet.Time);
        json.WriteBoolean("sent", packet.Sender == MqttRole.Client);
        json.WriteNumber("length", packet.Length);
        json.WriteString("title", packet.Explain()?.Title ?? "");
        json.WriteEndObject();
    }
}
