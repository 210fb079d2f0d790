// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using RawMqtt.Codec;

namespace RawMqtt.Cli.Recordings;

/// <summary>A message of a recording. A recording is a text: a line of JSON for each message, which other programs can read, change and write.</summary>
/// <param name="Time">When it arrived, from the beginning of the recording on.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="Qos">The QoS at which it arrived.</param>
/// <param name="Retain">Whether the broker had kept it.</param>
internal sealed record RecordedMessage(TimeSpan Time, string Topic, byte[] Payload, QualityOfService Qos, bool Retain)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static RecordedMessage Of(in MqttMessageView message, TimeSpan time) =>
        new(time, Encoding.UTF8.GetString(message.Topic), message.Payload.ToArray(), message.Qos, message.Retain);

    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">The line is not a message; the text says what is wrong.</exception>
    public static RecordedMessage Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement json = document.RootElement;
            string topic = json.GetProperty("topic").GetString() ?? "";
            bool isTopic = TopicName.IsValid(Encoding.UTF8.GetBytes(topic), out ProtocolViolation? violation);
            if (!isTopic) throw new FormatException($"the topic breaks a rule: {violation}");
            double seconds = json.TryGetProperty("t", out JsonElement t) ? t.GetDouble() : 0;
            if (seconds is not (>= 0 and < 1e9)) throw new FormatException("t is seconds from the beginning on");
            int qos = json.TryGetProperty("qos", out JsonElement q) ? q.GetInt32() : 0;
            if (qos is < 0 or > 2) throw new FormatException("qos is 0, 1 or 2");
            byte[] payload = json.TryGetProperty("base64", out JsonElement base64) ? base64.GetBytesFromBase64()
                : Encoding.UTF8.GetBytes(json.TryGetProperty("payload", out JsonElement text) ? text.GetString() ?? "" : "");
            bool retain = json.TryGetProperty("retain", out JsonElement r) && r.GetBoolean();
            return new RecordedMessage(TimeSpan.FromSeconds(seconds), topic, payload, (QualityOfService)qos, retain);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException(failure is KeyNotFoundException ? "it has no topic" : failure.Message, failure);
        }
    }

    /// <summary>Returns the line, with its end.</summary>
    public byte[] ToLine(bool hasTime = true)
    {
        var buffer = new ArrayBufferWriter<byte>(Payload.Length + Topic.Length + 64);
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            if (hasTime) json.WriteNumber("t", Math.Round((decimal)Time.Ticks / TimeSpan.TicksPerSecond, 6));
            json.WriteString("topic", Topic);
            json.WriteNumber("qos", (int)Qos);
            json.WriteBoolean("retain", Retain);
            if (Utf8.IsValid(Payload)) json.WriteString("payload", Payload);
            else json.WriteBase64String("base64", Payload);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
