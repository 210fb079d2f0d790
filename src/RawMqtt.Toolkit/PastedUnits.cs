// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Toolkit;

/// <summary>Explains what a reader pasted.</summary>
internal static class PastedUnits
{
    /// <summary>Returns the units, how far they reach, and the bytes.</summary>
    public static string Explain(string text, string layer, string sender)
    {
        if (!PastedBytes.TryRead(text, out byte[] bytes))
            return Decoding.FaultToJson("This is neither hexadecimal nor base64 nor a dump with offsets.");
        bool? isWebSocket = layer switch { "websocket" => true, "mqtt" => false, _ => null };
        MqttRole? role = sender switch { "client" => MqttRole.Client, "server" => MqttRole.Server, _ => null };
        Decoding decoding = Decoding.Of(bytes, isWebSocket, role);
        return PageJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", decoding.IsOk);
            json.WriteNumber("consumed", decoding.Consumed);
            json.WriteNumber("length", bytes.Length);
            json.WriteBoolean("complete", decoding.IsComplete);
            json.WriteStartArray("units");
            foreach (WireUnit unit in decoding.Units) PageJson.WriteUnit(json, unit);
            if (decoding.Broken is null && decoding.Unfinished is { } unfinished) PageJson.WriteUnit(json, unfinished);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
