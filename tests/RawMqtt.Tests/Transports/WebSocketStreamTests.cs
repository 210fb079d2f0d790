using System.Text;
using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

public sealed class WebSocketStreamTests : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(20));

    private CancellationToken Soon => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Fact]
    [Rule("WS-4.1-1", "WS-4.1-15", "WS-4.2.2-1", "WS-4.2.2-16", "WS-6.1-7")]
    public async Task OpensAndCarriesBytesBothWays()
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
    public async Task ClosesCleanlyFromEitherEnd()
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
    public async Task RefusedClientLearnsWhy()
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

    [Fact]
    [Rule("WS-5.1-2", "WS-5.5.1-1")]
    public async Task AViolationEndsInACloseFrameAndThenTheEnd()
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

    private async Task<(WebSocketStream Client, WebSocketStream Server)> OpenAsync()
    {
        Loopback loopback = await Loopback.OpenAsync();
        Task<WebSocketStream?> accepting = WebSocketStream.AcceptAsync(loopback.Server, new ServerHandshakeOptions(), Soon);
        WebSocketStream client = await WebSocketStream.ConnectAsync(loopback.Client, new ClientHandshake { Host = "localhost" }, Soon);
        return (client, Assert.IsType<WebSocketStream>(await accepting));
    }
}
