// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Text;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Dialling.Matrix;

/// <summary>The endpoints of the matrix that need no other program: what a port may turn out to be.</summary>
internal static class MatrixEndpoints
{
    private const string NginxPage = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n";
    private static readonly TimeSpan HalfASecond = TimeSpan.FromMilliseconds(500);

    public static IReadOnlyDictionary<string, Func<MatrixEndpoint>> All { get; } = new Dictionary<string, Func<MatrixEndpoint>>
    {
        ["closed-port"] = () => new MatrixEndpoint(null),
        ["silence"] = Silence,
        ["reset-after-accept"] = () => new MatrixEndpoint(ResetAsync),
        ["half-closed"] = () => new MatrixEndpoint(HalfCloseAsync),
        ["closes-after-request"] = () => new MatrixEndpoint(CloseAsync),
        ["ssh"] = () => new MatrixEndpoint(Greeting("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")),
        ["smtp"] = () => new MatrixEndpoint(Greeting("220 mail.example.com ESMTP Postfix\r\n")),
        ["ftp"] = () => new MatrixEndpoint(Greeting("220 (vsFTPd 3.0.3)\r\n")),
        ["binary"] = () => new MatrixEndpoint(Greeting("\u0001\u00fe\u00ff\u0002\u0003")),
        ["http-200"] = () => Http("200 OK", Page("Grafana"), "Server: nginx/1.22.1"),
        ["http-301"] = () => Http("301 Moved Permanently", "", "Location: https://broker.example.com/mqtt"),
        ["http-400"] = () => Http("400 Bad Request", "no such tenant"),
        ["http-400-upgrade"] = () => Http("400 Bad Request", "Connection does not contain Upgrade (does a proxy drop it?)"),
        ["http-401"] = () => Http("401 Unauthorized", "", "WWW-Authenticate: Basic realm=\"brokers\""),
        ["http-403"] = () => Http("403 Forbidden", "the origin is not allowed"),
        ["http-404"] = () => Http("404 Not Found", Page("404 Not Found"), "Server: nginx/1.22.1"),
        ["http-404-root"] = () => Http("404 Not Found", "", path: "/"),
        ["http-426"] = () => Http("426 Upgrade Required", "", "Server: Cowboy"),
        ["http-431"] = () => Http("431 Request Header Fields Too Large", ""),
        ["http-502"] = () => Http("502 Bad Gateway", Page("502 Bad Gateway"), "Server: nginx/1.22.1"),
        ["http-503"] = () => Http("503 Service Unavailable", "\u001b[2Jstarting"),
        ["http-505"] = () => Http("505 HTTP Version Not Supported", ""),
        ["http-many-fields"] = () => Http("200 OK", "", string.Join("\r\n", Enumerable.Range(0, 600).Select(number => $"X-{number}: y"))),
        ["http-large-head"] = () => Http("200 OK", "", string.Join("\r\n", Enumerable.Range(0, 80).Select(number => $"X-{number}: {new string('y', 1000)}"))),
        ["websocket-without-subprotocol"] = () => new MatrixEndpoint(WebSocket(null)),
        ["websocket-text-frame"] = () => new MatrixEndpoint(WebSocket([0x81, 2, (byte)'h', (byte)'i'])),
        ["websocket-broken-frame"] = () => new MatrixEndpoint(WebSocket([0xC2, 0])),
        ["websocket-close-1008"] = () => new MatrixEndpoint(WebSocket([0x88, 6, 0x03, 0xF0, (byte)'a', (byte)'u', (byte)'t', (byte)'h'])),
        ["connack-1"] = () => new MatrixEndpoint(ConnAck(0x20, 2, 0, 1)),
        ["connack-2"] = () => new MatrixEndpoint(ConnAck(0x20, 2, 0, 2)),
        ["connack-3"] = () => new MatrixEndpoint(ConnAck(0x20, 2, 0, 3)),
        ["connack-4"] = () => new MatrixEndpoint(ConnAck(0x20, 2, 0, 4)),
        ["connack-5"] = () => new MatrixEndpoint(ConnAck(0x20, 2, 0, 5)),
        ["connack-of-mqtt-5"] = () => new MatrixEndpoint(ConnAck(0x20, 3, 0, 0x84, 0)),
    };

    private static string Page(string title) => NginxPage.Replace("{0}", title, StringComparison.Ordinal);

    /// <summary>The client's time is up when it has asked.</summary>
    private static MatrixEndpoint Silence()
    {
        var time = new ManualTime();
        return new MatrixEndpoint(async (socket, stop) =>
        {
            await socket.ReceiveAsync(new byte[1], stop);
            time.Advance(HalfASecond);
            await Task.Delay(Timeout.Infinite, stop);
        })
        {
            ConnectTimeout = HalfASecond,
            Time = time,
        };
    }

    private static Task ResetAsync(Socket socket, CancellationToken stop)
    {
        socket.LingerState = new LingerOption(true, 0);
        return Task.CompletedTask;
    }

    private static async Task HalfCloseAsync(Socket socket, CancellationToken stop)
    {
        socket.Shutdown(SocketShutdown.Send);
        while (await socket.ReceiveAsync(new byte[4096], stop) > 0)
        {
            // it goes on listening
        }
    }

    private static async Task CloseAsync(Socket socket, CancellationToken stop)
    {
        await socket.ReceiveAsync(new byte[4096], stop);
        socket.Shutdown(SocketShutdown.Both);
    }

    private static Func<Socket, CancellationToken, Task> Greeting(string text) => async (socket, stop) =>
    {
        await socket.SendAsync(Encoding.Latin1.GetBytes(text), stop);
        await socket.ReceiveAsync(new byte[4096], stop);
        await HalfCloseAsync(socket, stop);
    };

    /// <summary>What is no HTTP gets the answer that web servers give: 400.</summary>
    private static MatrixEndpoint Http(string status, string body, string fields = "X-Test: yes", string path = "/mqtt") => new(async (socket, stop) =>
    {
        byte[] request = new byte[4096];
        int length = await socket.ReceiveAsync(request, stop);
        string answer = request.AsSpan(0, length).StartsWith("GET "u8)
            ? $"HTTP/1.1 {status}\r\n{fields}\r\nContent-Length: {body.Length}\r\n\r\n{body}"
            : "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nConnection: close\r\n\r\n";
        await socket.SendAsync(Encoding.Latin1.GetBytes(answer), stop);
        await HalfCloseAsync(socket, stop);
    })
    { Path = path };

    /// <summary>Opens a WebSocket and sends these bytes; null: without a subprotocol.</summary>
    private static Func<Socket, CancellationToken, Task> WebSocket(byte[]? bytes) => async (socket, stop) =>
    {
        await using var below = new NetworkStream(socket);
        var options = new ServerHandshakeOptions { Subprotocols = bytes is null ? ["chat"] : ["mqtt"], AllowMissingSubprotocol = true };
        await using WebSocketStream? opened = await WebSocketStream.AcceptAsync(below, options, stop);
        if (opened is null) return;
        if (bytes is not null) await below.WriteAsync(bytes, stop);
        await HalfCloseAsync(socket, stop);
    };

    /// <summary>Answers CONNECT with these bytes, and closes at anything else.</summary>
    private static Func<Socket, CancellationToken, Task> ConnAck(params byte[] bytes) => async (socket, stop) =>
    {
        byte[] first = new byte[4096];
        if (await socket.ReceiveAsync(first, stop) > 0 && first[0] == 0x10) await socket.SendAsync(bytes, stop);
        await HalfCloseAsync(socket, stop);
    };
}
