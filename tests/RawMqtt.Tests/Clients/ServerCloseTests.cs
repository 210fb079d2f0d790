// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Tests.WebSockets;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Clients;

/// <summary>What the server said with the end of a WebSocket is told, and a rule that it broke is named, before CONNACK and after.</summary>
public class ServerCloseTests
{
    private const WebSocketRole Client = WebSocketRole.Client;
    private static readonly byte[] ConnAck = RawFrame.To(Client, 0x82, [0x20, 0x02, 0x00, 0x00]);

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(1000, "", "normal closure")]
    [InlineData(1001, "restart", "going away")]
    [InlineData(1008, "not allowed", "against the server's policy")]
    [InlineData(1009, "", "a message larger than the server takes")]
    [InlineData(1012, "update", "the server restarts")]
    [InlineData(4001, "bye", "a code of the server's own")]
    public async Task The_code_and_the_reason_of_the_servers_Close_are_told(int code, string reason, string meaning)
    {
        byte[] close = RawFrame.To(Client, 0x88, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);
        MqttException after = await EndOfAsync(RawFrame.Join(ConnAck, close));
        Assert.Equal((MqttErrorCode.ConnectionLost, (CloseCode)code, reason), (after.Code, after.CloseCode, after.CloseReason));
        Assert.Contains($"with code {code} ({meaning}", after.Message, StringComparison.Ordinal);
        if (reason.Length > 0) Assert.Contains($"\"{reason}\"", after.Message, StringComparison.Ordinal);
        if (code == 1009) Assert.Matches("The largest write of this connection had [0-9]{2} bytes", after.Message);

        MqttException before = await EndOfAsync(close);
        Assert.Equal((MqttErrorCode.MqttNotSpoken, (CloseCode)code, reason), (before.Code, before.CloseCode, before.CloseReason));
        Assert.Contains($"with code {code} ({meaning}", before.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8000", "WS-5.4-6")]
    [InlineData("8280", "WS-5.1-4")]
    [InlineData("8100", "WS-7.4.1-1")]
    [InlineData("C200", "WS-5.2-2")]
    [InlineData("8300", "WS-5.2-3")]
    [InlineData("880103", "WS-5.5.1-1")]
    [Rule("WS-7.1.7-1", "WS-5.1-4")]
    public async Task A_rule_of_WebSocket_that_the_server_broke_is_named(string hex, string rule)
    {
        foreach (byte[] before in new[] { [], ConnAck })
        {
            MqttException end = await EndOfAsync([.. before, .. Convert.FromHexString(hex)]);
            Assert.Equal((MqttErrorCode.ProtocolViolation, rule), (end.Code, end.Rule));
        }
    }

    [Theory]
    [InlineData("82", 1002)]                // the end within a frame
    [InlineData("8210203040", 1002)]
    [InlineData("820536030001" + "61", 1002)]   // QoS 3
    public async Task What_the_server_broke_is_told_to_it_by_the_close_code(string hex, int code)
    {
        var told = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawWebSocketServer(async (below, stop) =>
        {
            await TakeConnectAsync(below, stop);
            await below.WriteAsync((byte[])[.. ConnAck, .. Convert.FromHexString(hex)], stop);
            if (hex.Length < 12) below.Socket.Shutdown(SocketShutdown.Send);
            var all = new MemoryStream();
            await below.CopyToAsync(all, stop);
            told.TrySetResult(all.ToArray());
        });
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address, ReconnectDelay = TimeSpan.Zero });
        await client.OpenAsync(Soon);
        Span<byte> sent = await told.Task.WaitAsync(Soon);
        var reader = new FrameReader(WebSocketRole.Server, int.MaxValue);
        while (reader.TryRead(ref sent, out FramePiece piece))
        {
            if (piece.Opcode == Opcode.Close)
            {
                Assert.Equal(code, (piece.Payload[0] << 8) | piece.Payload[1]);
                return;
            }
        }

        Assert.Fail("no Close");
    }

    /// <summary>The one end that the exception, the state change and the log tell.</summary>
    private static async Task<MqttException> EndOfAsync(byte[] bytes)
    {
        await using var server = new RawWebSocketServer(async (below, stop) =>
        {
            await TakeConnectAsync(below, stop);
            await below.WriteAsync(bytes, stop);
            await below.CopyToAsync(Stream.Null, stop);
        });
        var lines = new ConcurrentQueue<string>();
        await using var client = new MqttClient(new MqttClientOptions
        {
            Address = server.Address,
            ReconnectDelay = TimeSpan.Zero,
            Log = (_, line) => lines.Enqueue(line),
        });
        MqttException? told = null;
        Task over = client.When(change =>
        {
            told = change.Cause;
            return change.To == MqttClientState.Disconnected;
        });
        try
        {
            await client.OpenAsync(Soon);
        }
        catch (MqttException)
        {
            // it ended before CONNACK
        }

        await over.WaitAsync(Soon);
        MqttException cause = Assert.IsType<MqttException>(told);
        MqttException later = await Assert.ThrowsAsync<MqttException>(() =>
            client.PublishAsync("a", "b", QualityOfService.AtLeastOnce, cancellationToken: Soon).AsTask());
        Assert.Equal((cause.Code, cause.Rule, cause.CloseCode), (later.Code, later.Rule, later.CloseCode));
        Assert.Contains(lines, line => line.Contains(cause.Message, StringComparison.Ordinal));
        return cause;
    }

    private static async Task TakeConnectAsync(NetworkStream below, CancellationToken stop)
    {
        byte[] head = new byte[6];
        await below.ReadExactlyAsync(head, stop);
        await below.ReadExactlyAsync(new byte[head[1] & 0x7F], stop);
    }
}
