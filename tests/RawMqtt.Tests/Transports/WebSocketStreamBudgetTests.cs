// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Tasks.Sources;
using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

/// <summary>What a read and a write cost: calls to the stream below, and memory.</summary>
public class WebSocketStreamBudgetTests
{
    [Fact]
    [Rule("WS-6.1-7", "WS-5.1-1", "WS-5.1-3")]
    public async Task One_write_is_one_frame_and_one_write_below()
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            foreach (int length in new[] { 1, 125, 126, 5_000, 60_000 })
            {
                var below = new ScriptedStream([]);
                var stream = new WebSocketStream(below, role);
                byte[] packets = RandomNumberGenerator.GetBytes(length);
                await stream.WriteAsync(packets);
                await stream.WriteAsync(ReadOnlyMemory<byte>.Empty);
                Assert.Equal(1, below.Writes);
                AssertSent(below, role, packets);
            }
        }
    }

    [Fact]
    public async Task A_large_write_is_one_frame_in_several_writes()
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            var below = new ScriptedStream([]);
            byte[] message = RandomNumberGenerator.GetBytes(1_000_001);
            await new WebSocketStream(below, role).WriteAsync(message);
            Assert.Equal(16, below.Writes);
            AssertSent(below, role, message);
        }
    }

    [Fact]
    [Rule("WS-5.4-1", "WS-6.2-1")]
    public async Task Many_small_frames_are_one_read()
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            byte[] frame = RawFrame.To(role, 0x82, new byte[20]);
            int count = 65536 / frame.Length;
            var below = new ScriptedStream([.. Enumerable.Repeat(frame, count).SelectMany(one => one)]);
            var stream = new WebSocketStream(below, role);
            Assert.Equal(20 * count, await stream.ReadAsync(new byte[65536]));
            Assert.Equal(1, below.Reads);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Nothing_is_allocated_per_read_or_write(bool pings, bool waits)
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            byte[] frames = RawFrame.Join(RawFrame.To(role, 0x82, new byte[20]), pings ? RawFrame.To(role, 0x89, "p") : [],
                RawFrame.To(role, 0x02, new byte[500]), RawFrame.To(role, 0x80, new byte[3]));
            var below = new RepeatingStream(frames, waits);
            var stream = new WebSocketStream(below, role);
            byte[] buffer = new byte[4096];
            byte[] packets = new byte[300];
            long least = long.MaxValue; // of several rounds: the state machines are pooled, and tests beside this one use the same pool
            for (int round = 0; round < 20 && least > 0; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                int payload = 0;
                for (int i = 0; i < 200; i++)
                {
                    ValueTask<int> read = stream.ReadAsync(buffer);
                    below.Complete();
                    Assert.True(read.IsCompleted);
                    payload += await read;
                    ValueTask write = stream.WriteAsync(packets);
                    below.Complete();
                    Assert.True(write.IsCompleted);
                    await write;
                }

                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
                Assert.Equal(200 * 523, payload);
            }

            Assert.InRange(least, 0, (pings || waits) && !IsOptimized ? 200 * 2000 : 0);
        }
    }

    // Without optimisation the compiler makes a class of each async method, which costs an object a call.
    private static bool IsOptimized =>
        typeof(WebSocketStream).Assembly.GetCustomAttributes(typeof(DebuggableAttribute), false) is not [DebuggableAttribute { IsJITOptimizerDisabled: true }];

    [Fact]
    public async Task A_read_of_no_bytes_holds_no_buffer_and_is_passed_on()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var server = new WebSocketStream(loopback.Server, WebSocketRole.Server);
        ValueTask<int> waiting = server.ReadAsync(Memory<byte>.Empty);
        Assert.False(waiting.IsCompleted);
        await loopback.Client.WriteAsync(RawFrame.To(WebSocketRole.Server, 0x82, "data"));
        Assert.Equal(0, await waiting);
        Assert.Equal(4, await server.ReadAsync(new byte[100]));

        var early = new WebSocketStream(loopback.Server, WebSocketRole.Server, RawFrame.To(WebSocketRole.Server, 0x82, "early"));
        ValueTask<int> atOnce = early.ReadAsync(Memory<byte>.Empty);
        Assert.True(atOnce.IsCompleted);
        Assert.Equal(0, await atOnce);
        byte[] two = new byte[2];
        List<byte> got = [];
        for (int n = 0; n < 5;)
        {
            int read = await early.ReadAsync(two);
            got.AddRange(two[..read]);
            n += read;
        }

        Assert.Equal("early"u8.ToArray(), got);
    }

    private static void AssertSent(ScriptedStream below, WebSocketRole from, params byte[][] messages)
    {
        WebSocketRole to = from == WebSocketRole.Client ? WebSocketRole.Server : WebSocketRole.Client;
        var reader = new FrameReader(to, long.MaxValue);
        Span<byte> bytes = below.Written.ToArray();
        foreach (byte[] message in messages)
        {
            Assert.True(reader.TryRead(ref bytes, out FramePiece piece));
            Assert.True(piece is { Opcode: Opcode.Binary, EndOfMessage: true });
            Assert.Equal(message, piece.Payload.ToArray());
        }

        Assert.True(bytes.IsEmpty);
    }

    /// <summary>Gives the same bytes again and again, at once or when told.</summary>
    private sealed class RepeatingStream(byte[] bytes, bool waits) : MemoryStream, IValueTaskSource, IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> source;
        private bool isPending;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            bytes.CopyTo(buffer);
            isPending = waits;
            return waits ? new ValueTask<int>(this, source.Version) : new ValueTask<int>(bytes.Length);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            isPending = waits;
            return waits ? new ValueTask(this, source.Version) : default;
        }

        public void Complete()
        {
            while (isPending)
            {
                isPending = false;
                source.SetResult(bytes.Length);
            }
        }

        public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            source.OnCompleted(continuation, state, token, flags);

        void IValueTaskSource.GetResult(short token) => GetResult(token);

        public int GetResult(short token)
        {
            source.Reset();
            return bytes.Length;
        }
    }
}
