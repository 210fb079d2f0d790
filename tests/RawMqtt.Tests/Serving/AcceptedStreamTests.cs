// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Serving;
using RawMqtt.Transports;

namespace RawMqtt.Tests.Serving;

/// <summary>Each test runs with a poller of its own choice and with the framework's waiting, which other systems than Linux use.</summary>
public sealed class AcceptedStreamTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket peer = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket accepted;

    public AcceptedStreamTests()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        peer.Connect(listener.LocalEndPoint!);
        accepted = listener.Accept();
    }

    public static TheoryData<bool> Waits => OperatingSystem.IsLinux() ? [false, true] : [false];

    public void Dispose()
    {
        peer.Dispose();
        accepted.Dispose();
        listener.Dispose();
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task A_read_takes_what_has_come_and_waits_for_what_comes(bool isPolled)
    {
        using AcceptedStream stream = Open(isPolled);
        byte[] buffer = new byte[100];
        for (byte i = 1; i < 20; i++)
        {
            ValueTask<int> reading = stream.ReadAsync(buffer);
            Assert.False(reading.IsCompleted);
            await peer.SendAsync(new byte[] { i, i });
            Assert.Equal(2, await reading.AsTask().WaitAsync(Soon));
            Assert.Equal(i, buffer[1]);
        }
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task A_read_of_no_bytes_waits_until_something_can_be_read(bool isPolled)
    {
        using AcceptedStream stream = Open(isPolled);
        byte[] buffer = new byte[100];
        for (byte i = 1; i < 20; i++)
        {
            ValueTask<int> waiting = stream.ReadAsync(Memory<byte>.Empty);
            Assert.False(waiting.IsCompleted);
            await peer.SendAsync(new byte[] { i });
            Assert.Equal(0, await waiting.AsTask().WaitAsync(Soon));
            ValueTask<int> reading = stream.ReadAsync(buffer);
            Assert.True(reading.IsCompleted);
            Assert.Equal(1, await reading);
            Assert.Equal(i, buffer[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task A_read_of_no_bytes_waits_although_the_last_read_filled_its_buffer(bool isPolled)
    {
        using AcceptedStream stream = Open(isPolled);
        await peer.SendAsync(new byte[3]);
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Soon));
        Assert.Equal(3, await stream.ReadAsync(new byte[3]));
        ValueTask<int> waiting = stream.ReadAsync(Memory<byte>.Empty);
        Assert.False(waiting.IsCompleted);
        await peer.SendAsync(new byte[1]);
        await waiting.AsTask().WaitAsync(Soon);
        Assert.Equal(1, await stream.ReadAsync(new byte[3]));
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task What_is_left_of_a_full_read_is_read_next(bool isPolled)
    {
        using AcceptedStream stream = Open(isPolled);
        await peer.SendAsync(new byte[] { 1, 2, 3, 4, 5 });
        byte[] buffer = new byte[2];
        for (byte i = 1; i <= 5; i += 2)
        {
            await stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Soon);
            Assert.Equal(Math.Min(2, 6 - i), await stream.ReadAsync(buffer).AsTask().WaitAsync(Soon));
            Assert.Equal(i, buffer[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task The_end_of_the_peer_is_read_after_the_bytes_that_came_with_it(bool isPolled)
    {
        using AcceptedStream stream = Open(isPolled);
        await peer.SendAsync(new byte[5]);
        peer.Shutdown(SocketShutdown.Send);
        await stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Soon);
        Assert.Equal(5, await stream.ReadAsync(new byte[100]).AsTask().WaitAsync(Soon));
        await stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Soon);
        Assert.Equal(0, await stream.ReadAsync(new byte[100]).AsTask().WaitAsync(Soon));
        Assert.Equal(0, await stream.ReadAsync(new byte[100]).AsTask().WaitAsync(Soon));
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task A_read_returns_0_when_the_connection_is_reset(bool isPolled)
    {
        using AcceptedStream stream = Open(isPolled);
        ValueTask<int> reading = stream.ReadAsync(new byte[100]);
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
        Assert.Equal(0, await reading.AsTask().WaitAsync(Soon));
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Disposing_ends_a_read(bool isPolled)
    {
        AcceptedStream stream = Open(isPolled);
        Task<int> reading = stream.ReadAsync(new byte[100]).AsTask();
        stream.Dispose();
        Assert.Equal(0, await reading.WaitAsync(Soon));
        stream.Dispose(); // once more does no harm
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_socket_that_is_gone_when_its_event_arrives_ends_a_read(int length)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has epoll");
        PolledSocket polled = PolledSocket.TryWatch(accepted, Poller.ForNext()!, endsQuietly: true)!;
        Task<int> reading = polled.ReadAsync(new byte[length], default).AsTask();
        accepted.Dispose();
        polled.Note(mayRead: true, mayWrite: false, hasEnded: true, mayBlock: false);
        Assert.Equal(0, await reading.WaitAsync(Soon));
        Assert.Equal(0, await polled.ReadAsync(new byte[100], default).AsTask().WaitAsync(Soon));
        polled.Close();
    }

    [Fact]
    public async Task Disposing_does_not_run_the_reader_because_the_caller_may_hold_a_lock()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has epoll");
        AcceptedStream stream = Open(isPolled: true);
        int thread = Environment.CurrentManagedThreadId;
        bool isDisposing = false;
        Task<bool> isWithin = stream.ReadAsync(Memory<byte>.Empty).AsTask().ContinueWith(
            _ => Volatile.Read(ref isDisposing) && Environment.CurrentManagedThreadId == thread, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Volatile.Write(ref isDisposing, true);
        stream.Dispose();
        Volatile.Write(ref isDisposing, false);
        Assert.False(await isWithin.WaitAsync(Soon));
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task A_write_waits_until_the_peer_has_read(bool isPolled)
    {
        using AcceptedStream stream = Open(isPolled);
        accepted.SendBufferSize = 4096;
        byte[] sent = new byte[8 << 20];
        for (int i = 0; i < sent.Length; i++) sent[i] = (byte)(i * 7 >> 3);
        ValueTask writing = stream.WriteAsync(sent);
        Assert.False(writing.IsCompleted);
        byte[] received = new byte[sent.Length];
        for (int count = 0; count < received.Length;)
            count += await peer.ReceiveAsync(received.AsMemory(count)).AsTask().WaitAsync(Soon);
        await writing.AsTask().WaitAsync(Soon);
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task A_write_that_waits_fails_when_the_connection_ends(bool isPolled)
    {
        AcceptedStream stream = Open(isPolled);
        Task writing = stream.WriteAsync(new byte[8 << 20]).AsTask();
        Assert.False(writing.IsCompleted);
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(Soon));
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(new byte[1]).AsTask().WaitAsync(Soon));

        stream.Dispose();
    }

    /// <summary>The end of TLS writes past whoever waits.</summary>
    [Fact]
    public async Task A_second_write_fails_while_one_waits_and_the_first_goes_on()
    {
        AcceptedStream stream = Open(isPolled: true);
        byte[] sent = new byte[8 << 20];
        Task writing = stream.WriteAsync(sent).AsTask();
        Assert.False(writing.IsCompleted);
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(new byte[8 << 20]).AsTask().WaitAsync(Soon));
        peer.Blocking = true;
        await Task.Run(() =>
        {
            byte[] buffer = new byte[1 << 16];
            for (int received = 0; received < sent.Length;) received += peer.Receive(buffer);
        }).WaitAsync(Soon);
        await writing.WaitAsync(Soon);
        stream.Dispose();
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Disposing_ends_a_write_that_waits(bool isPolled)
    {
        AcceptedStream stream = Open(isPolled);
        Task writing = stream.WriteAsync(new byte[8 << 20]).AsTask();
        stream.Dispose();
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => writing.WaitAsync(Soon));
        Assert.True(RawMqtt.Transports.TransportEnd.IsEnd(failure), failure.ToString());
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task A_read_that_can_be_cancelled_ends_when_it_is(bool isPolled)
    {
        using AcceptedStream stream = Open(isPolled);
        using var cancelling = new CancellationTokenSource();
        Task<int> reading = stream.ReadAsync(new byte[10], cancelling.Token).AsTask();
        cancelling.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Soon));
        await peer.SendAsync(new byte[4]);
        Assert.Equal(4, await stream.ReadAsync(new byte[10]).AsTask().WaitAsync(Soon));
    }

    private AcceptedStream Open(bool isPolled)
    {
        Poller? poller = isPolled ? Poller.ForNext() : null;
        Assert.Equal(isPolled, poller is not null);
        return new AcceptedStream(accepted, records: null, poller) { IsQuick = true };
    }
}
