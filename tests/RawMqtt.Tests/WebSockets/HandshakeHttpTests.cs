// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

/// <summary>What HTTP demands of an opening handshake beside RFC 6455: RFC 9110 and 9112.</summary>
public class HandshakeHttpTests
{
    private const string Request = ServerHandshakeTests.Request;
    private const string Opened =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    [Theory]
    [Rule("WS-4.2.2-4", "WS-4.4-1")]
    [InlineData("Sec-WebSocket-Version: 13\r\n", "")]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8")]
    public void A_wrong_version_is_told_both_the_upgrade_and_the_right_version(string part, string instead)
    {
        string answer = AnswerTo(Request.Replace(part, instead, StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 426 ", answer);
        Assert.Contains("\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", answer);
        Assert.Contains("\r\nConnection: Upgrade, close\r\n", answer);
    }

    [Theory]
    [InlineData("/health", 200, 3)]
    [InlineData("/mqtt", 405, null)]
    [InlineData("/other", 405, null)]
    public void A_request_with_HEAD_gets_no_body(string path, int status, int? length)
    {
        string answer = AnswerTo($"HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer);
        Assert.EndsWith("\r\n\r\n", answer);
        Assert.Contains($"\r\nContent-Length: {length}", answer);
    }

    [Theory]
    [InlineData("http://example.com:8083", "http://example.com:8083", 101)]
    [InlineData("http://example.com:8083", "http://named.in.host", 403)]
    public void The_host_of_an_absolute_target_counts_and_the_Host_field_does_not(string target, string origin, int status)
    {
        string request = Request.Replace("GET /mqtt ", $"GET {target}/mqtt ", StringComparison.Ordinal)
            .Replace("Host: example.com:8083", $"Host: named.in.host\r\nOrigin: {origin}", StringComparison.Ordinal);
        Assert.StartsWith($"HTTP/1.1 {status} ", AnswerTo(request));
    }

    [Fact]
    public void Frames_behind_a_request_with_an_empty_line_before_it_are_found()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("\r\n" + Request + "frames");
        foreach (byte[][] parts in Cuts.Of(bytes[..^6]))
        {
            var handshake = new ServerHandshake(new ServerHandshakeOptions());
            List<byte> received = [];
            OperationStatus status = OperationStatus.NeedMoreData;
            int consumed = 0;
            foreach (byte[] part in parts)
            {
                Assert.Equal(OperationStatus.NeedMoreData, status);
                received.AddRange(part);
                status = handshake.TryRead(received.ToArray(), out consumed, new ArrayBufferWriter<byte>());
            }

            Assert.Equal((OperationStatus.Done, bytes.Length - 6), (status, consumed));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nUpgrade: h2c\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")]
    public void An_interim_response_is_read_over(string interim)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(interim + Opened);
        foreach (byte[][] parts in Cuts.Of(bytes))
        {
            (UpgradeResponse response, OperationStatus status, int consumed) = Read(parts);
            Assert.Equal((OperationStatus.Done, 101, bytes.Length), (status, response.Status, consumed));
        }
    }

    [Fact]
    public void Interim_responses_without_end_are_refused()
    {
        byte[] endless = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 3000)));
        (UpgradeResponse response, OperationStatus status, _) = Read([endless]);
        Assert.Equal(OperationStatus.InvalidData, status);
        Assert.Contains("a head of more than", response.Failure);
    }

    [Theory]
    [InlineData(100, 500)]
    [InlineData(1, 60_000)]
    public void A_response_with_much_head_is_taken(int count, int length)
    {
        string fields = string.Concat(Enumerable.Range(0, count).Select(i => $"Set-Cookie: c{i}={new string('x', length)}\r\n"));
        (_, OperationStatus status, _) = Read([Encoding.ASCII.GetBytes(Opened.Replace("Upgrade: w", fields + "Upgrade: w", StringComparison.Ordinal))]);
        Assert.Equal(OperationStatus.Done, status);
    }

    [Theory]
    [InlineData(600, 1, "more than 512 header fields")]
    [InlineData(1, 70_000, "a head of more than 65536 bytes")]
    public void A_response_with_too_much_head_is_called_too_large(int count, int length, string failure)
    {
        string fields = string.Concat(Enumerable.Range(0, count).Select(i => $"Set-Cookie: c{i}={new string('x', length)}\r\n"));
        byte[] answer = Encoding.ASCII.GetBytes(Opened.Replace("Upgrade: w", fields + "Upgrade: w", StringComparison.Ordinal));
        (UpgradeResponse response, OperationStatus status, _) = Read([answer]);
        Assert.Equal((OperationStatus.InvalidData, 101), (status, response.Status));
        Assert.Contains(failure, response.Failure);
    }

    private static string AnswerTo(string request)
    {
        var answer = new ArrayBufferWriter<byte>();
        new ServerHandshake(new ServerHandshakeOptions()).TryRead(Encoding.ASCII.GetBytes(request), out _, answer);
        return Encoding.UTF8.GetString(answer.WrittenSpan);
    }

    private static (UpgradeResponse Response, OperationStatus Status, int Consumed) Read(byte[][] parts)
    {
        var response = new UpgradeResponse(new ClientHandshake { Host = "a", Subprotocols = ["mqtt"] }, "dGhlIHNhbXBsZSBub25jZQ=="u8.ToArray());
        List<byte> received = [];
        OperationStatus status = OperationStatus.NeedMoreData;
        int consumed = 0;
        foreach (byte[] part in parts)
        {
            received.AddRange(part);
            status = response.TryRead(received.ToArray(), out consumed);
            if (status != OperationStatus.NeedMoreData) break;
        }

        return (response, status, consumed);
    }
}
