// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RawMqtt.Cli;

/// <summary>Writes a message as one JSON object, with the names of mosquitto_sub -F %j and %J.</summary>
internal static class MessageJson
{
    private static readonly JsonWriterOptions Short = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Pretty = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
        IndentCharacter = '\t',
        IndentSize = 1,
    };

    /// <summary>Writes the object. If the payload has to be JSON and is not, this writes nothing but a line on the error output.</summary>
    public static void Write(IBufferWriter<byte> output, in MqttMessageView message, DateTimeOffset now, bool isPayloadJson, bool isPretty)
    {
        JsonDocument? document = null;
        if (isPayloadJson && !TryParse(message.Payload, out document))
        {
            Tool.Warn($"the message on topic {Encoding.UTF8.GetString(message.Topic)} is not valid JSON, as %J needs it");
            return;
        }

        using var writer = new Utf8JsonWriter(output, isPretty ? Pretty : Short);
        writer.WriteStartObject();
        writer.WriteString("tst", ZoneOf(now, "yyyy-MM-ddTHH:mm:ss.ffffff"));
        writer.WriteString("topic", message.Topic);
        writer.WriteNumber("qos", (int)message.Qos);
        writer.WriteNumber("retain", message.Retain ? 1 : 0);
        writer.WriteNumber("payloadlen", message.Payload.Length);
        if (message.Qos > QualityOfService.AtMostOnce) writer.WriteNumber("mid", message.PacketId);
        writer.WritePropertyName("payload");
        if (document is null) writer.WriteStringValue(Encoding.UTF8.GetString(message.Payload)); // bytes that are not UTF-8 become U+FFFD
        else document.WriteTo(writer);
        writer.WriteEndObject();
        document?.Dispose();
    }

    /// <summary>Returns a time with its zone as in +0100.</summary>
    public static string ZoneOf(DateTimeOffset time, string format) =>
        time.ToString(format, CultureInfo.InvariantCulture) + time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);

    private static bool TryParse(ReadOnlySpan<byte> payload, out JsonDocument? document)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            document = JsonDocument.ParseValue(ref reader);
            return !reader.Read();
        }
        catch (JsonException)
        {
            document = null;
            return false;
        }
    }
}
