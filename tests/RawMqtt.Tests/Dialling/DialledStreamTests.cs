// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Dialling;

namespace RawMqtt.Tests.Dialling;

public sealed class DialledStreamTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public DialledStreamTests()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
    }

    private IPEndPoint Address => (IPEndPoint)listener.LocalEndPoint!;

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task Bytes_go_both_ways()
    {
        using NetworkStream stream = await DialAsync();
        using Socket peer = listener.Accept();
        Assert.True(stream.Socket.Connected);
        byte[] buffer = new byte[100];
        for (byte i = 1; i < 100; i++)
        {
            await stream.WriteAsync(new byte[] { i, i });
            Assert.Equal(2, await peer.ReceiveAsync(buffer).WaitAsync(Soon));
            Task<int> waiting = stream.ReadAsync(Memory<byte>.Empty).AsTask();
            Assert.False(waiting.IsCompleted);
            await peer.SendAsync(new byte[] { i, i, i });
            Assert.Equal(0, await waiting.WaitAsync(Soon));
            Assert.Equal(3, await stream.ReadAsync(buffer).AsTask().WaitAsync(Soon));
            Assert.Equal(i, buffer[2]);
        }

        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await stream.ReadAsync(buffer).AsTask().WaitAsync(Soon));
        Assert.Equal(0, await stream.ReadAsync(buffer).AsTask().WaitAsync(Soon));
    }

    [Fact]
    public async Task A_port_without_a_listener_refuses()
    {
        IPEndPoint address = Address;
        listener.Dispose();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var fault = await Assert.ThrowsAsync<SocketException>(() => DialledStream.ConnectAsync(socket, address, CancellationToken.None).WaitAsync(Soon));
        Assert.Equal(SocketError.ConnectionRefused, fault.SocketErrorCode);
    }

    [Fact]
    public async Task Connecting_ends_when_its_token_was_cancelled_before()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DialledStream.ConnectAsync(socket, Address, new CancellationToken(true)).WaitAsync(Soon));
    }

    [Fact]
    public async Task Connecting_that_waits_ends_with_its_token()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "others refuse what a full listener leaves unanswered here");
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var ending = new CancellationTokenSource();
        Task<NetworkStream>[] dialling = [.. Enumerable.Range(0, 8).Select(_ => DialledStream.ConnectAsync(
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), (IPEndPoint)full.LocalEndPoint!, ending.Token))];
        Task<NetworkStream>[] waiting = [.. dialling.Where(one => !one.IsCompleted)];
        await ending.CancelAsync();
        Assert.NotEmpty(waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[^1].WaitAsync(Soon));
        foreach (Task<NetworkStream> one in dialling)
        {
            await ((Task)one).WaitAsync(Soon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (one.IsCompletedSuccessfully) await (await one).DisposeAsync();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task A_reset_is_told_with_its_cause(int length)
    {
        using NetworkStream stream = await DialAsync();
        using var cancelling = new CancellationTokenSource(); // the client can always cancel
        Task<int> reading = stream.ReadAsync(new byte[length], cancelling.Token).AsTask();
        using (Socket peer = listener.Accept()) peer.LingerState = new LingerOption(true, 0);
        var fault = await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Soon));
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(fault.InnerException).SocketErrorCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task A_read_that_was_cancelled_loses_nothing(int length)
    {
        using NetworkStream stream = await DialAsync();
        using Socket peer = listener.Accept();
        using var cancelling = new CancellationTokenSource();
        Task<int> reading = stream.ReadAsync(new byte[length], cancelling.Token).AsTask();
        cancelling.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Soon));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.ReadAsync(new byte[length], cancelling.Token).AsTask().WaitAsync(Soon));
        await peer.SendAsync(new byte[4]);
        Assert.Equal(4, await stream.ReadAsync(new byte[10]).AsTask().WaitAsync(Soon));
    }

    [Fact]
    public async Task A_read_ends_when_the_stream_is_closed()
    {
        NetworkStream stream = await DialAsync();
        Task<int> reading = stream.ReadAsync(new byte[10]).AsTask();
        await stream.DisposeAsync();
        await Task.WhenAny(reading).WaitAsync(Soon); // with 0 or an exception: the framework shuts the socket down before it closes it
    }

    [Fact]
    public async Task A_write_waits_for_a_peer_that_reads_late()
    {
        using NetworkStream stream = await DialAsync();
        using Socket peer = listener.Accept();
        byte[] bytes = new byte[16 * 1024 * 1024];
        Random.Shared.NextBytes(bytes);
        Task writing = stream.WriteAsync(bytes, CancellationToken.None).AsTask();
        Assert.False(writing.IsCompleted);
        byte[] came = new byte[bytes.Length];
        for (int count = 0; count < came.Length;) count += await peer.ReceiveAsync(came.AsMemory(count)).AsTask().WaitAsync(Soon);
        await writing.WaitAsync(Soon);
        Assert.True(bytes.AsSpan().SequenceEqual(came));
    }

    [Fact]
    public async Task A_write_that_waits_ends_with_its_token()
    {
        using NetworkStream stream = await DialAsync();
        using Socket peer = listener.Accept();
        using var cancelling = new CancellationTokenSource();
        Task writing = stream.WriteAsync(new byte[16 * 1024 * 1024], cancelling.Token).AsTask();
        Assert.False(writing.IsCompleted);
        cancelling.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(Soon));
    }

    /// <summary>Readers are resumed on the thread that waits for sockets; it must not be the last one.</summary>
    [Fact]
    public async Task A_reader_that_blocks_holds_up_no_other()
    {
        const int Streams = 4;
        using var free = new ManualResetEventSlim();
        var blocked = new List<Task>();
        for (int i = 0; i < Streams; i++)
        {
            using NetworkStream stream = await DialAsync();
            Socket peer = listener.Accept();
            await Task.Run(() => ExchangeAsync(stream, peer, 200)).WaitAsync(Soon); // so many that a second thread waits for sockets
            NetworkStream blocking = await DialAsync();
            using Socket other = listener.Accept();
            blocked.Add(Task.Run(async () =>
            {
                await blocking.ReadAsync(new byte[1]).ConfigureAwait(false);
                free.Wait(Soon);
            }));
            await other.SendAsync(new byte[1]);
            peer.Dispose();
        }

        using NetworkStream last = await DialAsync();
        using Socket end = listener.Accept();
        await Task.Run(() => ExchangeAsync(last, end, 200)).WaitAsync(Soon);
        Assert.All(blocked, task => Assert.False(task.IsCompleted));
        free.Set();
        await Task.WhenAll(blocked).WaitAsync(Soon);
    }

    private static async Task ExchangeAsync(NetworkStream stream, Socket peer, int count)
    {
        byte[] buffer = new byte[1];
        for (int i = 0; i < count; i++)
        {
            Task<int> reading = stream.ReadAsync(buffer).AsTask();
            await peer.SendAsync(buffer).ConfigureAwait(false);
            Assert.Equal(1, await reading.ConfigureAwait(false));
        }
    }

    private async Task<NetworkStream> DialAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        return await DialledStream.ConnectAsync(socket, Address, CancellationToken.None).WaitAsync(Soon);
    }
}
