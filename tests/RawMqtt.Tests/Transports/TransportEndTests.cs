// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

/// <summary>What was left unread would reset the connection when it is closed: so it is read, as far as that is bounded.</summary>
public class TransportEndTests
{
    [Theory]
    [InlineData(100_000)]
    [InlineData(10_000_000)]
    public async Task Behind_a_refused_handshake_what_comes_is_read_up_to_the_bound(int behind)
    {
        var below = new ScriptedStream([.. "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8, .. new byte[behind]]);
        Assert.Null(await WebSocketStream.AcceptAsync(below, new ServerHandshakeOptions(), CancellationToken.None));
        Assert.StartsWith("HTTP/1.1 404 ", Encoding.ASCII.GetString([.. below.Written]));
        AssertDrained(below, behind);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(10_000_000)]
    public async Task Behind_a_broken_rule_what_comes_is_read_up_to_the_bound(int behind)
    {
        var below = new ScriptedStream([0xFF, .. new byte[behind]]);
        var server = new WebSocketStream(below, WebSocketRole.Server);
        await Assert.ThrowsAsync<WebSocketViolationException>(() => server.ReadAsync(new byte[100]).AsTask());
        Assert.Equal([0x88, 0x37, 0x03, 0xEA], below.Written[..4]);
        AssertDrained(below, behind);
    }

    [Fact]
    public async Task A_peer_that_neither_sends_nor_ends_is_not_waited_for_for_ever()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        await TransportEnd.DrainAsync(loopback.Server).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static void AssertDrained(ScriptedStream below, int behind)
    {
        if (behind < 256 * 1024) Assert.Equal(0, below.Unread);
        else Assert.InRange(below.Unread, behind - (300 * 1024), behind - (256 * 1024) + 8192);
    }
}
