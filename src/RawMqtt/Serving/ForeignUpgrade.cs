// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Judges an opening handshake that another HTTP server received by the rules of the broker's own listeners: its request is written as that of
/// HTTP/1.1 and read by <see cref="ServerHandshake"/>.</summary>
internal static class ForeignUpgrade
{
    private const string AnyKey = "AAAAAAAAAAAAAAAAAAAAAA=="; // RFC 8441 5.1: an extended CONNECT has none

    public static MqttUpgradeAnswer Judge(
        MqttUpgradeRequest request, ServerHandshakeOptions options, out AcceptedHandshake? accepted, out HandshakeRefusal? refusal)
    {
        accepted = null;
        var handshake = new ServerHandshake(options);
        if (HeadOf(request) is not { } head) refusal = HandshakeRefusal.BadRequest("WS-4.2.1-1", "a header line breaks the grammar of HTTP");
        else if (handshake.TryRead(head, out _, new ArrayBufferWriter<byte>()) == OperationStatus.NeedMoreData)
            refusal = HandshakeRefusal.TooLarge("the request is not whole");
        else (accepted, refusal) = (handshake.Accepted, handshake.Refusal);
        if (refusal is null) return AnswerTo(request, accepted!);
        return new MqttUpgradeAnswer(refusal.Status, FieldsOf(request, refusal), $"{refusal.Reason} [{refusal.Rule}]\n");
    }

    private static MqttUpgradeAnswer AnswerTo(MqttUpgradeRequest request, AcceptedHandshake accepted)
    {
        List<KeyValuePair<string, string>> fields = [];
        if (!request.IsExtendedConnect)
        {
            Span<byte> accept = stackalloc byte[AcceptKey.AcceptSize];
            AcceptKey.Write(Encoding.ASCII.GetBytes(ValueOf(request, "Sec-WebSocket-Key")), accept);
            fields.AddRange([new("Upgrade", "websocket"), new("Connection", "Upgrade"), new("Sec-WebSocket-Accept", Encoding.ASCII.GetString(accept))]);
        }

        if (accepted.Subprotocol is { } subprotocol) fields.Add(new("Sec-WebSocket-Protocol", subprotocol));
        return new MqttUpgradeAnswer(request.IsExtendedConnect ? 200 : 101, fields, "");
    }

    /// <summary>HTTP/2 has no Upgrade, RFC 9113 8.2.2.</summary>
    private static KeyValuePair<string, string>[] FieldsOf(MqttUpgradeRequest request, HandshakeRefusal refusal) =>
        [.. (refusal.Header ?? "").Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2))
            .Where(field => !request.IsExtendedConnect || field[0] != "Upgrade").Select(field => new KeyValuePair<string, string>(field[0], field[1]))];

    /// <summary>Returns the request as HTTP/1.1; null if a field would break out of its line.</summary>
    private static byte[]? HeadOf(MqttUpgradeRequest request)
    {
        var head = new StringBuilder($"GET {request.Target} HTTP/1.1\r\nHost: {request.Host}\r\n");
        int lines = 2;
        if (request.IsExtendedConnect)
        {
            head.Append($"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {AnyKey}\r\n");
            lines += 3;
        }

        foreach ((string name, string value) in request.Headers)
        {
            if (name.StartsWith(':') || name.Equals("Host", StringComparison.OrdinalIgnoreCase)) continue;
            if (request.IsExtendedConnect && name.ToUpperInvariant() is ("UPGRADE" or "CONNECTION" or "SEC-WEBSOCKET-KEY")) continue;
            head.Append($"{name}: {value}\r\n");
            lines++;
        }

        string text = head.Append("\r\n").ToString();
        return text.AsSpan().Count('\n') == lines + 1 && text.AsSpan().Count('\r') == lines + 1 ? Encoding.Latin1.GetBytes(text) : null;
    }

    private static string ValueOf(MqttUpgradeRequest request, string name) =>
        request.Headers.First(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
