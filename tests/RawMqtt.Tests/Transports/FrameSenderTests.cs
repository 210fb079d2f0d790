// SPDX-License-Identifier: MIT

using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

/// <summary>Who sends when, and what becomes of it, over a stream that stops in the middle of each write until it is let.</summary>
public sealed class FrameSenderTests : IDisposable
{
    private const string Data = "820461626364";
    private const string Pong = "8A0170";

    private readonly HalfwayStream below = new();
    private readonly WebSocketConnection connection = new(WebSocketRole.Server, pool => pool.Clear(), int.MaxValue, acceptsText: false);
    private readonly FrameSender sender;

    public FrameSenderTests() => sender = new FrameSender(below, connection);

    public void Dispose() => below.Dispose();

    [Fact]
    public async Task Nothing_follows_a_frame_that_was_cut_short()
    {
        using var cancel = new CancellationTokenSource();
        Task cut = SendAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cut);
        below.Open();

        AddPong(connection, sender);
        await sender.SendRepliesAsync(CancellationToken.None);
        await Assert.ThrowsAsync<IOException>(() => SendAsync(CancellationToken.None));
        connection.Close();
        await Assert.ThrowsAsync<IOException>(() => sender.SendCloseAsync(CancellationToken.None).AsTask());
        Assert.Equal(Data[..6], below.Taken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_frame_cut_short_is_the_last_one_too(bool betweenItsParts)
    {
        using var cancel = new CancellationTokenSource();
        if (betweenItsParts) below.Open();
        byte[] large = new byte[200_000];
        Task sending = betweenItsParts
            ? sender.SendAsync(new CancellingMemory(large, cancel).Memory, isText: false, cancel.Token).AsTask()
            : sender.SendAsync(large, isText: false, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        if (!betweenItsParts) below.Open();
        long taken = below.Length;
        await Assert.ThrowsAsync<IOException>(() => SendAsync(CancellationToken.None));
        Assert.Equal(taken, below.Length);
    }

    [Fact]
    public async Task A_write_cancelled_before_its_turn_breaks_nothing()
    {
        using var cancel = new CancellationTokenSource();
        Task first = SendAsync(CancellationToken.None);
        Task waiting = SendAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        below.Open();
        await first;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(cancel.Token));
        await SendAsync(CancellationToken.None);
        Assert.Equal(Data + Data, below.Taken);
    }

    [Fact]
    [Rule("WS-5.5.2-1", "WS-5.5.2-2")]
    public async Task Pongs_go_out_behind_the_frame_that_is_under_way()
    {
        Task data = SendAsync(CancellationToken.None);
        AddPong(connection, sender);
        await sender.SendRepliesAsync(CancellationToken.None);
        AddPong(connection, sender);
        Task more = sender.SendRepliesAsync(CancellationToken.None).AsTask();
        Assert.False(more.IsCompleted);
        below.Open();
        await data;
        await more;
        Assert.Equal(Data + Pong + Pong, below.Taken);
        Assert.False(sender.HasReplies);
    }

    [Fact]
    public async Task Pongs_handed_to_a_write_that_is_cancelled_as_it_ends_are_sent()
    {
        using var cancel = new CancellationTokenSource();
        using var stream = new ObservedStream();
        var busy = new FrameSender(stream, connection);
        stream.Writing = () =>
        {
            stream.Writing = null;
            AddPong(connection, busy);
            Assert.True(busy.SendRepliesAsync(CancellationToken.None).AsTask().IsCompleted);
            cancel.Cancel();
        };
        await busy.SendAsync("abcd"u8.ToArray(), isText: false, cancel.Token);
        Assert.Equal(Data + Pong, Convert.ToHexString(stream.ToArray()));
    }

    [Fact]
    public async Task A_flush_waits_for_the_frame_that_is_under_way()
    {
        Task data = SendAsync(CancellationToken.None);
        AddPong(connection, sender);
        await sender.SendRepliesAsync(CancellationToken.None);
        Task flush = sender.FlushAsync(CancellationToken.None);
        Assert.False(flush.IsCompleted);
        below.Open();
        await data;
        await flush;
        Assert.Equal(Data + Pong, below.Taken);
    }

    [Fact]
    [Rule("WS-5.5.1-5", "WS-5.5.2-1", "WS-6.1-2")]
    public async Task A_pong_asked_for_while_a_close_leaves_is_sent_and_data_are_not()
    {
        connection.Close();
        Task close = sender.SendCloseAsync(CancellationToken.None).AsTask();
        AddPong(connection, sender);
        await sender.SendRepliesAsync(CancellationToken.None);
        Task data = SendAsync(CancellationToken.None);
        below.Open();
        await close;
        await Assert.ThrowsAsync<IOException>(() => data);
        await sender.SendCloseAsync(CancellationToken.None);
        Assert.Equal("880203E8" + Pong, below.Taken);
    }

    [Fact]
    public async Task A_peer_that_does_not_take_its_pongs_holds_up_no_close_for_longer_than_allowed()
    {
        AddPong(connection, sender);
        Task pongs = sender.SendRepliesAsync(CancellationToken.None).AsTask();
        using var deadline = new CancellationTokenSource();
        connection.Close();
        Task close = sender.SendCloseAsync(deadline.Token).AsTask();
        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => close);
        Assert.False(pongs.IsCompleted);
        below.Open();
        await pongs;
        await SendAsync(CancellationToken.None);
        Assert.Equal(Pong + Data, below.Taken);
    }

    private Task SendAsync(CancellationToken cancellationToken) => sender.SendAsync("abcd"u8.ToArray(), isText: false, cancellationToken).AsTask();

    /// <summary>What a reader does at a ping.</summary>
    private static void AddPong(WebSocketConnection connection, FrameSender sender)
    {
        int read = 0;
        int written = 0;
        Assert.True(connection.TryReceive(RawFrame.To(WebSocketRole.Server, 0x89, "p"), ref read, ref written, sender, out _));
    }

    /// <summary>Cancels when its content is looked at for the second time, which a sender does between two parts of a large frame.</summary>
    private sealed class CancellingMemory(byte[] bytes, CancellationTokenSource cancel) : System.Buffers.MemoryManager<byte>
    {
        private int looks;

        public override Span<byte> GetSpan()
        {
            if (++looks == 2) cancel.Cancel();
            return bytes;
        }

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    /// <summary>Says when it is written to, and takes no notice of cancelling.</summary>
    private sealed class ObservedStream : MemoryStream
    {
        public Action? Writing { get; set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writing?.Invoke();
            Write(buffer.Span);
            return default;
        }
    }
}
