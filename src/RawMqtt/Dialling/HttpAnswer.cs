// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Transports;

namespace RawMqtt.Dialling;

/// <summary>Represents what an HTTP server said: status, reason, the Server header, and the first words of the body.</summary>
internal sealed record HttpAnswer(int Status, string Reason, string Server, string Body)
{
    /// <summary>Gets whether the server says that its port wants TLS; nginx, Apache, HAProxy and Go say it like this.</summary>
    public bool WantsTls => Says("HTTPS port") || Says("HTTPS server") || Says("SSL-enabled");

    /// <summary>Gets whether the server says that the client has to show a certificate; nginx says it like this.</summary>
    public bool WantsCertificate => Says("SSL certificate");

    /// <summary>Gets whether the server says that it got no request to upgrade, although the client sent one; mosquitto says 403.</summary>
    public bool LacksUpgrade => Status switch
    {
        400 => Says("upgrade") || Says("Connection ID") || Says("websocket protocol"),
        403 => PeerText.FirstWords(Body) == "403",
        _ => Status == 426,
    };

    /// <summary>Returns, as part of a sentence, <c>HTTP status 404 Not Found from nginx ("...")</c>.</summary>
    public override string ToString()
    {
        string reason = Reason.Length > 0 ? $" {Reason}" : "";
        string server = Server.Length > 0 ? $" from {Server}" : "";
        string words = PeerText.FirstWords(Body);
        bool isRepeated = words.Length == 0 || words == Reason || words == $"{Status} {Reason}";
        return $"HTTP status {Status}{reason}{server}{(isRepeated ? "" : $" (\"{words}\")")}";
    }

    /// <summary>Reads the answer to a WebSocket handshake.</summary>
    public static HttpAnswer Of(WebSocketHandshakeException failure) =>
        new(failure.StatusCode ?? 0, Cut(failure.Reason), Cut(Field(failure, "Server") ?? ""), failure.Body);

    /// <summary>Returns the value of a header field of the answer; null if it has none.</summary>
    public static string? Field(WebSocketHandshakeException failure, string name)
    {
        foreach ((string key, string value) in failure.Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }

        return null;
    }

    /// <summary>Reads the beginning of an HTTP answer, as far as it goes.</summary>
    public static HttpAnswer Of(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        int headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string[] lines = (headEnd < 0 ? text : text[..headEnd]).Split("\r\n");
        string[] first = lines[0].Split(' ', 3);
        _ = int.TryParse(first.Length > 1 ? first[1] : "", NumberStyles.None, CultureInfo.InvariantCulture, out int status);
        string server = Array.Find(lines, line => line.StartsWith("Server:", StringComparison.OrdinalIgnoreCase)) ?? "Server:";
        return new HttpAnswer(status, Cut(first.Length > 2 ? first[2] : ""), Cut(server[7..].Trim()), headEnd < 0 ? "" : text[(headEnd + 4)..]);
    }

    private static string Cut(string text) => PeerText.Clean(text, 60);

    private bool Says(string words) => Body.Contains(words, StringComparison.OrdinalIgnoreCase);
}
