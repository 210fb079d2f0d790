// SPDX-License-Identifier: MIT

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RawMqtt.Extensions;

/// <summary>Publishes and reads payloads in JSON, without reflection: each call names the <see cref="JsonTypeInfo{T}"/> of a source-generated
/// <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</summary>
public static class MqttJsonExtensions
{
    /// <summary>Publishes a value as JSON in UTF-8.</summary>
    /// <returns>Completes at QoS 0 when the message is in the send buffer, at QoS 1 and 2 when the server has taken it over.</returns>
    /// <exception cref="JsonException">The value cannot be written.</exception>
    public static ValueTask PublishJsonAsync<T>(
        this MqttClient client, string topic, T value, JsonTypeInfo<T> type, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.PublishAsync(topic, JsonSerializer.SerializeToUtf8Bytes(value, type), qos, retain, cancellationToken);
    }

    /// <summary>Publishes a value as JSON in UTF-8, from the program that runs the broker.</summary>
    /// <exception cref="JsonException">The value cannot be written.</exception>
    public static void PublishJson<T>(
        this MqttBroker broker, string topic, T value, JsonTypeInfo<T> type, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false)
    {
        ArgumentNullException.ThrowIfNull(broker);
        broker.Publish(topic, JsonSerializer.SerializeToUtf8Bytes(value, type), qos, retain);
    }

    /// <summary>Reads the payload as JSON in UTF-8.</summary>
    /// <returns>The value; null if the payload is the word null.</returns>
    /// <exception cref="JsonException">The payload is not JSON, or not of that type. The message names the topic.</exception>
    public static T? ReadJson<T>(this MqttMessage message, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            return JsonSerializer.Deserialize(message.Payload.Span, type);
        }
        catch (JsonException failure)
        {
            string text = $"The message on {message.Topic} ({message.Payload.Length} bytes) is no JSON of a {typeof(T).Name}: {failure.Message}";
            throw new JsonException(text, failure.Path, failure.LineNumber, failure.BytePositionInLine, failure);
        }
    }

    /// <summary>Reads the payload of a view as JSON in UTF-8, as <see cref="ReadJson{T}(MqttMessage, JsonTypeInfo{T})"/> does, without copying it.</summary>
    /// <exception cref="JsonException">The payload is not JSON, or not of that type.</exception>
    public static T? ReadJson<T>(this in MqttMessageView message, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(message.Payload, type);
}
