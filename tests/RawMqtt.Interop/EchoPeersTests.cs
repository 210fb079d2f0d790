// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The programs that conformance suites drive, from the suite's side, with the framework's WebSocket.</summary>
public sealed class EchoPeersTests : IDisposable
{
    private readonly CancellationTokenSource deadline = new(RealProcess.Patience);

    private CancellationToken Soon => deadline.Token;

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task Server_echoes_every_message_with_its_type()
    {
        await using RealProcess server = RealProcess.Start("dotnet", RealPart.EchoPeers, "server", "0");
        var address = new Uri((await server.LineAsync("listening "))["listening ".Length..] + "/any/path?query");
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("any.subprotocol");
        await client.ConnectAsync(address, Soon);
        Assert.Equal("any.subprotocol", client.SubProtocol);

        foreach ((WebSocketMessageType type, byte[] message) in new[] { (WebSocketMessageType.Text, "h\u00E9llo"u8.ToArray()),
            (WebSocketMessageType.Binary, new byte[3_000_000]), (WebSocketMessageType.Text, []) })
        {
            await client.SendAsync(message, type, endOfMessage: true, Soon);
            (WebSocketMessageType echoedType, byte[] echoed) = await ReceiveAsync(client);
            Assert.Equal(type, echoedType);
            Assert.Equal(message, echoed);
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Soon);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    /// <summary>All of 127/8 is this machine, and a listener on 127.0.0.1 takes nothing at the other addresses.</summary>
    [Fact]
    public async Task Server_listens_on_loopback_alone()
    {
        await using RealProcess server = RealProcess.Start("dotnet", RealPart.EchoPeers, "server", "0");
        var address = new Uri((await server.LineAsync("listening "))["listening ".Length..]);
        Assert.Equal("127.0.0.1", address.Host);
        using (var here = new TcpClient()) await here.ConnectAsync(IPAddress.Loopback, address.Port, Soon);
        using var other = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () => await other.ConnectAsync(IPAddress.Parse("127.0.0.2"), address.Port, Soon));
    }

    [Fact]
    public async Task Client_runs_every_case_and_asks_for_the_report_however_the_suite_ends_connections()
    {
        using var suite = new HttpListener();
        string address = $"127.0.0.1:{FreePort.Take()}";
        suite.Prefixes.Add($"http://{address}/");
        suite.Start();
        await using RealProcess client = RealProcess.Start("dotnet", RealPart.EchoPeers, "client", $"ws://{address}");

        using (WebSocket count = await AcceptAsync(suite, "/getCaseCount"))
        {
            await count.SendAsync("4"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Soon);
            await count.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Soon);
        }

        (await RequestAsync(suite, "/runCase?case=1&agent=RawMqtt")).Response.Abort();
        HttpListenerResponse refusal = (await RequestAsync(suite, "/runCase?case=2&agent=RawMqtt")).Response;
        refusal.StatusCode = 500;
        refusal.Close();
        using (WebSocket cut = await AcceptAsync(suite, "/runCase?case=3&agent=RawMqtt"))
        {
            await cut.SendAsync("half a message"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, Soon);
            cut.Abort();
        }

        using (WebSocket echo = await AcceptAsync(suite, "/runCase?case=4&agent=RawMqtt"))
        {
            await echo.SendAsync("echo"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Soon);
            (WebSocketMessageType type, byte[] message) = await ReceiveAsync(echo);
            Assert.Equal((WebSocketMessageType.Text, "echo"), (type, Encoding.UTF8.GetString(message)));
            await echo.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Soon);
        }

        using (WebSocket report = await AcceptAsync(suite, "/updateReports?agent=RawMqtt"))
            await report.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Soon);
        Finished ended = await client.FinishAsync();
        Assert.Equal((0, "4 cases run"), (ended.ExitCode, ended.Output.TrimEnd()));
    }

    [Fact]
    public async Task Client_knows_the_count_though_the_suite_resets_the_connection_behind_it()
    {
        using var suite = new TcpListener(IPAddress.Loopback, 0);
        suite.Start();
        await using RealProcess client = RealProcess.Start("dotnet", RealPart.EchoPeers, "client", $"ws://{suite.LocalEndpoint}");
        using (Socket count = await suite.AcceptSocketAsync(Soon))
        {
            byte[] request = new byte[4096];
            int length = await count.ReceiveAsync(request, Soon);
            byte[] answer = Encoding.ASCII.GetBytes(AnswerTo(Encoding.ASCII.GetString(request, 0, length)));
            await count.SendAsync((byte[])[.. answer, 0x81, 1, (byte)'0'], Soon);
            count.LingerState = new LingerOption(true, 0);
        }

        using Socket report = await suite.AcceptSocketAsync(Soon);
        report.Close();
        Finished ended = await client.FinishAsync();
        Assert.Equal((0, "0 cases run"), (ended.ExitCode, ended.Output.TrimEnd()));
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "RFC 6455 names it.")]
    private static string AnswerTo(string request)
    {
        string key = request.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        return $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";
    }

    private async Task<WebSocket> AcceptAsync(HttpListener suite, string resource) =>
        (await (await RequestAsync(suite, resource)).AcceptWebSocketAsync(null).WaitAsync(Soon)).WebSocket;

    private async Task<HttpListenerContext> RequestAsync(HttpListener suite, string resource)
    {
        HttpListenerContext request = await suite.GetContextAsync().WaitAsync(Soon);
        Assert.Equal(resource, request.Request.RawUrl);
        return request;
    }

    private async Task<(WebSocketMessageType Type, byte[] Message)> ReceiveAsync(WebSocket socket)
    {
        byte[] buffer = new byte[1 << 16];
        List<byte> message = [];
        while (true)
        {
            ValueWebSocketReceiveResult piece = await socket.ReceiveAsync(buffer.AsMemory(), Soon);
            message.AddRange(buffer.AsSpan(0, piece.Count));
            if (piece.EndOfMessage) return (piece.MessageType, [.. message]);
        }
    }
}
