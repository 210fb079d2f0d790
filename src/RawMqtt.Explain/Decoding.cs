// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RawMqtt.Codec;

namespace RawMqtt.Explain;

/// <summary>The explanation of bytes that one end of a connection sent, up to their end or to the first rule that they break.</summary>
/// <param name="Units">The HTTP head, frames and packets, in order; the last one may be broken.</param>
/// <param name="Consumed">The number of bytes in whole and valid units.</param>
/// <param name="IsComplete">True if the bytes end where a unit ends.</param>
public sealed record Decoding(IReadOnlyList<WireUnit> Units, long Consumed, bool IsComplete)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets the part of a unit that the bytes end in; null if there is none, or if the rest is too short to name it.</summary>
    public WireUnit? Unfinished { get; init; }

    /// <summary>Gets the unit that breaks a rule; null if none does.</summary>
    public WireUnit? Broken => Units.FirstOrDefault(unit => unit.Broken is not null);

    /// <summary>Gets whether every byte belongs to a whole and valid unit.</summary>
    public bool IsOk => Broken is null && IsComplete;

    /// <summary>Explains bytes of one direction.</summary>
    /// <param name="bytes">The bytes that one end sent.</param>
    /// <param name="isWebSocket">True for WebSocket, false for MQTT; null if the bytes decide.</param>
    /// <param name="sender">The end that sent the bytes; null if the bytes decide.</param>
    public static Decoding Of(ReadOnlySpan<byte> bytes, bool? isWebSocket = null, MqttRole? sender = null)
    {
        bool isRequest = bytes.StartsWith("GET "u8);
        if (isWebSocket != false && (isRequest || bytes.StartsWith("HTTP/1"u8)))
        {
            return OfWebSocket(bytes, sender ?? (isRequest ? MqttRole.Client : MqttRole.Server), hasHead: true);
        }

        if (isWebSocket == true) return OfWebSocket(bytes, sender ?? SenderOfFrame(bytes), hasHead: false);

        Decoding asMqtt = OfMqtt(bytes, sender);
        if (isWebSocket == false || asMqtt.IsOk) return asMqtt;

        // Of all first bytes only 0x82 can begin a frame and a valid packet (SUBSCRIBE); a frame that carries something whole wins over broken MQTT.
        Decoding asFrames = OfWebSocket(bytes, sender ?? SenderOfFrame(bytes), hasHead: false);
        bool carriesSomething = asFrames.Units.Any(unit => unit.Kind == WireUnitKind.Packet || IsControlFrame(unit));
        return asMqtt.Broken is not null && asFrames.Broken is null && carriesSomething && !IsFlaggedSubscribe(bytes) ? asFrames : asMqtt;
    }

    /// <summary>Returns one JSON object: <c>ok</c>, the broken rule if there is one, the HTTP lines, the frames and the packets.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed)) WriteTo(json);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Returns the JSON object that reports input which is not bytes at all.</summary>
    public static string FaultToJson(string message)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", false);
            json.WriteNull("rule");
            json.WriteNumber("offset", 0);
            json.WriteString("message", message);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Returns every field with its bytes and its section, a line each.</summary>
    /// <param name="showsSecrets">False to mask passwords and tokens.</param>
    public string ToText(bool showsSecrets = true)
    {
        var text = new StringBuilder();
        foreach (WireUnit unit in Units) WireText.WriteLong(text, unit, "", showsSecrets);
        if (Broken is null && Unfinished is not null) WireText.WriteLong(text, Unfinished, "", showsSecrets);
        if (Broken is null && !IsComplete) text.AppendLine(CultureInfo.InvariantCulture, $"The bytes end in the middle of what begins at offset {Consumed}.");
        return text.ToString();
    }

    /// <summary>True for a SUBSCRIBE with wrong flags that looks like a control frame: its payload is a packet identifier and topic filters.</summary>
    private static bool IsFlaggedSubscribe(ReadOnlySpan<byte> bytes) =>
        bytes is [0x88 or 0x89 or 0x8A, ..] && OfMqtt([0x82, .. bytes[1..]], MqttRole.Client).IsOk;

    private static bool IsControlFrame(WireUnit unit) =>
        unit.Title.StartsWith("frame: close", StringComparison.Ordinal) || unit.Title.StartsWith("frame: ping", StringComparison.Ordinal)
        || unit.Title.StartsWith("frame: pong", StringComparison.Ordinal);

    private void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", IsOk);
        if (Broken is { } broken)
        {
            json.WriteString("rule", broken.Broken!.Rule);
            json.WriteNumber("offset", broken.BrokenAt);
            json.WriteString("message", broken.Broken.Message);
        }
        else if (!IsComplete)
        {
            json.WriteBoolean("incomplete", true);
        }

        json.WriteNumber("consumed", Consumed);
        WriteHandshake(json);
        WriteFrames(json);
        json.WriteStartArray("packets");
        foreach (WireUnit unit in Units)
        {
            if (unit.Kind == WireUnitKind.Packet && unit.Broken is null) PacketJson.Write(json, unit.Packet);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteHandshake(Utf8JsonWriter json)
    {
        if (Units.FirstOrDefault(unit => unit.Kind == WireUnitKind.HttpHead && unit.Broken is null) is not { } head) return;
        json.WriteStartArray("http");
        foreach (WireField line in head.Fields.Where(line => line.Name != "(empty line)")) json.WriteStringValue(line.Name);
        json.WriteEndArray();
    }

    private void WriteFrames(Utf8JsonWriter json)
    {
        if (!Units.Any(unit => unit.Kind == WireUnitKind.Frame)) return;
        json.WriteStartArray("frames");
        foreach (WireUnit unit in Units.Where(unit => unit.Kind == WireUnitKind.Frame)) json.WriteStringValue(unit.Title);
        json.WriteEndArray();
    }

    private static Decoding OfMqtt(ReadOnlySpan<byte> bytes, MqttRole? sender)
    {
        var packets = new PacketBytes(sender);
        List<WireUnit> units = packets.Feed(bytes);
        return new Decoding(units, packets.Consumed, packets.Waiting.IsEmpty) { Unfinished = packets.Unfinished() };
    }

    private static Decoding OfWebSocket(ReadOnlySpan<byte> bytes, MqttRole sender, bool hasHead)
    {
        var wire = new WireBytes(sender, isWebSocket: true, hasHead);
        List<WireUnit> units = wire.Feed(bytes);
        return new Decoding(units, wire.Consumed, wire.IsComplete) { Unfinished = wire.Unfinished() };
    }

    /// <summary>Clients mask, servers do not.</summary>
    private static MqttRole SenderOfFrame(ReadOnlySpan<byte> bytes) => bytes is [_, >= 0x80, ..] ? MqttRole.Client : MqttRole.Server;
}
