// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RawMqtt.Codec;
using RawMqtt.Tests.WebSockets;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Clients;

/// <summary>What the server said is in the exception, in the state change and in the log.</summary>
public class ServerWordsTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task The_HTTP_status_and_body_are_told()
    {
        MqttException end = await EndOfAsync("ws", "HTTP/1.1 403 Forbidden\r\nContent-Length: 21\r\n\r\nnot from this network"u8.ToArray(), afterHead: true);
        Assert.Equal((MqttErrorCode.UpgradeRefused, 403), (end.Code, end.HttpStatus));
        Assert.Contains("\"not from this network\"", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_alert_of_TLS_is_told()
    {
        MqttException end = await EndOfAsync("wss", [0x15, 0x03, 0x03, 0, 2, 2, 40]);
        Assert.Equal(MqttErrorCode.TlsFailed, end.Code);
        Assert.Contains("handshake failure", end.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(ConnectReturnCode.IdentifierRejected)]
    [InlineData(ConnectReturnCode.ServerUnavailable)]
    [InlineData(ConnectReturnCode.NotAuthorized)]
    public async Task The_return_code_of_CONNACK_is_told(ConnectReturnCode code)
    {
        MqttException end = await EndOfAsync("mqtt", [0x20, 2, 0, (byte)code]);
        Assert.Equal((MqttErrorCode.ConnectRefused, code), (end.Code, end.ReturnCode));
        Assert.Contains($"(return code {(int)code})", end.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("D000", "MQTT-3.2.0-1")]                // PINGRESP before CONNACK
    [InlineData("20020101", "MQTT-3.2.2-4")]            // Session Present with a refusal
    [InlineData("20020000" + "3603000161", "MQTT-3.3.1-4")]
    [InlineData("20020000" + "20020000", "3.2")]        // a second CONNACK
    [InlineData("20020000" + "40020000", "MQTT-2.3.1-1")]
    [InlineData("20020000" + "F000", "2.2.1")]
    public async Task A_rule_of_MQTT_that_the_server_broke_is_named_at_each_layer_and_time(string hex, string rule)
    {
        byte[] bytes = Convert.FromHexString(hex);
        MqttException end = await EndOfAsync("mqtt", bytes);
        Assert.Equal((MqttErrorCode.ProtocolViolation, rule), (end.Code, end.Rule));
        end = await EndOfAsync("ws", RawFrame.To(WebSocketRole.Client, 0x82, bytes));
        Assert.Equal((MqttErrorCode.ProtocolViolation, rule), (end.Code, end.Rule));
    }

    /// <summary>The one end that the exception, the state change and the log tell, of a server that answers the first bytes with these.</summary>
    private static async Task<MqttException> EndOfAsync(string scheme, byte[] answer, bool afterHead = false)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"{scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        using var stop = new CancellationTokenSource();
        RawWebSocketServer? upgraded = scheme == "ws" && !afterHead
            ? new RawWebSocketServer((below, token) => AnswerAsync(below, answer, token))
            : null;
        Task serving = upgraded is null ? AcceptAsync(listener, answer, stop.Token) : Task.CompletedTask;
        var lines = new ConcurrentQueue<string>();
        await using var client = new MqttClient(new MqttClientOptions
        {
            Address = upgraded?.Address ?? address,
            ReconnectDelay = TimeSpan.Zero,
            Log = (_, line) => lines.Enqueue(line),
        });
        MqttException? told = null;
        Task over = client.When(change =>
        {
            told = change.Cause;
            return change.To == MqttClientState.Disconnected;
        });
        Task opening = client.OpenAsync(Soon);
        await over.WaitAsync(Soon);
        MqttException cause = Assert.IsType<MqttException>(told);
        if (opening.IsFaulted) Assert.Equal(cause.Message, (await Assert.ThrowsAsync<MqttException>(() => opening)).Message);
        else Assert.Equal(cause.Message, client.LastFault!.Message);
        MqttException later = await Assert.ThrowsAsync<MqttException>(async () => await client.PublishAsync("a", "b", QualityOfService.AtLeastOnce));
        Assert.Equal((cause.Code, cause.Rule, cause.HttpStatus, cause.ReturnCode), (later.Code, later.Rule, later.HttpStatus, later.ReturnCode));
        Assert.Contains(lines, line => line.Contains(cause.Message, StringComparison.Ordinal));
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        if (upgraded is not null) await upgraded.DisposeAsync();
        return cause;
    }

    private static async Task AcceptAsync(TcpListener listener, byte[] answer, CancellationToken stop)
    {
        try
        {
            using TcpClient peer = await listener.AcceptTcpClientAsync(stop);
            await AnswerAsync(peer.GetStream(), answer, stop);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // the client left
        }
    }

    private static async Task AnswerAsync(NetworkStream below, byte[] answer, CancellationToken stop)
    {
        await below.ReadAtLeastAsync(new byte[16 * 1024], 1, cancellationToken: stop);
        await below.WriteAsync(answer, stop);
        below.Socket.Shutdown(SocketShutdown.Send); // or the client waits for an answer to its Close
        await below.CopyToAsync(Stream.Null, stop);
    }
}
