// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Serving;
using RawMqtt.Transports;

namespace RawMqtt.Tests.Transports;

public sealed class PollerTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<IDisposable> opened = [];
    private readonly Poller? poller = Poller.ForNext();

    public PollerTests()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
    }

    public void Dispose()
    {
        foreach (IDisposable one in opened) one.Dispose();
        listener.Dispose();
    }

    [Fact]
    public async Task What_gives_way_goes_behind_the_sockets_that_are_ready()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has epoll");
        (AcceptedStream busy, Socket busyPeer) = Open();
        (AcceptedStream other, Socket otherPeer) = Open();
        var turns = new Turns();
        Task read = ReadAsync(other, turns);
        Task served = GiveWayAsync(busy, otherPeer, turns);
        await busyPeer.SendAsync(new byte[1]);
        await served.WaitAsync(Soon);
        await read.WaitAsync(Soon);
        Assert.InRange(turns.ReadAt, 1, 2); // the socket was ready before the first turn ended
        Assert.Equal(turns.BusyThreads.Distinct(), [turns.ReadOn]);
    }

    [Fact]
    public async Task A_read_that_fills_its_buffer_gives_way_and_stays_on_its_thread()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has epoll");
        (AcceptedStream stream, Socket peer) = Open();
        Task<HashSet<int>> reading = ReadInPiecesAsync(stream, 10_000);
        await peer.SendAsync(new byte[10_000]);
        Assert.Single(await reading.WaitAsync(Soon));
    }

    private static async Task<HashSet<int>> ReadInPiecesAsync(AcceptedStream stream, int length)
    {
        var threads = new HashSet<int>();
        byte[] piece = new byte[100];
        while (length > 0)
        {
            await stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            threads.Add(Environment.CurrentManagedThreadId);
            length -= await stream.ReadAsync(piece).ConfigureAwait(false);
        }

        return threads;
    }

    private static async Task ReadAsync(AcceptedStream stream, Turns turns)
    {
        await stream.ReadAsync(new byte[1]).ConfigureAwait(false);
        (turns.ReadAt, turns.ReadOn) = (turns.BusyThreads.Count, Environment.CurrentManagedThreadId);
    }

    private static async Task GiveWayAsync(AcceptedStream busy, Socket otherPeer, Turns turns)
    {
        await busy.ReadAsync(new byte[1]).ConfigureAwait(false);
        otherPeer.Send(new byte[1]);
        for (int turn = 0; turn < 100; turn++)
        {
            turns.BusyThreads.Add(Environment.CurrentManagedThreadId);
            await Poller.GiveWay();
        }
    }

    private (AcceptedStream Accepted, Socket Peer) Open()
    {
        Assert.NotNull(poller);
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(listener.LocalEndPoint!);
        var accepted = new AcceptedStream(listener.Accept(), records: null, poller) { IsQuick = true };
        opened.AddRange([peer, accepted]);
        return (accepted, peer);
    }

    private sealed class Turns
    {
        public List<int> BusyThreads { get; } = [];

        public int ReadAt { get; set; }

        public int ReadOn { get; set; }
    }
}
