// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

public class ClientHandshakeTests
{
    private const string Answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

    private static readonly byte[] Key = Encoding.ASCII.GetBytes("dGhlIHNhbXBsZSBub25jZQ==");

    [Fact]
    [Rule("WS-4.1-16", "WS-4.1-17", "WS-4.1-18", "WS-4.1-19", "WS-4.1-20", "WS-4.1-21", "WS-4.1-22", "WS-4.1-25", "WS-4.1-26", "WS-11.3.1-1", "WS-11.3.5-1")]
    public void The_request_is_written_in_order()
    {
        var request = new ClientHandshake
        {
            Host = "example.com:8083",
            Resource = "/mqtt?token=a%20b",
            Subprotocols = ["mqtt", "mqttv3.1"],
            Headers = [new("Authorization", "Basic x"), new("Cookie", "a=b; c=d"), new("Origin", "http://example.com"), new("X-Own", "1")],
        };
        var output = new ArrayBufferWriter<byte>();
        request.WriteRequest(Key, output);
        Assert.Equal(
            "GET /mqtt?token=a%20b HTTP/1.1\r\nHost: example.com:8083\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt, mqttv3.1\r\n"
            + "Authorization: Basic x\r\nCookie: a=b; c=d\r\nOrigin: http://example.com\r\nX-Own: 1\r\n\r\n",
            Encoding.ASCII.GetString(output.WrittenSpan));
        Assert.Equal(101, ServerHandshakeTests.Answer([output.WrittenSpan.ToArray()],
            new ServerHandshakeOptions { AllowedOrigins = ["http://example.com"] }).Status);
    }

    [Fact]
    [Rule("WS-4.1-26")]
    public void Nothing_is_offered_when_there_is_nothing_to_offer()
    {
        var output = new ArrayBufferWriter<byte>();
        new ClientHandshake { Host = "a", Subprotocols = [] }.WriteRequest(Key, output);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", Encoding.ASCII.GetString(output.WrittenSpan));
    }

    [Theory]
    [Rule("WS-4.1-16", "WS-4.1-26", "WS-4.1-27", "WS-3-4", "WS-4.1-2")]
    [InlineData("Host", "")]
    [InlineData("Host", "a b")]
    [InlineData("Host", "a\r\nX: y")]
    [InlineData("Resource", "mqtt")]
    [InlineData("Resource", "")]
    [InlineData("Resource", "/a#b")]
    [InlineData("Resource", "/a b")]
    [InlineData("Resource", "/\u00E9")]
    [InlineData("Subprotocol", "")]
    [InlineData("Subprotocol", "a b")]
    [InlineData("Subprotocol", "a,b")]
    [InlineData("Subprotocol", "twice")]
    [InlineData("Header", "Host")]
    [InlineData("Header", "upgrade")]
    [InlineData("Header", "Connection")]
    [InlineData("Header", "sec-websocket-key")]
    [InlineData("Header", "Sec-WebSocket-Extensions")]
    [InlineData("Header", "Content-Length")]
    [InlineData("Header", "Transfer-Encoding")]
    [InlineData("Header", "")]
    [InlineData("Header", "a:b")]
    [InlineData("Value", "a\r\nb")]
    [InlineData("Value", "a\0b")]
    public void A_malformed_request_is_not_written(string part, string value) => Assert.Throws<ArgumentException>(() => part switch
    {
        "Host" => new ClientHandshake { Host = value },
        "Resource" => new ClientHandshake { Host = "a", Resource = value },
        "Subprotocol" => new ClientHandshake { Host = "a", Subprotocols = value == "twice" ? ["mqtt", "mqtt"] : [value] },
        "Header" => new ClientHandshake { Host = "a", Headers = [new(value, "x")] },
        _ => new ClientHandshake { Host = "a", Headers = [new("X", value)] },
    });

    [Theory]
    [Rule("WS-4.1-29", "WS-4.1-30", "WS-4.1-31", "WS-4.1-32", "WS-4.1-33", "WS-4.1-34", "WS-4.1-35", "WS-4.1-36", "WS-4.1-37")]
    [Rule("WS-11.3.2-1", "WS-11.3.3-1", "WS-11.3.4-1", "WS-9.1-6", "WS-5.8-1", "WS-7.2.1-1")]
    [InlineData("", "", null)]
    [InlineData("101 Switching Protocols", "101 ", null)]
    [InlineData("101 Switching Protocols", "101", null)]
    [InlineData("Upgrade: websocket", "upgrade:  WEBSOCKET ", null)]
    [InlineData("Connection: Upgrade", "Connection: keep-alive, upgrade", null)]
    [InlineData("Sec-WebSocket-Accept: s3p", "SEC-WEBSOCKET-ACCEPT:s3p", null)]
    [InlineData("Sec-WebSocket-Protocol: mqtt\r\n", "", null)]
    [InlineData("Connection: Upgrade", "Connection: keep-alive\r\nX: y\r\nConnection: Upgrade", null)]
    [InlineData("101 Switching Protocols", "200 OK", "WS-4.1-29")]
    [InlineData("101 Switching Protocols", "301 Moved\r\nLocation: /other", "WS-4.1-29")]
    [InlineData("101 Switching Protocols", "401 Unauthorized", "WS-4.1-29")]
    [InlineData("101 Switching Protocols", "1010 x", "WS-4.1-35")]
    [InlineData("101 Switching Protocols", "10x y", "WS-4.1-35")]
    [InlineData("HTTP/1.1", "HTTP/1.0", "WS-4.1-35")]
    [InlineData("HTTP/1.1", "HTTP/2.0", "WS-4.1-35")]
    [InlineData("HTTP/1.1", "ICY", "WS-4.1-35")]
    [InlineData("HTTP/1.1", "\u0088\u0002", "WS-4.1-35")]
    [InlineData("Upgrade: websocket\r\n", "", "WS-4.1-30")]
    [InlineData("Upgrade: websocket", "Upgrade: websockets", "WS-4.1-30")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket, h2c", "WS-4.1-30")]
    [InlineData("Connection: Upgrade\r\n", "", "WS-4.1-31")]
    [InlineData("Connection: Upgrade", "Connection: close", "WS-4.1-31")]
    [InlineData("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "", "WS-4.1-32")]
    [InlineData("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "WS-4.1-32")]
    [InlineData("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, x", "WS-4.1-32")]
    [InlineData("\r\nSec-WebSocket-A", "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-A", "WS-4.1-32")]
    [InlineData("\r\nSec-WebSocket-A", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-A", "WS-4.1-33")]
    [InlineData("\r\nSec-WebSocket-A", "\r\nSec-WebSocket-Extensions:\r\nSec-WebSocket-A", "WS-4.1-33")]
    [InlineData("Protocol: mqtt", "Protocol: chat", "WS-4.1-34")]
    [InlineData("Protocol: mqtt", "Protocol: MQTT", "WS-4.1-34")]
    [InlineData("Protocol: mqtt", "Protocol:", "WS-4.1-34")]
    [InlineData("Protocol: mqtt", "Protocol: mqtt, mqttv3.1", "WS-4.1-34")]
    [InlineData("Protocol: mqtt", "Protocol: mqtt\r\nSec-WebSocket-Protocol: mqtt", "WS-11.3.4-1")]
    [InlineData("Upgrade: websocket\r\n", "Upgrade: websocket\n", "WS-4.1-35")]
    [InlineData("Upgrade: websocket", "Upgrade : websocket", "WS-4.1-35")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket\r\n folded", "WS-4.1-35")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket\r\nX: \0", "WS-4.1-35")]
    public void Each_answer_is_taken_or_refused(string part, string instead, string? rule)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(part.Length == 0 ? Answer : Answer.Replace(part, instead, StringComparison.Ordinal));
        foreach (byte[][] parts in Cuts.Of(bytes))
        {
            UpgradeResponse response = Read(parts, out OperationStatus status, out int consumed);
            Assert.Equal(rule, response.Rule);
            Assert.Equal(rule is null ? OperationStatus.Done : OperationStatus.InvalidData, status);
            if (rule is not null) continue;
            Assert.Equal(bytes.Length, consumed);
            Assert.Equal(Encoding.Latin1.GetString(bytes).Contains("Protocol: mqtt", StringComparison.Ordinal) ? "mqtt" : null, response.Subprotocol);
        }
    }

    [Fact]
    public void An_answer_without_end_is_refused()
    {
        byte[] endless = Encoding.ASCII.GetBytes(Answer[..^2] + "X: " + new string('x', HttpHead.MaxResponseSize));
        UpgradeResponse response = Read([endless], out OperationStatus status, out _);
        Assert.Equal(OperationStatus.InvalidData, status);
        Assert.Contains("65536", response.Failure);
    }

    [Fact]
    [Rule("WS-4.2.2-13")]
    public void The_erratum_of_the_example_key_is_tolerated()
    {
        Assert.True(AcceptKey.IsKey("AQIDBAUGBwgJCgsMDQ4PEA=="u8));
        Assert.True(AcceptKey.IsKey("AQIDBAUGBwgJCgsMDQ4PEC=="u8));
        byte[] accept = new byte[AcceptKey.AcceptSize];
        AcceptKey.Write("dGhlIHNhbXBsZSBub25jZQ=="u8, accept);
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Encoding.ASCII.GetString(accept));
    }

    private static UpgradeResponse Read(byte[][] parts, out OperationStatus status, out int consumed)
    {
        var response = new UpgradeResponse(new ClientHandshake { Host = "a", Subprotocols = ["mqtt", "mqttv3.1"] }, Key);
        List<byte> received = [];
        consumed = 0;
        status = OperationStatus.NeedMoreData;
        foreach (byte[] part in parts)
        {
            received.AddRange(part);
            status = response.TryRead(received.ToArray(), out consumed);
            if (status != OperationStatus.NeedMoreData) break;
        }

        return response;
    }
}
