// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Json;

namespace RawMqtt.Cli;

/// <summary>Reads connection options from JSON with the names of JavaScript clients: <c>keepalive</c>, <c>clientId</c>, <c>protocolId</c>,
/// <c>protocolVersion</c>, <c>clean</c>, <c>reconnectPeriod</c>, <c>connectTimeout</c>, <c>username</c>, <c>password</c> and <c>will</c>; and
/// <c>acceptPubAckForQos2</c>.</summary>
internal static class OptionsJson
{
    private const string Names = "keepalive, clientId, protocolId, protocolVersion, clean, reconnectPeriod, connectTimeout, username, password, will, " +
        "acceptPubAckForQos2";

    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads one JSON object. What it does not name stays as in <paramref name="defaults"/>.</summary>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: a name or a value cannot be used; the message says which.</exception>
    public static MqttClientOptions Read(ReadOnlySpan<byte> json, MqttClientOptions? defaults = null)
    {
        MqttClientOptions options = defaults ?? new MqttClientOptions();
        if (json.StartsWith(Encoding.UTF8.Preamble)) json = json[Encoding.UTF8.Preamble.Length..];
        try
        {
            var reader = new Utf8JsonReader(json, Lenient);
            reader.Read();
            Expect(ref reader, JsonTokenType.StartObject, "the options");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                options = Take(options, name, ref reader);
            }

            reader.Read();
            return options;
        }
        catch (JsonException failure)
        {
            throw Fault($"The options are not JSON: {failure.Message} Names and texts stand in double quotes.", failure);
        }
    }

    private static MqttClientOptions Take(MqttClientOptions options, string name, ref Utf8JsonReader value) => name switch
    {
        "keepalive" => options with { KeepAlive = TimeSpan.FromSeconds(TakeNumber(name, ref value, 65535)) },
        "clientId" => options with { ClientId = TakeText(name, ref value) },
        "protocolId" => TakeText(name, ref value) == "MQTT" ? options : throw Fault("protocolId is \"MQTT\": MQTT 3.1, with \"MQIsdp\", is not supported."),
        "protocolVersion" => TakeNumber(name, ref value, 255) == 4 ? options : throw Fault("protocolVersion is 4, MQTT 3.1.1; 3 and 5 are not supported."),
        "clean" => options with { CleanSession = TakeBoolean(name, ref value) },
        "reconnectPeriod" => TakeReconnectPeriod(options, TimeSpan.FromMilliseconds(TakeNumber(name, ref value, int.MaxValue))),
        "connectTimeout" => options with { ConnectTimeout = TimeSpan.FromMilliseconds(TakeNumber(name, ref value, int.MaxValue)) },
        "username" => options with { UserName = TakeText(name, ref value) },
        "password" => options with { Password = Encoding.UTF8.GetBytes(TakeText(name, ref value)) },
        "acceptPubAckForQos2" => options with { AcceptPubAckForQos2 = TakeBoolean(name, ref value) },
        "will" => options with { Will = TakeWill(ref value) },
        _ => throw Fault($"\"{name}\" is not an option. There are: {Names}."),
    };

    private static MqttClientOptions TakeReconnectPeriod(MqttClientOptions options, TimeSpan period) => options with
    {
        ReconnectDelay = period,
        MaxReconnectDelay = period > options.MaxReconnectDelay ? period : options.MaxReconnectDelay,
    };

    private static MqttWill? TakeWill(ref Utf8JsonReader value)
    {
        if (value.TokenType == JsonTokenType.Null) return null;
        Expect(ref value, JsonTokenType.StartObject, "will");
        string? topic = null;
        string payload = "";
        int qos = 0;
        bool retain = false;
        while (value.Read() && value.TokenType == JsonTokenType.PropertyName)
        {
            string name = value.GetString()!;
            value.Read();
            switch (name)
            {
                case "topic": topic = TakeText("will.topic", ref value); break;
                case "payload": payload = TakeText("will.payload", ref value); break;
                case "qos": qos = TakeNumber("will.qos", ref value, 2); break;
                case "retain": retain = TakeBoolean("will.retain", ref value); break;
                default: throw Fault($"\"will.{name}\" is not an option. There are: topic, payload, qos, retain.");
            }
        }

        if (topic is null) throw Fault("will has no topic.");
        return new MqttWill(topic, Encoding.UTF8.GetBytes(payload), (QualityOfService)qos, retain);
    }

    private static int TakeNumber(string name, ref Utf8JsonReader value, int maximum)
    {
        Expect(ref value, JsonTokenType.Number, name);
        return value.TryGetInt32(out int number) && number >= 0 && number <= maximum ? number : throw Fault($"{name} is a whole number from 0 to {maximum}.");
    }

    private static string TakeText(string name, ref Utf8JsonReader value)
    {
        Expect(ref value, JsonTokenType.String, name);
        return value.GetString()!;
    }

    private static bool TakeBoolean(string name, ref Utf8JsonReader value) => value.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Fault($"{name} is true or false."),
    };

    private static void Expect(ref Utf8JsonReader value, JsonTokenType type, string name)
    {
        if (value.TokenType == type) return;
        string wanted = type switch
        {
            JsonTokenType.StartObject => "an object, {...}",
            JsonTokenType.Number => "a number",
            _ => "a text in double quotes",
        };
        throw Fault($"{name} must be {wanted}.");
    }

    private static MqttException Fault(string message, Exception? inner = null) => new(MqttErrorCode.InvalidOptions, message, inner);
}
