// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

/// <summary>What a client that was refused knows of the refusal.</summary>
public sealed class OpeningHandshakeTests : IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Soon => deadline.Token;

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task A_refused_client_learns_why()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        Task<WebSocketStream?> accepting = WebSocketStream.AcceptAsync(loopback.Server, new ServerHandshakeOptions(), Soon);
        var request = new ClientHandshake { Host = "localhost", Resource = "/elsewhere" };
        var refused = await Assert.ThrowsAsync<WebSocketHandshakeException>(() => WebSocketStream.ConnectAsync(loopback.Client, request, Soon));
        loopback.Client.Dispose();
        Assert.Null(await accepting);
        Assert.Equal(404, refused.StatusCode);
        Assert.Equal("there is no WebSocket service at this path [WS-4.2.2-5]\n", refused.Body);
        Assert.Contains(refused.Headers, field => field is { Key: "Content-Type", Value: "text/plain; charset=utf-8" });
    }

    [Theory]
    [InlineData("404 x\r\nContent-Length: 2\r\n\r\nno")]
    [InlineData("404 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n")]
    [InlineData("204 x\r\n\r\n")]
    public async Task A_server_that_keeps_the_connection_open_holds_up_no_refusal(string answer)
    {
        var below = new ScriptedStream(Encoding.ASCII.GetBytes("HTTP/1.1 " + answer));
        var refused = await Assert.ThrowsAsync<WebSocketHandshakeException>(() =>
            WebSocketStream.ConnectAsync(below, new ClientHandshake { Host = "localhost" }, Soon));
        Assert.Equal(answer.Contains("no", StringComparison.Ordinal) ? "no" : "", refused.Body);
        Assert.Equal(1, below.Reads);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_long_refusal_the_first_kilobyte_is_kept(bool inChunks)
    {
        using Loopback loopback = await Loopback.OpenAsync();
        Task<WebSocketStream> connecting = WebSocketStream.ConnectAsync(loopback.Client, new ClientHandshake { Host = "localhost" }, Soon);
        string body = inChunks ? string.Concat(Enumerable.Repeat("7\r\nbbbbbbb\r\n", 10_000)) : new string('b', 100_000);
        await loopback.Server.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 500 x\r\n{(inChunks ? "Transfer-Encoding: chunked\r\n" : "")}\r\n{body}"), Soon);
        var refused = await Assert.ThrowsAsync<WebSocketHandshakeException>(() => connecting);
        Assert.Equal(new string('b', 1024), refused.Body);
    }
}
