// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

/// <summary>Several callers on one stream: writers, a reader and pongs.</summary>
public sealed class WebSocketStreamSharingTests : IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Soon => deadline.Token;

    public void Dispose() => deadline.Dispose();

    [Fact]
    [Rule("WS-5.5.2-1", "WS-5.5.2-2", "WS-5.5.3-1", "WS-6.1-2")]
    public async Task Frames_of_all_senders_stay_whole_and_pongs_in_order()
    {
        (WebSocketStream client, WebSocketStream server) = await OpenAsync();
        using Loopback raw = await Loopback.OpenAsync();
        foreach (WebSocketStream stream in new[] { client, server })
            stream.Abort();

        // A raw peer pings without pause while two writers send; it reads all the time.
        var end = new WebSocketStream(raw.Server, WebSocketRole.Server);
        const int Pings = 3000;
        Task pinging = Task.Run(async () =>
        {
            for (int i = 0; i < Pings; i++)
                await raw.Client.WriteAsync(RawFrame.To(WebSocketRole.Server, 0x89, $"{i}"), Soon);
            await raw.Client.WriteAsync(RawFrame.To(WebSocketRole.Server, 0x88, [3, 0xE8]), Soon);
        });
        Task reading = Task.Run(async () => Assert.Equal(0, await end.ReadAsync(new byte[300], Soon)));
        Task[] writing = [.. Enumerable.Range(1, 2).Select(n => Task.Run(async () =>
        {
            byte[] mine = [.. Enumerable.Repeat((byte)n, 10_000 * n * n)];
            while (!reading.IsCompleted)
            {
                try
                {
                    await end.WriteAsync(mine, Soon);
                }
                catch (IOException)
                {
                    break;
                }
            }
        }))];

        var reader = new FrameReader(WebSocketRole.Client, long.MaxValue);
        byte[] buffer = new byte[100_000];
        int pongs = 0;
        bool closed = false;
        int owner = 0;
        int read;
        while ((read = await raw.Client.ReadAsync(buffer, Soon)) > 0)
            Check(buffer.AsSpan(0, read));
        await Task.WhenAll([pinging, reading, .. writing]);
        Assert.Equal((Pings, true), (pongs, closed));

        void Check(Span<byte> bytes)
        {
            while (reader.TryRead(ref bytes, out FramePiece piece))
            {
                Assert.False(closed);
                closed = piece.Opcode == Opcode.Close;
                if (piece.Opcode == Opcode.Pong)
                    Assert.Equal($"{pongs++}", Encoding.ASCII.GetString(piece.Payload));
                if (piece.Opcode != Opcode.Binary)
                    continue;
                owner = owner == 0 ? piece.Payload[0] : owner;
                Assert.False(piece.Payload.ContainsAnyExcept((byte)owner));
                owner = piece.EndOfMessage ? 0 : owner;
            }
        }
    }

    [Fact]
    public async Task Reads_are_one_at_a_time()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var server = new WebSocketStream(loopback.Server, WebSocketRole.Server);
        Task<int> first = server.ReadAsync(new byte[10], Soon).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.ReadAsync(new byte[10], Soon).AsTask());
        await loopback.Client.WriteAsync(RawFrame.To(WebSocketRole.Server, 0x82, "x"), Soon);
        Assert.Equal(1, await first);
        using var cancel = new CancellationTokenSource();
        Task<int> cancelled = server.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await loopback.Client.WriteAsync(RawFrame.To(WebSocketRole.Server, 0x82, "yz"), Soon);
        Assert.Equal(2, await server.ReadAsync(new byte[10], Soon));
    }

    [Theory]
    [Rule("WS-5.5.2-2")]
    [InlineData("")]
    [InlineData("b")]
    public async Task A_read_that_waits_for_a_blocked_write_can_be_cancelled_and_loses_nothing(string behindThePing)
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var server = new WebSocketStream(loopback.Server, WebSocketRole.Server);
        byte[] buffer = new byte[100];
        Task writing = server.WriteAsync(new byte[20_000_000], Soon).AsTask(); // the peer does not read
        await loopback.Client.WriteAsync(RawFrame.Join(RawFrame.To(WebSocketRole.Server, 0x89, "1"), RawFrame.To(WebSocketRole.Server, 0x82, "a")), Soon);
        Assert.Equal(1, await server.ReadAsync(buffer, Soon)); // the first pong is the writer's, the second one has to wait

        byte[] second = RawFrame.Join(RawFrame.To(WebSocketRole.Server, 0x89, "2"),
            behindThePing.Length > 0 ? RawFrame.To(WebSocketRole.Server, 0x82, behindThePing) : []);
        await loopback.Client.WriteAsync(second, Soon);
        while (loopback.ServerSocket.Available < second.Length) await Task.Yield();
        using var cancel = new CancellationTokenSource();
        Task<int> reading = server.ReadAsync(buffer, cancel.Token).AsTask();
        Assert.False(reading.IsCompleted);
        await cancel.CancelAsync();
        if (behindThePing.Length == 0) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Soon));
        else Assert.Equal(behindThePing, Encoding.ASCII.GetString(buffer, 0, await reading.WaitAsync(Soon)));

        Task<int> next = server.ReadAsync(buffer, Soon).AsTask();
        var frames = new FrameReader(WebSocketRole.Client, long.MaxValue);
        byte[] received = new byte[65536];
        string pongs = "";
        while (pongs.Length < 2) pongs += Pongs(received.AsSpan(0, await loopback.Client.ReadAsync(received, Soon)));
        Assert.Equal("12", pongs);
        await writing;
        await loopback.Client.WriteAsync(RawFrame.To(WebSocketRole.Server, 0x82, "c"), Soon);
        Assert.Equal("c", Encoding.ASCII.GetString(buffer, 0, await next));

        string Pongs(Span<byte> bytes)
        {
            string payloads = "";
            while (frames.TryRead(ref bytes, out FramePiece piece))
            {
                if (piece.Opcode == Opcode.Pong) payloads += Encoding.ASCII.GetString(piece.Payload);
            }

            return payloads;
        }
    }

    private async Task<(WebSocketStream Client, WebSocketStream Server)> OpenAsync()
    {
        Loopback loopback = await Loopback.OpenAsync();
        Task<WebSocketStream?> accepting = WebSocketStream.AcceptAsync(loopback.Server, new ServerHandshakeOptions(), Soon);
        WebSocketStream client = await WebSocketStream.ConnectAsync(loopback.Client, new ClientHandshake { Host = "localhost" }, Soon);
        return (client, Assert.IsType<WebSocketStream>(await accepting));
    }
}
