// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Text;
using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

/// <summary>What a peer may do to a server over a real socket, and the outcome that is demanded. The server echoes what it reads.</summary>
[Collection(MeasuresMemory.Name)]
public sealed class HostilePeerTests : IDisposable
{
    private const WebSocketRole Server = WebSocketRole.Server;
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Soon => deadline.Token;

    public void Dispose() => deadline.Dispose();

    // Threat 1: two readers of one request.
    [Fact]
    [Rule("WS-4.2.1-1", "WS-10.7-3")]
    public async Task A_smuggled_second_request_is_not_answered()
    {
        string request = ServerHandshakeTests.Request.Replace("Host", "Content-Length: 30\r\nHost", StringComparison.Ordinal);
        (string answer, bool wasReset) = await SendAsync(Encoding.ASCII.GetBytes(request + ServerHandshakeTests.Request));
        Assert.StartsWith("HTTP/1.1 400 ", answer);
        Assert.Equal(1, answer.Split("HTTP/1.1").Length - 1);
        Assert.DoesNotContain(" 101 ", answer);
        Assert.False(wasReset);
    }

    // Threat 2: bytes right behind the request.
    [Fact]
    [Rule("WS-4.2.2-16", "WS-6.2-1")]
    public async Task Frames_behind_the_request_are_not_lost()
    {
        (string answer, bool wasReset) = await SendAsync(
            [.. Encoding.ASCII.GetBytes(ServerHandshakeTests.Request), .. RawFrame.To(Server, 0x82, "early"), .. RawFrame.To(Server, 0x88, [3, 0xE8])]);
        Assert.EndsWith("\r\n\r\n\u0082\u0005early\u0088\u0002\u0003\u00E8", answer);
        Assert.False(wasReset);
    }

    // Threat 3: slow loris. The deadline counts from accept on, however many bytes come.
    [Fact]
    [Rule("WS-7.2.2-1")]
    public async Task An_unfinished_request_ends_at_the_deadline()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        using var handshakeTime = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Task serving = ServeAsync(loopback.Server, handshakeTime.Token);
        Task<(byte[] Bytes, bool WasReset)> end = Loopback.ReadToEndAsync(loopback.Client, Soon);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (int i = 0; !end.IsCompleted && await ticks.WaitForNextTickAsync(Soon); i++)
        {
            try
            {
                await loopback.Client.WriteAsync(Encoding.ASCII.GetBytes(ServerHandshakeTests.Request[..(i + 1)][^1..]), Soon);
            }
            catch (IOException)
            {
                break;
            }
        }

        Assert.Empty((await end).Bytes);
        await serving;
    }

    // Threat 3: size and count.
    [Theory]
    [InlineData(16_000, 1)]
    [InlineData(1, 500)]
    public async Task Too_much_header_is_431_and_the_answer_arrives(int length, int count)
    {
        string fields = string.Concat(Enumerable.Range(0, count).Select(i => $"X{i}: {new string('x', length)}\r\n"));
        (string answer, bool wasReset) =
            await SendAsync(Encoding.ASCII.GetBytes(ServerHandshakeTests.Request.Replace("Host", fields + "Host", StringComparison.Ordinal)));
        Assert.StartsWith("HTTP/1.1 431 ", answer);
        Assert.False(wasReset);
    }

    // Threats 5, 6 and 16: a foreign page, no subprotocol, a compression that was not agreed on.
    [Theory]
    [Rule("WS-10.2-2", "WS-4.2.2-3", "WS-4.2.2-6", "WS-4.2.2-8", "WS-4.2.2-9")]
    [InlineData("Origin: https://evil.example\r\n", "HTTP/1.1 403 ")]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n", "HTTP/1.1 101 ")]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate; =\r\n", "HTTP/1.1 400 ")]
    [InlineData("Sec-WebSocket-Protocol: ,\r\n", "HTTP/1.1 400 ")]
    public async Task What_was_not_agreed_on_is_not_granted(string field, string status)
    {
        (string answer, _) =
            await SendAsync(Encoding.ASCII.GetBytes(ServerHandshakeTests.Request.Replace("Host", field + "Host", StringComparison.Ordinal)), shutDown: true);
        Assert.StartsWith(status, answer);
        Assert.DoesNotContain("Extensions:", answer);
    }

    // Threats 7 to 10, 16 and 17: what ends in a close frame, which has to arrive, whatever is left unread behind it.
    [Theory]
    [Rule("WS-5.1-2", "WS-5.2-2", "WS-5.2-7", "WS-5.2-8", "WS-5.5-1", "WS-5.4-6", "WS-10.4-1", "WS-10.7-2", "WS-7.1.7-2", "WS-7.1.7-4", "WS-7.1.1-1")]
    [InlineData("8100", 1002)]
    [InlineData("8101", 1002)]
    [InlineData("817F", 1002)]
    [InlineData("C185", 1002)]
    [InlineData("82FE0005", 1002)]
    [InlineData("82FF8000000000000005", 1002)]
    [InlineData("82FF7FFFFFFFFFFFFFFF" + "00000000", 1009)]
    [InlineData("82FF0000000100000005" + "00000000", 1009)]
    [InlineData("89FE0005", 1002)]
    [InlineData("89FF", 1002)]
    [InlineData("0980", 1002)]
    [InlineData("0280000000000280", 1002)]
    [InlineData("808000000000", 1002)]
    [InlineData("818000000000", 1003)]
    [InlineData("018100000000", 1003)]
    [InlineData("888100000000" + "03", 1002)]
    [InlineData("888200000000" + "03ED", 1002)]
    [InlineData("888400000000" + "03E8C080", 1007)]
    public async Task After_a_violation_the_close_frame_arrives(string hex, int code)
    {
        foreach (int unread in new[] { 0, 200_000 })
        {
            byte[] request = Encoding.ASCII.GetBytes(ServerHandshakeTests.Request);
            byte[] good = RawFrame.To(Server, 0x82, "before");
            (string answer, bool wasReset) =
                await SendAsync([.. request, .. good, .. Convert.FromHexString(hex), .. new byte[hex.Length <= 8 && unread == 0 ? 0 : unread]]);
            Assert.False(wasReset);
            string frames = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            Assert.StartsWith("\u0082\u0006before\u0088", frames);
            Assert.Equal(code, (frames[10] << 8) | frames[11]);
            Assert.Equal(frames[9] + 10, frames.Length);
        }
    }

    // Threats 8 and 10: promises and empty fragments cost nothing.
    [Fact]
    [Rule("WS-10.4-1", "WS-5.4-3")]
    public async Task Declared_lengths_and_empty_fragments_cost_no_memory()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        List<Loopback> open = [];
        for (int i = 0; i < 20; i++)
        {
            Loopback loopback = await Loopback.OpenAsync();
            open.Add(loopback);
            _ = ServeAsync(loopback.Server, Soon);
            await loopback.Client.WriteAsync(Encoding.ASCII.GetBytes(ServerHandshakeTests.Request), Soon);
            await loopback.Client.WriteAsync(Convert.FromHexString("82FF0000000003C00000" + "00000000" + "41"), Soon);
            await ReadHeadAsync(loopback.Client);
            byte[] echo = new byte[3];
            await loopback.Client.ReadExactlyAsync(echo, Soon);
            Assert.Equal("820141", Convert.ToHexString(echo));
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 20 * 200_000); // what other tests let go meanwhile does not matter
        foreach (Loopback loopback in open)
            loopback.Dispose();

        byte[] fragments = [.. RawFrame.To(Server, 0x02, "a"), .. Enumerable.Repeat(RawFrame.To(Server, 0x00, ""), 100_000).SelectMany(one => one),
            .. RawFrame.To(Server, 0x80, "z")];
        (string answer, _) = await SendAsync([.. Encoding.ASCII.GetBytes(ServerHandshakeTests.Request), .. fragments], shutDown: true);
        Assert.EndsWith("\r\n\r\n\u0082\u0001a\u0082\u0001z\u0088\u0002\u0003\u00E8", answer);
    }

    // Threats 11 and 12: floods of a peer that never reads. The server stops reading, so the peer cannot go on, and memory stays flat.
    [Theory]
    [Rule("WS-5.5.2-1", "WS-10.4-1")]
    [InlineData(0x89, 125)]
    [InlineData(0x82, 60_000)]
    public async Task A_flood_without_reading_blocks_the_flooder(int first, int length)
    {
        using Loopback loopback = await Loopback.OpenAsync();
        Task serving = ServeAsync(loopback.Server, Soon);
        await loopback.Client.WriteAsync(Encoding.ASCII.GetBytes(ServerHandshakeTests.Request), Soon);
        await ReadHeadAsync(loopback.Client);
        byte[] flood = [.. Enumerable.Repeat(RawFrame.To(Server, first, new byte[length]), Math.Max(1, 60_000 / length)).SelectMany(one => one)];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long sent = 0;
        loopback.ClientSocket.SendTimeout = 500;
        var blocked = Assert.Throws<SocketException>(() =>
        {
            while (sent < 1L << 30)
                sent += loopback.ClientSocket.Send(flood);
        });
        Assert.Equal(SocketError.TimedOut, blocked.SocketErrorCode);
        Assert.InRange(sent, 1, 100 << 20);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, -1_000_000_000, 4_000_000); // pools of the tests before may be trimmed meanwhile
        loopback.Dispose();
        await serving;
    }

    // Threat 13: a frame begun, then silence. The read is bounded by whoever reads.
    [Fact]
    public async Task A_started_frame_does_not_outlive_the_readers_deadline()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        using var readTime = new CancellationTokenSource();
        var server = new WebSocketStream(loopback.Server, Server) { CloseTimeout = TimeSpan.FromMilliseconds(100) };
        await loopback.Client.WriteAsync(new byte[] { 0x82 }, Soon);
        Task<int> reading = server.ReadAsync(new byte[100], readTime.Token).AsTask();
        await readTime.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await server.DisposeAsync();
        (byte[] end, _) = await Loopback.ReadToEndAsync(loopback.Client, Soon);
        Assert.Equal("880203E8", Convert.ToHexString(end));
    }

    // Threats 11 and 14: a peer that is told of the end and goes on sending, asks for pongs, or never takes the Close.
    [Theory]
    [Rule("WS-5.5.1-8", "WS-7.1.1-1", "WS-5.5.1-10")]
    [InlineData(0x82, 50_000, false)]
    [InlineData(0x82, 50_000, true)]
    [InlineData(0x89, 125, false)]
    [InlineData(0x89, 125, true)]
    public async Task Closing_is_bounded_whatever_the_peer_does(int first, int length, bool isFull)
    {
        using Loopback loopback = await Loopback.OpenAsync(bufferSize: 4096);
        var server = new WebSocketStream(loopback.Server, Server) { CloseTimeout = TimeSpan.FromSeconds(1) };
        if (isFull)
        {
            using var full = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                while (true)
                    await server.WriteAsync(new byte[1 << 20], full.Token);
            });
        }

        Task flooding = Task.Run(() =>
        {
            byte[] data = [.. Enumerable.Repeat(RawFrame.To(Server, first, new byte[length]), 50_000 / length).SelectMany(frame => frame)];
            loopback.ClientSocket.SendTimeout = 5000;
            Assert.Throws<SocketException>(() => SendForEver(loopback.ClientSocket, data));
        });
        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Soon);
        await flooding;
    }

    // Threat 18: the end of the peer's sending is not the end of its reading.
    [Fact]
    [Rule("WS-7.1.5-3", "WS-7.2.1-2")]
    public async Task A_half_closed_peer_still_gets_its_answer()
    {
        (string answer, bool wasReset) =
            await SendAsync([.. Encoding.ASCII.GetBytes(ServerHandshakeTests.Request), .. RawFrame.To(Server, 0x82, "last words")], shutDown: true);
        Assert.EndsWith("\r\n\r\n\u0082\u000Alast words\u0088\u0002\u0003\u00E8", answer);
        Assert.False(wasReset);
    }

    private async Task<(string Answer, bool WasReset)> SendAsync(byte[] bytes, bool shutDown = false)
    {
        using Loopback loopback = await Loopback.OpenAsync();
        Task serving = ServeAsync(loopback.Server, Soon);
        Task<(byte[] Bytes, bool WasReset)> reading = Loopback.ReadToEndAsync(loopback.Client, Soon);
        await loopback.Client.WriteAsync(bytes, Soon);
        if (shutDown)
            loopback.ClientSocket.Shutdown(SocketShutdown.Send);
        (byte[] got, bool wasReset) = await reading;
        loopback.Dispose();
        await serving;
        return (Encoding.Latin1.GetString(got), wasReset);
    }

    private static void SendForEver(Socket socket, byte[] data)
    {
        while (true)
            socket.Send(data);
    }

    private async Task ReadHeadAsync(Stream stream)
    {
        byte[] one = new byte[1];
        for (string head = ""; !head.EndsWith("\r\n\r\n", StringComparison.Ordinal); head += (char)one[0])
            await stream.ReadExactlyAsync(one, Soon);
    }

    private static async Task ServeAsync(Stream inner, CancellationToken handshakeTime)
    {
        try
        {
            WebSocketStream? accepted = await WebSocketStream.AcceptAsync(inner, new ServerHandshakeOptions(), handshakeTime);
            if (accepted is not null)
            {
                byte[] buffer = new byte[65536];
                int read;
                while ((read = await accepted.ReadAsync(buffer, CancellationToken.None)) > 0)
                    await accepted.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
                await accepted.DisposeAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // the end that the test asked for
        }

        await inner.DisposeAsync();
    }
}
