// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

public sealed class WebSocketStreamTests : IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Soon => deadline.Token;

    public void Dispose() => deadline.Dispose();

    [Fact]
    [Rule("WS-4.1-1", "WS-4.1-15", "WS-4.2.2-1", "WS-4.2.2-16", "WS-6.1-7")]
    public async Task The_stream_opens_and_carries_bytes_both_ways()
    {
        (WebSocketStream client, WebSocketStream server) = await OpenAsync();
        Assert.Equal("mqtt", client.Subprotocol);
        Assert.Equal("/mqtt", server.Request!.Path);
        Assert.Equal("mqtt", server.Request.Subprotocol);

        byte[] payload = new byte[300_000];
        new Random(1).NextBytes(payload);
        foreach ((WebSocketStream from, WebSocketStream to) in new[] { (client, server), (server, client) })
        {
            Task write = from.WriteAsync(payload, Soon).AsTask();
            byte[] got = new byte[payload.Length];
            await to.ReadExactlyAsync(got, Soon);
            await write;
            Assert.Equal(payload, got);
        }

        client.Abort();
        server.Abort();
    }

    [Fact]
    [Rule("WS-5.5.1-8", "WS-7.1.2-1", "WS-7.1.2-2", "WS-7.1.5-1", "WS-7.1.6-1", "WS-7.3-2")]
    public async Task The_stream_closes_cleanly_from_either_end()
    {
        foreach (bool clientFirst in new[] { true, false })
        {
            (WebSocketStream client, WebSocketStream server) = await OpenAsync();
            (WebSocketStream first, WebSocketStream second) = clientFirst ? (client, server) : (server, client);
            Task<int> reading = second.ReadAsync(new byte[100], Soon).AsTask();
            Task closing = first.CloseAsync(CloseCode.GoingAway, "done", Soon);
            Assert.Equal(0, await reading);
            Assert.Equal(CloseCode.GoingAway, second.CloseCode);
            Assert.Equal("done", second.CloseReason);
            await second.DisposeAsync();
            await closing;
            Assert.Equal(CloseCode.GoingAway, first.CloseCode);
            await first.DisposeAsync();
        }
    }

    [Fact]
    [Rule("WS-5.1-2", "WS-5.5.1-1")]
    public async Task A_violation_ends_in_a_close_frame_and_then_the_end()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var server = new WebSocketStream(loopback.Server, WebSocketRole.Server);
        byte[] sent = [.. RawFrame.To(WebSocketRole.Server, 0x82, "data"), 0x81, 0x01, 0x41];
        await loopback.Client.WriteAsync(sent, Soon);
        byte[] buffer = new byte[100];
        Assert.Equal(4, await server.ReadAsync(buffer, Soon));
        Assert.Equal("data", Encoding.ASCII.GetString(buffer, 0, 4));
        Task<WebSocketViolationException> violation = Assert.ThrowsAsync<WebSocketViolationException>(() => server.ReadExactlyAsync(buffer, Soon).AsTask());
        (byte[] answer, bool wasReset) = await Loopback.ReadToEndAsync(loopback.Client, Soon);
        Assert.False(wasReset);
        Assert.Equal([0x88, 0x1E, 0x03, 0xEA], answer[..4]);
        loopback.Client.Dispose();
        Assert.Equal("WS-5.1-2", (await violation).Rule);
        await server.DisposeAsync();
    }

    [Fact]
    [Rule("WS-4.1-28", "WS-4.1-23")]
    public async Task The_client_waits_for_the_answer_and_takes_what_comes_behind_it()
    {
        HashSet<string> keys = [];
        for (int i = 0; i < 20; i++)
        {
            using Loopback loopback = await Loopback.OpenAsync();
            Task<WebSocketStream> connecting = WebSocketStream.ConnectAsync(loopback.Client, new ClientHandshake { Host = "localhost" }, Soon);
            byte[] request = new byte[4096];
            int length = await loopback.Server.ReadAsync(request, Soon);
            string text = Encoding.ASCII.GetString(request, 0, length);
            Assert.EndsWith("\r\n\r\n", text);
            Assert.Equal(0, loopback.ServerSocket.Available);
            string key = text.Split("Sec-WebSocket-Key: ")[1][..24];
            Assert.True(keys.Add(key));
            byte[] accept = new byte[AcceptKey.AcceptSize];
            AcceptKey.Write(Encoding.ASCII.GetBytes(key), accept);
            byte[] answer = Encoding.ASCII.GetBytes(
                $"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Encoding.ASCII.GetString(accept)}\r\n\r\n");
            byte[] frame = RawFrame.To(WebSocketRole.Client, 0x82, "early");
            await loopback.Server.WriteAsync(RawFrame.Join(answer, frame[..3]), Soon);
            WebSocketStream client = await connecting;
            await loopback.Server.WriteAsync(frame.AsMemory(3), Soon);
            byte[] early = new byte[5];
            await client.ReadExactlyAsync(early, Soon);
            Assert.Equal("early"u8.ToArray(), early);
        }
    }

    [Theory]
    [Rule("WS-4.1-29", "WS-4.1-35", "WS-7.2.1-1", "WS-4.1-10")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: ws://other/\r\nContent-Length: 4\r\n\r\ngone", 302, "gone", "WS-4.1-29")]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno", 401, "no", "WS-4.1-29")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n<html>", 200, "<html>", "WS-4.1-29")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", null, "SSH-2.0-OpenSSH_9.2\r\n", "WS-4.1-35")]
    [InlineData("HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfir\r\n0A;x=y\r\nst\r\nsecond\r\n0\r\n\r\n", 500, "first\r\nsecond", "WS-4.1-29")]
    [InlineData("HTTP/1.1 404 x\r\nTransfer-Encoding: Chunked\r\nContent-Length: 9\r\n\r\nf\r\ncut", 404, "cut", "WS-4.1-29")]
    [InlineData("HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\n\r\nnot in chunks\r\n", 404, "", "WS-4.1-29")]
    [InlineData("HTTP/1.1 204 x\r\n\r\n", 204, "", "WS-4.1-29")]
    [InlineData("HTTP/1.1 abc\r\n\r\nx", null, "HTTP/1.1 abc\r\n\r\nx", "WS-4.1-35")]
    [InlineData("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 101, "", "WS-4.1-32")]
    [InlineData("HTTP/1.1 101 x\r\n", null, "", "WS-4.1-35")]
    public async Task A_refused_client_keeps_what_it_was_told(string answer, int? status, string body, string rule)
    {
        using Loopback loopback = await Loopback.OpenAsync();
        Task<WebSocketStream> connecting = WebSocketStream.ConnectAsync(loopback.Client, new ClientHandshake { Host = "localhost" }, Soon);
        Assert.InRange(await loopback.Server.ReadAsync(new byte[4096], Soon), 100, 4096);
        await loopback.Server.WriteAsync(Encoding.ASCII.GetBytes(answer), Soon);
        loopback.ServerSocket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var refused = await Assert.ThrowsAsync<WebSocketHandshakeException>(() => connecting);
        Assert.Equal((status, body, rule), (refused.StatusCode, refused.Body, refused.Rule));
    }

    [Fact]
    [Rule("WS-5.3-5", "WS-5.4-1", "WS-10.3-2")]
    public async Task Large_transfers_arrive_unchanged()
    {
        (WebSocketStream client, WebSocketStream server) = await OpenAsync();
        foreach ((WebSocketStream from, WebSocketStream to, int seed) in new[] { (client, server, 1), (server, client, 2) })
        {
            const int Total = 20_000_000;
            using var sent = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
            using var got = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
            Task writing = Task.Run(async () =>
            {
                var random = new Random(seed);
                byte[] buffer = new byte[300_000];
                for (int left = Total; left > 0;)
                {
                    int length = Math.Min(left, random.Next(random.Next(3) switch { 0 => 100, 1 => 5000, _ => buffer.Length }) + 1);
                    random.NextBytes(buffer.AsSpan(0, length));
                    sent.AppendData(buffer, 0, length);
                    await from.WriteAsync(buffer.AsMemory(0, length), Soon);
                    Array.Clear(buffer);
                    left -= length;
                }
            });
            byte[] received = new byte[65536];
            var sizes = new Random(-seed);
            for (int left = Total; left > 0;)
            {
                int read = await to.ReadAsync(received.AsMemory(0, sizes.Next(1, received.Length)), Soon);
                Assert.NotEqual(0, read);
                got.AppendData(received, 0, read);
                left -= read;
            }

            await writing;
            Assert.Equal(Convert.ToHexString(sent.GetHashAndReset()), Convert.ToHexString(got.GetHashAndReset()));
        }

        client.Abort();
        server.Abort();
    }

    private async Task<(WebSocketStream Client, WebSocketStream Server)> OpenAsync()
    {
        Loopback loopback = await Loopback.OpenAsync();
        Task<WebSocketStream?> accepting = WebSocketStream.AcceptAsync(loopback.Server, new ServerHandshakeOptions(), Soon);
        WebSocketStream client = await WebSocketStream.ConnectAsync(loopback.Client, new ClientHandshake { Host = "localhost" }, Soon);
        return (client, Assert.IsType<WebSocketStream>(await accepting));
    }
}
