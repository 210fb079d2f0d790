// SPDX-License-Identifier: MIT

using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

/// <summary>Closing, however it goes: every wait ends, and the peer is told what there is to tell.</summary>
public sealed class WebSocketStreamClosingTests : IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Soon => deadline.Token;

    public void Dispose() => deadline.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task Closing_out_of_time_ends_the_read_that_is_under_way(int size)
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var client = new WebSocketStream(loopback.Client, WebSocketRole.Client) { CloseTimeout = TimeSpan.FromMilliseconds(100) };
        Task<int> reading = client.ReadAsync(new byte[size], Soon).AsTask();
        await client.CloseAsync(cancellationToken: Soon);
        Exception? thrown = await Record.ExceptionAsync(() => reading.WaitAsync(TimeSpan.FromSeconds(60), Soon));
        Assert.True(thrown is null or IOException or ObjectDisposedException);
        Assert.Equal(CloseCode.AbnormalClosure, client.CloseCode);
    }

    [Fact]
    public async Task A_read_that_comes_too_late_waits_for_the_end_and_can_be_cancelled()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var client = new WebSocketStream(loopback.Client, WebSocketRole.Client);
        Task closing = client.CloseAsync(cancellationToken: Soon);
        using var cancel = new CancellationTokenSource();
        Task<int> impatient = client.ReadAsync(new byte[10], cancel.Token).AsTask();
        Task<int> patient = client.ReadAsync(new byte[10], Soon).AsTask();
        Task second = client.CloseAsync(cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(patient.IsCompleted);
        client.Abort();
        await closing;
        Assert.Equal(0, await patient);
    }

    [Theory]
    [Rule("WS-7.4.1-2", "WS-7.4.1-3", "WS-7.4.1-4", "WS-7.4.1-6", "WS-7.4.2-1")]
    [InlineData(999)]
    [InlineData(1004)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(2000)]
    [InlineData(5000)]
    public async Task A_code_that_is_never_sent_leaves_the_connection_open(int code)
    {
        var below = new ScriptedStream([]);
        var server = new WebSocketStream(below, WebSocketRole.Server);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => server.CloseAsync((CloseCode)code));
        await server.WriteAsync("x"u8.ToArray(), Soon);
        await server.CloseAsync(CloseCode.NoStatusReceived);
        Assert.Equal("8201788800", Convert.ToHexString([.. below.Written]));
    }

    [Theory]
    [Rule("WS-7.1.7-4", "WS-5.5.1-6")]
    [InlineData("810141", 1002)]
    [InlineData("888437FA213D" + "34135553", 1001)]
    public async Task What_stood_behind_the_last_data_is_answered_by_closing(string end, int code)
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var server = new WebSocketStream(loopback.Server, WebSocketRole.Server);
        await loopback.Client.WriteAsync(RawFrame.Join(RawFrame.To(WebSocketRole.Server, 0x82, "data"), Convert.FromHexString(end)), Soon);
        Assert.Equal(4, await server.ReadAsync(new byte[100], Soon));
        Task closing = server.DisposeAsync().AsTask();
        (byte[] told, bool wasReset) = await Loopback.ReadToEndAsync(loopback.Client, Soon);
        loopback.Client.Dispose();
        await closing;
        Assert.Equal((code, false), ((told[2] << 8) | told[3], wasReset));
    }

    [Fact]
    public void A_time_that_no_closing_can_take_is_refused()
    {
        var server = new WebSocketStream(new ScriptedStream([]), WebSocketRole.Server);
        Assert.Throws<ArgumentOutOfRangeException>(() => server.CloseTimeout = TimeSpan.FromSeconds(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => server.CloseTimeout = TimeSpan.MaxValue);
        Assert.Equal(TimeSpan.FromSeconds(5), server.CloseTimeout);
        server.CloseTimeout = Timeout.InfiniteTimeSpan;
        server.CloseTimeout = TimeSpan.Zero;
    }

    [Fact]
    public async Task Cancelling_drops_the_transport()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var client = new WebSocketStream(loopback.Client, WebSocketRole.Client);
        using var cancel = new CancellationTokenSource();
        Task closing = client.CloseAsync(CloseCode.GoingAway, "enough", cancel.Token);
        byte[] close = new byte[14];
        await loopback.Server.ReadExactlyAsync(close, Soon);
        await cancel.CancelAsync();
        await closing;
        (byte[] rest, _) = await Loopback.ReadToEndAsync(loopback.Server, Soon);
        Assert.Empty(rest);
        await Assert.ThrowsAnyAsync<Exception>(() => loopback.Client.WriteAsync(new byte[1], Soon).AsTask());
    }

    [Theory]
    [Rule("WS-7.1.5-1", "WS-7.1.5-2", "WS-7.1.5-3", "WS-7.1.6-1", "WS-5.5.1-6", "WS-5.5.1-7", "WS-5.5.1-9", "WS-7.1.1-3")]
    [InlineData("8880" + "37FA213D", CloseCode.NoStatusReceived, "", "8800")]
    [InlineData("8884" + "37FA213D" + "341253" + "5D", CloseCode.NormalClosure, "r`", "880203E8")]
    [InlineData("", CloseCode.AbnormalClosure, "", "")]
    [InlineData("8280", CloseCode.AbnormalClosure, "", "")]
    public async Task The_server_answers_and_ends_at_once(string close, CloseCode code, string reason, string answer)
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var server = new WebSocketStream(loopback.Server, WebSocketRole.Server);
        await loopback.Client.WriteAsync(Convert.FromHexString(close), Soon);
        if (answer.Length == 0)
            loopback.ClientSocket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(0, await server.ReadAsync(new byte[100], Soon));
        Assert.Equal((code, reason), (server.CloseCode, server.CloseReason));
        if (answer.Length > 0)
        {
            (byte[] got, bool wasReset) = await Loopback.ReadToEndAsync(loopback.Client, Soon);
            Assert.Equal((answer, false), (Convert.ToHexString(got), wasReset));
            await Assert.ThrowsAsync<IOException>(() => server.WriteAsync(new byte[1], Soon).AsTask());
        }

        Assert.Equal(0, await server.ReadAsync(new byte[100], Soon));
    }

    [Fact]
    [Rule("WS-5.5.1-10", "WS-7.1.1-2", "WS-7.1.1-4", "WS-7.1.1-1")]
    public async Task The_client_lets_the_server_end_first()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var client = new WebSocketStream(loopback.Client, WebSocketRole.Client);
        Task closing = client.CloseAsync(CloseCode.NormalClosure, "", Soon);
        byte[] close = new byte[8];
        await loopback.Server.ReadExactlyAsync(close, Soon);
        await loopback.Server.WriteAsync(RawFrame.To(WebSocketRole.Client, 0x82, "late data is discarded"), Soon);
        await loopback.Server.WriteAsync(RawFrame.To(WebSocketRole.Client, 0x88, [3, 0xE8]), Soon);
        Task<int> end = loopback.Server.ReadAsync(new byte[1], Soon).AsTask();
        Assert.False(end.IsCompleted);
        loopback.ServerSocket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await closing;
        Assert.Equal(0, await end);
        Assert.Equal(CloseCode.NormalClosure, client.CloseCode);
    }

    [Fact]
    [Rule("WS-5.5.1-10", "WS-7.1.2-1")]
    public async Task Closing_ends_even_if_the_peer_says_nothing()
    {
        using Loopback loopback = await Loopback.OpenAsync();
        var client = new WebSocketStream(loopback.Client, WebSocketRole.Client) { CloseTimeout = TimeSpan.FromMilliseconds(100) };
        Task<int> reading = client.ReadAsync(new byte[10], Soon).AsTask();
        await client.DisposeAsync();
        Exception? thrown = await Record.ExceptionAsync(() => reading);
        Assert.True(thrown is null or IOException or ObjectDisposedException);
        Assert.Equal(CloseCode.AbnormalClosure, client.CloseCode);
        await client.DisposeAsync();
        await client.CloseAsync();
    }
}
