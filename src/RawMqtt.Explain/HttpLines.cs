// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using RawMqtt.Codec;
using RawMqtt.WebSockets;

namespace RawMqtt.Explain;

/// <summary>The opening handshake line by line, RFC 6455 4.1 and 4.2.</summary>
internal static partial class HttpLines
{
    private static readonly string[] SecretNames = ["Authorization", "Cookie", "Token", "Secret", "Password", "Api-Key"];

    public static WireUnit Of(ReadOnlySpan<byte> head, MqttRole sender, long offset)
    {
        var fields = new List<WireField>();
        int start = 0;
        while (start < head.Length)
        {
            int end = head[start..].IndexOf("\r\n"u8);
            int next = end < 0 ? head.Length : start + end + 2;
            ReadOnlySpan<byte> line = head[start..(end < 0 ? head.Length : start + end)];
            fields.Add(Line(line, offset + start, head[start..next].ToArray(), fields.Count == 0, sender));
            start = next;
        }

        BrokenRule? broken = sender == MqttRole.Client ? FaultOfRequest(head) : FaultOfResponse(head);
        if (broken is not null) Mark(fields, broken);
        string section = sender == MqttRole.Client ? "RFC 6455 4.1" : "RFC 6455 4.2.2";
        return new WireUnit(WireUnitKind.HttpHead, offset, fields[0].Name, section, fields) { Broken = broken };
    }

    /// <summary>Returns the rule by which the library's server would refuse the request, at any path and from any page.</summary>
    private static BrokenRule? FaultOfRequest(ReadOnlySpan<byte> head)
    {
        var handshake = new ServerHandshake(new ServerHandshakeOptions
        {
            Paths = null,
            Subprotocols = ["mqtt", "mqttv3.1"],
            AllowMissingSubprotocol = true,
            AllowedOrigins = ["*"],
            AnswerGet = null,
        });
        handshake.TryRead(head, out _, new ArrayBufferWriter<byte>());
        return handshake.Refusal is { } refusal ? new BrokenRule(refusal.Rule, refusal.Reason) : null;
    }

    /// <summary>Returns the rule by which the library's client would refuse the response.</summary>
    /// <remarks>Sec-WebSocket-Accept cannot be checked, because the key that it answers was sent in the other direction.</remarks>
    private static BrokenRule? FaultOfResponse(ReadOnlySpan<byte> head)
    {
        var response = new UpgradeResponse(new ClientHandshake { Host = "any", Subprotocols = ["mqtt", "mqttv3.1"] }, new byte[AcceptKey.KeySize]);
        response.TryRead(head, out _);
        return response.Rule is null or "WS-4.1-32" ? null : new BrokenRule(response.Rule, response.Failure!);
    }

    /// <summary>Marks the line that the rule is about; the empty line if that one is missing, and the first line if the rule is about no line.</summary>
    private static void Mark(List<WireField> fields, BrokenRule broken)
    {
        string? name = broken.Rule switch
        {
            "WS-4.2.1-3" => "Host",
            "WS-4.2.1-4" or "WS-4.1-30" => "Upgrade",
            "WS-4.2.1-5" or "WS-4.1-31" => "Connection",
            "WS-4.2.1-6" => "Sec-WebSocket-Key",
            "WS-4.2.2-4" => "Sec-WebSocket-Version",
            "WS-4.1-33" => "Sec-WebSocket-Extensions",
            "WS-4.1-34" => "Sec-WebSocket-Protocol",
            _ => null,
        };
        int at = name is null ? 0 : fields.FindIndex(line => line.Name.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase));
        if (at < 0) at = fields.Count - 1;
        fields[at] = fields[at] with { Broken = broken };
    }

    private static WireField Line(ReadOnlySpan<byte> line, long offset, byte[] bytes, bool isFirst, MqttRole sender)
    {
        string text = Printable(line);
        if (line.IsEmpty) return new WireField(offset, bytes, "(empty line)", "the head ends; frames follow", "RFC 9112 2.1");
        if (isFirst) return sender == MqttRole.Client ? RequestLine(text, offset, bytes) : StatusLine(text, offset, bytes);

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? text : text[..colon];
        (string meaning, string section) = name.ToUpperInvariant() switch
        {
            "HOST" => ("the host, and the port unless it is the default one", "4.1"),
            "UPGRADE" => ("the protocol to change to", "4.1"),
            "CONNECTION" => ("Upgrade is meant for the next hop", "4.1"),
            "SEC-WEBSOCKET-KEY" => ("16 random bytes in base64, new for each connection", "4.1"),
            "SEC-WEBSOCKET-VERSION" => ("13 is RFC 6455", "4.1"),
            "SEC-WEBSOCKET-PROTOCOL" when sender == MqttRole.Client => ("the subprotocols offered: mqtt [MQTT-6.0.0-3]", "1.9"),
            "SEC-WEBSOCKET-PROTOCOL" => ("the subprotocol chosen: mqtt [MQTT-6.0.0-4]", "1.9"),
            "SEC-WEBSOCKET-ACCEPT" => ("base64 of the SHA-1 of the key and a fixed GUID: the server has read the key", "4.2.2"),
            "SEC-WEBSOCKET-EXTENSIONS" => (sender == MqttRole.Client ? "the extensions offered" : "the extensions agreed on", "9.1"),
            "ORIGIN" => ("the page that a browser connects from", "10.2"),
            "AUTHORIZATION" or "PROXY-AUTHORIZATION" or "COOKIE" or "SET-COOKIE" => ("a secret", "4.1"),
            _ => ("", ""),
        };
        bool isSecret = SecretNames.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
        return new WireField(offset, bytes, text, meaning, section) { Masked = isSecret ? $"{name}: ***" : null };
    }

    /// <summary>Masks the query, which often holds a token.</summary>
    private static WireField RequestLine(string text, long offset, byte[] bytes) =>
        new(offset, bytes, text, "an HTTP/1.1 GET of the endpoint's path", "4.1") { Masked = Query().Replace(text, "?***") };

    private static WireField StatusLine(string text, long offset, byte[] bytes)
    {
        bool isUpgrade = text.Contains(" 101", StringComparison.Ordinal);
        string meaning = isUpgrade ? "the connection is a WebSocket from the empty line on" : "anything but 101: no WebSocket";
        return new WireField(offset, bytes, text, meaning, "4.2.2");
    }

    private static string Printable(ReadOnlySpan<byte> line)
    {
        string text = Encoding.UTF8.GetString(line);
        return new string([.. text.Select(c => char.IsControl(c) ? '?' : c)]);
    }

    [GeneratedRegex(@"\?\S*")]
    private static partial Regex Query();
}
