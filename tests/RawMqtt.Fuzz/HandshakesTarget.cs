// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Fuzz;

/// <summary>An opening request to a server, or an answer to a client when it begins with HTTP: the same outcome however it is cut, and never an
/// exception.</summary>
internal static class HandshakesTarget
{
    private static readonly ServerHandshakeOptions Options = new() { AllowedOrigins = ["https://app.example"] };

    public static IEnumerable<byte[]> Seeds() => new[]
    {
        "GET /mqtt HTTP/1.1\r\nHost: a:1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: x, mqtt\r\nOrigin: http://a:1\r\nSec-WebSocket-Extensions: p; q=\"r\\s\", t\r\n\r\nx",
        "GET http://a/mqtt?b HTTP/1.1\r\nhost:a\r\nOrigin: https://app.example\r\nX-Forwarded-For: 1\r\n\r\n",
        "GET /health HTTP/1.0\r\nHost: a\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        + "Sec-WebSocket-Protocol: mqtt\r\n\r\nx",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
    }.Select(Encoding.ASCII.GetBytes);

    public static void Run(byte[] bytes)
    {
        Func<byte[], int, string> read = bytes.AsSpan().StartsWith("HTTP"u8) ? ReadAnswer : ReadRequest;
        string whole = read(bytes, bytes.Length + 1);
        Require(whole == read(bytes, 7), "cut");
        if (bytes.Length < 1000) Require(whole == read(bytes, 1), "byte by byte");
    }

    private static string ReadRequest(byte[] bytes, int part)
    {
        var handshake = new ServerHandshake(Options);
        var answer = new ArrayBufferWriter<byte>();
        OperationStatus status = OperationStatus.NeedMoreData;
        int consumed = 0;
        for (int length = 0; status == OperationStatus.NeedMoreData && length < bytes.Length;)
        {
            length = Math.Min(bytes.Length, length + part);
            status = handshake.TryRead(bytes.AsSpan(0, length), out consumed, answer);
        }

        string text = Encoding.UTF8.GetString(answer.WrittenSpan);
        Require(status == OperationStatus.NeedMoreData == (text.Length == 0), "an answer to nothing");
        Require(status == OperationStatus.Done == text.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal), "101");
        Require(status != OperationStatus.Done || (handshake.Accepted!.Path == "/mqtt" && handshake.Accepted.Subprotocol is "mqtt" or "mqttv3.1"
            && bytes.AsSpan(0, consumed).EndsWith("\r\n\r\n"u8)), "accepted");
        return $"{status} {(status == OperationStatus.Done ? consumed : 0)} {handshake.Accepted} {text}";
    }

    private static string ReadAnswer(byte[] bytes, int part)
    {
        var response = new UpgradeResponse(new ClientHandshake { Host = "a" }, "dGhlIHNhbXBsZSBub25jZQ=="u8.ToArray());
        OperationStatus status = OperationStatus.NeedMoreData;
        for (int length = 0; status == OperationStatus.NeedMoreData && length < bytes.Length;)
        {
            length = Math.Min(bytes.Length, length + part);
            status = response.TryRead(bytes.AsSpan(0, length), out _);
        }

        Require(status == OperationStatus.InvalidData == response.Rule is not null, "a failure without a rule");
        return $"{status} {response.Status} {response.Rule} {response.Failure} {response.Subprotocol}";
    }

    private static void Require(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }
}
