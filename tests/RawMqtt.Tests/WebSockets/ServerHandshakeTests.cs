// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

public class ServerHandshakeTests
{
    public const string Request =
        "GET /mqtt HTTP/1.1\r\nHost: example.com:8083\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

    [Fact]
    [Rule("WS-4.2.2-10", "WS-4.2.2-11", "WS-4.2.2-12", "WS-4.2.2-13", "WS-4.2.2-14", "WS-4.2.2-6", "WS-11.3.3-1", "WS-11.3.4-1", "WS-4.2.2-9", "WS-9-1")]
    public void The_request_of_the_specification_is_answered()
    {
        (int status, string answer) = Answer(Request);
        Assert.Equal(101, status);
        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
            answer);
    }

    // What is put in the place of what, and the status that must come of it.
    [Theory]
    [Rule("WS-4.2.1-1", "WS-4.2.1-2", "WS-4.2.1-3", "WS-4.2.1-4", "WS-4.2.1-5", "WS-4.2.1-6", "WS-4.2.1-7", "WS-4.2.1-9", "WS-4.2.1-10", "WS-10.7-3")]
    [Rule("WS-4.1-36", "WS-4.2.2-3", "WS-4.2.2-4", "WS-4.2.2-5", "WS-4.2.2-7", "WS-4.4-1", "WS-4.3-1", "WS-4.3-2", "WS-9.1-1", "WS-9.1-2", "WS-9.1-3")]
    [Rule("WS-10.2-1", "WS-10.2-2", "WS-4.2.1-8", "WS-11.3.1-1", "WS-11.3.5-1", "WS-11.3.4-1", "WS-8.1-1")]
    // well formed, whatever it looks like
    [InlineData("Upgrade: websocket", "upgrade:WebSocket", 101)]
    [InlineData("Upgrade: websocket", "Upgrade: h2c, websocket", 101)]
    [InlineData("Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: websocket", 101)]
    [InlineData("Connection: Upgrade", "Connection: keep-alive, Upgrade", 101)]
    [InlineData("Connection: Upgrade", "connection: UPGRADE", 101)]
    [InlineData("Connection: Upgrade", "CONNECTION:\t keep-alive ,\tupgrade \t", 101)]
    [InlineData("Host: example.com:8083", "host:[::1]:8083", 101)]
    [InlineData("Host: ", "X-Unknown: anything at all \u00E9\r\nHost: ", 101)]
    [InlineData("GET /mqtt ", "GET /mqtt?token=a%20b ", 101)]
    [InlineData("GET /mqtt ", "GET http://example.com:8083/mqtt ", 101)]
    [InlineData("GET /mqtt ", "GET HTTPS://EXAMPLE.com:8083/mqtt?x ", 101)]
    [InlineData("HTTP/1.1", "HTTP/1.2", 101)]
    [InlineData("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: chat, mqtt", 101)]
    [InlineData("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: mqttv3.1", 101)]
    [InlineData("Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x; a=\"b\\c\"", 101)]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13\r\nContent-Length: 0", 101)]
    [InlineData("Host: example.com:8083", "Host: example.com:8083\r\nOrigin: http://EXAMPLE.com:8083", 101)]
    [InlineData("Host: example.com:8083", "Host: example.com\r\nOrigin: https://example.com", 101)]
    [InlineData("Host: example.com:8083", "Host: example.com:80\r\nOrigin: http://example.com", 101)]
    [InlineData("Host: example.com:8083", "Host: example.com:8083\r\nOrigin: https://App.Example", 101)]
    // the request line
    [InlineData("GET", "POST", 405)]
    [InlineData("GET", "get", 405)]
    [InlineData("GET", "G(T", 400)]
    [InlineData("GET /mqtt HTTP/1.1", "GET /mqtt", 400)]
    [InlineData("GET /mqtt HTTP/1.1", "GET  /mqtt HTTP/1.1", 400)]
    [InlineData("GET /mqtt HTTP/1.1", "GET /mqtt  HTTP/1.1", 400)]
    [InlineData("GET /mqtt HTTP/1.1", " GET /mqtt HTTP/1.1", 400)]
    [InlineData("GET /mqtt HTTP/1.1", "\r\nGET /mqtt HTTP/1.1", 101)]
    [InlineData("GET /mqtt HTTP/1.1", "\r\n\r\nGET /mqtt HTTP/1.1", 400)]
    [InlineData("GET /mqtt HTTP/1.1", "\nGET /mqtt HTTP/1.1", 400)]
    [InlineData("GET /mqtt ", "GET /mq tt ", 400)]
    [InlineData("GET /mqtt ", "GET /mqtt#top ", 400)]
    [InlineData("GET /mqtt ", "GET mqtt ", 400)]
    [InlineData("GET /mqtt ", "GET * ", 400)]
    [InlineData("GET /mqtt ", "GET /mqt\u00E9 ", 400)]
    [InlineData("GET /mqtt ", "GET ws://example.com/mqtt ", 400)]
    [InlineData("GET /mqtt ", "GET http:///mqtt ", 400)]
    [InlineData("GET /mqtt ", "GET http:// ", 400)]
    [InlineData("GET /mqtt ", "GET https://?x ", 400)]
    [InlineData("GET /mqtt ", "GET http://other.example:1234/mqtt ", 101)]
    [InlineData("GET /mqtt ", "GET http://user@example.com:8083/mqtt ", 400)]
    [InlineData("GET /mqtt ", "GET /other ", 404)]
    [InlineData("GET /mqtt ", "GET /mqtt/ ", 404)]
    [InlineData("GET /mqtt ", "GET /MQTT ", 404)]
    [InlineData("GET /mqtt ", "GET /%6Dqtt ", 404)]
    [InlineData("HTTP/1.1", "HTTP/1.0", 505)]
    [InlineData("HTTP/1.1", "HTTP/2.0", 505)]
    [InlineData("HTTP/1.1", "http/1.1", 400)]
    [InlineData("HTTP/1.1", "HTTP/1.11", 400)]
    [InlineData("HTTP/1.1", "HTTP/x.1", 400)]
    // lines and fields
    [InlineData("Upgrade: websocket\r\n", "Upgrade: websocket\n", 400)]
    [InlineData("\r\n\r\n", "\n\n", 400)]
    [InlineData("\r\n\r\n", "\r\n\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: websocket\r\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: web\rsocket\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade : websocket\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", " Upgrade: websocket\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: h2c,\r\n websocket\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: websocket\r\nno colon\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: websocket\r\n: no name\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: websocket\r\nX\u00E9: 1\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: websocket\r\nX: a\0b\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: websocket\r\nX: a\u007Fb\r\n", 400)]
    // required fields
    [InlineData("Host: example.com:8083\r\n", "", 400)]
    [InlineData("Host: example.com:8083\r\n", "Host:\r\n", 400)]
    [InlineData("Host: example.com:8083\r\n", "Host: a, b\r\n", 400)]
    [InlineData("Host: example.com:8083\r\n", "Host: example.com:8083\r\nHost: example.com:8083\r\n", 400)]
    [InlineData("Upgrade: websocket\r\n", "", 400)]
    [InlineData("Upgrade: websocket", "Upgrade: h2c", 400)]
    [InlineData("Upgrade: websocket", "Upgrade: websockets", 400)]
    [InlineData("Upgrade: websocket", "Upgrade: web socket", 400)]
    [InlineData("Connection: Upgrade\r\n", "", 400)]
    [InlineData("Connection: Upgrade", "Connection: keep-alive", 400)]
    [InlineData("Connection: Upgrade", "Connection: Upgraded", 400)]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZWE=", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZWFi", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbX lZSBub25jZQ==", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbX-lZSBub25jZQ==", 400)]
    [InlineData("Sec-WebSocket-Version", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version", 400)]
    [InlineData("Sec-WebSocket-Version: 13\r\n", "", 426)]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426)]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 014", 426)]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13, 8", 426)]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13", 400)]
    // what must not be there
    [InlineData("Host: ", "Content-Length: 5\r\nHost: ", 400)]
    [InlineData("Host: ", "content-length: +0\r\nHost: ", 400)]
    [InlineData("Host: ", "Transfer-Encoding: chunked\r\nHost: ", 400)]
    [InlineData("Host: ", "Origin: https://evil.example\r\nHost: ", 403)]
    [InlineData("Host: ", "Origin: http://example.com\r\nHost: ", 403)]
    [InlineData("Host: ", "Origin: http://example.com:8083.evil.example\r\nHost: ", 403)]
    [InlineData("Host: ", "Origin: https://app.example.evil.example\r\nHost: ", 403)]
    [InlineData("Host: ", "Origin: null\r\nHost: ", 403)]
    [InlineData("Host: ", "Origin:\r\nHost: ", 403)]
    [InlineData("Host: ", "Origin: https://app.example\r\nOrigin: https://evil.example\r\nHost: ", 400)]
    [InlineData("Sec-WebSocket-Protocol: mqtt\r\n", "", 400)]
    [InlineData("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: MQTT", 400)]
    [InlineData("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: mqtt5", 400)]
    [InlineData("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: amqp", 400)]
    [InlineData("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol:", 400)]
    [InlineData("Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: mqtt, a b", 400)]
    [InlineData("Host: ", "Sec-WebSocket-Extensions:\r\nHost: ", 400)]
    [InlineData("Host: ", "Sec-WebSocket-Extensions: a;\r\nHost: ", 400)]
    [InlineData("Host: ", "Sec-WebSocket-Extensions: a; b=\r\nHost: ", 400)]
    [InlineData("Host: ", "Sec-WebSocket-Extensions: a; b=\"c d\"\r\nHost: ", 400)]
    [InlineData("Host: ", "Sec-WebSocket-Extensions: a; b=\"c\r\nHost: ", 400)]
    [InlineData("Host: ", "Sec-WebSocket-Extensions: a; b=\"\"\r\nHost: ", 400)]
    [InlineData("Host: ", "Sec-WebSocket-Extensions: a b\r\nHost: ", 400)]
    [InlineData("Host: ", "Sec-WebSocket-Extensions: =\r\nHost: ", 400)]
    // other protocols at the same door
    [InlineData(Request, "\u0016\u0003\u0001", 400)]
    [InlineData(Request, "\u0010\u000E\0\u0004MQTT", 400)]
    [InlineData(Request, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)]
    [InlineData(Request, "GET /mqtt HTTP/1.1\r\nHost: example.com\r\n\r\n", 426)]
    public void Each_request_has_its_status(string part, string instead, int status)
    {
        string request = Request.Replace(part, instead, StringComparison.Ordinal);
        Assert.NotEqual(Request, request);
        byte[] bytes = Encoding.Latin1.GetBytes(request);
        foreach (byte[][] parts in Cuts.Of(bytes))
        {
            (int got, string answer) = Answer(parts);
            Assert.True(status == got, $"{got} instead of {status}: {answer}");
            Assert.StartsWith($"HTTP/1.1 {status} ", answer);
            Assert.Equal(status == 101, answer.Contains("Sec-WebSocket-Accept", StringComparison.Ordinal));
            if (status == 101) continue;
            string body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            Assert.Contains($"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: ", answer);
            Assert.Matches(@"^.{10,} \[WS-[0-9.]+-[0-9]+\]\n$", body);
        }
    }

    [Theory]
    [Rule("WS-4.2.2-4", "WS-4.4-1")]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "\r\nSec-WebSocket-Version: 13\r\n")]
    [InlineData("GET", "PUT", "\r\nAllow: GET\r\n")]
    public void A_refusal_says_what_would_be_right(string part, string instead, string line) =>
        Assert.Contains(line, Answer(Request.Replace(part, instead, StringComparison.Ordinal)).Answer);

    [Fact]
    public void A_page_opened_in_a_browser_is_told_what_this_is()
    {
        (int status, string answer) = Answer("GET /mqtt HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(426, status);
        Assert.Contains("\r\nUpgrade: websocket\r\n", answer);
        Assert.Contains("\r\nConnection: Upgrade, close\r\n", answer);
    }

    [Theory]
    [InlineData("GET /health HTTP/1.1\r\nHost: a\r\n\r\n", 200)]
    [InlineData("GET /health HTTP/1.0\r\nHost: a\r\n\r\n", 200)]
    [InlineData("GET /healthy HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    public void Health_is_answered(string request, int status)
    {
        (int got, string answer) = Answer(request);
        Assert.Equal(status, got);
        Assert.Equal(status == 200, answer.EndsWith("\r\n\r\nok\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Size_and_count_are_limited()
    {
        string filler = new('x', HttpHead.MaxRequestSize - Request.Length - "X: \r\n".Length);
        Assert.Equal(101, Answer(Request.Replace("Host", $"X: {filler}\r\nHost", StringComparison.Ordinal)).Status);
        Assert.Equal(431, Answer(Request.Replace("Host", $"X: {filler}x\r\nHost", StringComparison.Ordinal)).Status);
        Assert.Equal(431, Answer($"GET /{new string('x', 20_000)}").Status);

        string fields = string.Concat(Enumerable.Range(0, HttpHead.MaxRequestFields - 6).Select(i => $"A{i}:\r\n"));
        Assert.Equal(101, Answer(Request.Replace("Host", fields + "Host", StringComparison.Ordinal)).Status);
        Assert.Equal(431, Answer(Request.Replace("Host", fields + "B:\r\nHost", StringComparison.Ordinal)).Status);
    }

    [Fact]
    public void Bytes_behind_the_request_are_left_for_the_frames()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Request + "frames");
        var handshake = new ServerHandshake(new ServerHandshakeOptions());
        Assert.Equal(OperationStatus.Done, handshake.TryRead(bytes, out int consumed, new ArrayBufferWriter<byte>()));
        Assert.Equal(Request.Length, consumed);
    }

    [Fact]
    [Rule("WS-4.2.2-6", "WS-4.2.2-7", "WS-4.2.2-8", "WS-10.1-1")]
    public void The_options_decide_what_is_served()
    {
        var options = new ServerHandshakeOptions { Paths = null, Subprotocols = null };
        Assert.Contains("\r\nSec-WebSocket-Protocol: chat\r\n",
            Answer(Request.Replace("mqtt\r\n\r\n", "chat, mqtt\r\n\r\n", StringComparison.Ordinal), options).Answer);
        string none = Request.Replace("Sec-WebSocket-Protocol: mqtt\r\n", "", StringComparison.Ordinal).Replace("/mqtt", "/any", StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", Answer(none, options).Answer);
        options = new ServerHandshakeOptions { AllowMissingSubprotocol = true, AllowedOrigins = ["*"], AnswerGet = null };
        Assert.DoesNotContain("Sec-WebSocket-Protocol", Answer(Request.Replace("mqtt\r\n\r\n", "amqp\r\n\r\n", StringComparison.Ordinal), options).Answer);
        Assert.Equal(101, Answer(Request.Replace("Host", "Origin: https://evil.example\r\nHost", StringComparison.Ordinal), options).Status);
        Assert.Equal(404, Answer("GET /health HTTP/1.1\r\nHost: a\r\n\r\n", options).Status);
    }

    [Theory]
    [Rule("MQTT-6.0.0-4", "WS-4.2.2-6")]
    [InlineData("mqttv3.1, mqtt", "mqtt")]
    [InlineData("mqttv3.1\r\nSec-WebSocket-Protocol: chat, mqtt", "mqtt")]
    [InlineData("chat, mqttv3.1", "mqttv3.1")]
    public void The_servers_order_of_subprotocols_decides(string offered, string chosen) =>
        Assert.Contains($"\r\nSec-WebSocket-Protocol: {chosen}\r\n",
            Answer(Request.Replace("mqtt\r\n\r\n", $"{offered}\r\n\r\n", StringComparison.Ordinal)).Answer);

    [Fact]
    public void The_request_can_be_read_afterwards()
    {
        string request = Request.Replace("/mqtt ", "/mqtt?a=b ", StringComparison.Ordinal).Replace(
            "Upgrade: w",
            "Origin: http://example.com:8083\r\nX-Forwarded-For: 1.2.3.4\r\nx-forwarded-for: 5.6.7.8:99\r\nX-Real-IP: 9.9.9.9\r\nForwarded: for=\"[::1]:4\"\r\n"
            + "Upgrade: w",
            StringComparison.Ordinal);
        var handshake = new ServerHandshake(new ServerHandshakeOptions { IsFromProxy = true });
        handshake.TryRead(Encoding.ASCII.GetBytes(request), out _, new ArrayBufferWriter<byte>());
        Assert.Equal(
            new AcceptedHandshake
            {
                Path = "/mqtt",
                Query = "a=b",
                Host = "example.com:8083",
                Origin = "http://example.com:8083",
                Subprotocol = "mqtt",
                ProxyHeader = "1.2.3.4, 5.6.7.8:99",
                IsForwarded = true,
            },
            handshake.Accepted);
    }

    internal static (int Status, string Answer) Answer(string request, ServerHandshakeOptions? options = null) =>
        Answer([Encoding.Latin1.GetBytes(request)], options);

    internal static (int Status, string Answer) Answer(byte[][] parts, ServerHandshakeOptions? options = null)
    {
        var handshake = new ServerHandshake(options ?? new ServerHandshakeOptions { AllowedOrigins = ["https://app.example/"] });
        var answer = new ArrayBufferWriter<byte>();
        List<byte> received = [];
        foreach (byte[] part in parts)
        {
            received.AddRange(part);
            OperationStatus status = handshake.TryRead(received.ToArray(), out _, answer);
            Assert.Equal(status == OperationStatus.NeedMoreData, answer.WrittenCount == 0);
            if (status != OperationStatus.NeedMoreData)
                return (status == OperationStatus.Done ? 101 : handshake.Refusal!.Status, Encoding.UTF8.GetString(answer.WrittenSpan));
        }

        return (0, "");
    }
}
