// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Dialling;
using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Serving;

/// <summary>What clients meet at the broker's listeners: transports, framing, refusals, limits.</summary>
public sealed class ListenerTests : IDisposable
{
    private const string Connect = "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'";

    private readonly BrokerSockets sockets = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sockets.Dispose();

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtts")]
    [InlineData("ws")]
    [InlineData("wss")]
    [Rule("MQTT-7.1.1-1", "MQTT-6.0.0-2", "MQTT-6.0.0-4")]
    public async Task Every_transport_carries_the_same_bytes_whatever_the_framing(string scheme)
    {
        await using MqttBroker broker = await sockets.StartAsync(scheme);
        await using Stream stream = await sockets.DialAsync(broker);
        foreach (byte b in ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 01")) await stream.WriteAsync(new[] { b }, Token);
        Assert.Equal(ByteText.Parse("20 02 00 00 | 90 03 00 01 01"), await BrokerSockets.ReadAsync(stream, 9));

        await stream.WriteAsync(ByteText.Parse("32 06 00 01 'a' 00 07 'x' | c0 00 | 32 06 00 01 'a' 00 08 'y'"), Token);
        Assert.Equal(ByteText.Parse("32 06 00 01 'a' 00 01 'x' | 40 02 00 07 | d0 00 | 32 06 00 01 'a' 00 02 'y' | 40 02 00 08"),
            await BrokerSockets.ReadAsync(stream, 26));
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("ws")]
    public async Task A_packet_of_a_megabyte_goes_through_and_one_more_byte_does_not(string scheme)
    {
        await using MqttBroker broker = await sockets.StartAsync(scheme, o => o with { Limits = new MqttBrokerLimits { MaxPacketLength = 1 << 20 } });
        await using Stream stream = await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00"), Token);
        await BrokerSockets.ReadAsync(stream, 9);
        byte[] packet = [.. ByteText.Parse("30 fc ff 3f | 00 01 'a'"), .. new byte[(1 << 20) - 7]];
        Assert.Equal(1 << 20, packet.Length);
        Task writing = stream.WriteAsync(packet, Token).AsTask();
        Assert.Equal(packet, await BrokerSockets.ReadAsync(stream, packet.Length));
        await writing;

        await stream.WriteAsync(ByteText.Parse("30 fd ff 3f | 00 01 'a'"), Token);
        Assert.Empty(await BrokerSockets.ReadAsync(stream, 1));
        if (stream is WebSocketStream webSocket) Assert.Equal(CloseCode.MessageTooBig, webSocket.CloseCode);
        Assert.Equal(1, broker.Statistics.PacketsTooLong);
    }

    [Fact]
    public async Task A_protocol_error_over_ws_ends_in_a_close_frame_that_names_the_rule()
    {
        await using MqttBroker broker = await sockets.StartAsync("ws");
        await using var stream = (WebSocketStream)await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 36 06 00 01 'a' 00 07 'x' | c0 00"), Token);

        Assert.Equal(ByteText.Parse("20 02 00 00"), await BrokerSockets.ReadAsync(stream, 100));
        Assert.Equal(CloseCode.ProtocolError, stream.CloseCode);
        Assert.StartsWith("[MQTT-3.3.1-4]", stream.CloseReason);
    }

    [Fact]
    public async Task A_refused_Connect_over_ws_is_answered_and_closed()
    {
        await using MqttBroker broker = await sockets.StartAsync("ws");
        await using var stream = (WebSocketStream)await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 05 02 00 00 | 00 01 'c'"), Token);

        Assert.Equal(ByteText.Parse("20 02 00 01"), await BrokerSockets.ReadAsync(stream, 100));
        Assert.Equal(CloseCode.NormalClosure, stream.CloseCode);
    }

    [Fact]
    public async Task A_client_that_connects_once_more_over_ws_ends_the_older_connection_with_4000()
    {
        await using MqttBroker broker = await sockets.StartAsync("ws");
        await using var older = (WebSocketStream)await sockets.DialAsync(broker);
        await older.WriteAsync(ByteText.Parse(Connect), Token);
        await BrokerSockets.ReadAsync(older, 4);
        await using Stream newer = await sockets.DialAsync(broker);
        await newer.WriteAsync(ByteText.Parse(Connect), Token);

        Assert.Empty(await BrokerSockets.ReadAsync(older, 1));
        Assert.Equal(4000, (int)older.CloseCode!);
        Assert.Equal("another connection with this client identifier took over", older.CloseReason);
    }

    [Fact]
    [Rule("MQTT-6.0.0-1")]
    public async Task A_text_frame_ends_in_1003_and_the_will_goes_out()
    {
        await using MqttBroker broker = await sockets.StartAsync("ws");
        using MqttBrokerSubscription wills = broker.Subscribe("will");
        using TcpClient socket = await BrokerSockets.UpgradeAsync(broker);
        NetworkStream stream = socket.GetStream();
        byte[] connect = ByteText.Parse("10 19 | 00 04 'MQTT' 04 06 00 00 | 00 01 'c' | 00 04 'will' 00 04 'gone'");
        await stream.WriteAsync((byte[])[0x82, (byte)(0x80 | connect.Length), 0, 0, 0, 0, .. connect], Token);
        Assert.Equal([0x82, 4, 0x20, 2, 0, 0], await BrokerSockets.ReadAsync(stream, 6));

        await stream.WriteAsync((byte[])[0x81, 0x82, 0, 0, 0, 0, 0xC0, 0x00], Token);
        byte[] answer = await BrokerSockets.ReadAsync(stream, 1000);
        Assert.Equal([0x88, 0x03, 0xEB], [answer[0], answer[2], answer[3]]);
        await foreach (MqttMessage will in wills.WithCancellation(Token))
        {
            Assert.Equal("gone", will.PayloadText);
            break;
        }
    }

    [Theory]
    [InlineData("GET /other HTTP/1.1", "404")]
    [InlineData("GET /mqtt HTTP/1.0", "505")]
    [InlineData("GET /health HTTP/1.1", "200")]
    public async Task Other_requests_are_answered_in_HTTP(string request, string status)
    {
        await using MqttBroker broker = await sockets.StartAsync("ws");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(broker.Addresses[0]).Port, Token);
        string upgrade = status == "200" ? "" : "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{request}\r\nHost: localhost\r\n{upgrade}\r\n"), Token);

        string answer = Encoding.ASCII.GetString(await BrokerSockets.ReadAsync(socket.GetStream(), 10_000));
        Assert.StartsWith($"HTTP/1.1 {status} ", answer);
        Assert.NotEqual("", answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    [Fact]
    public async Task Fifty_connections_that_promise_256_MB_and_drop_hurt_nobody()
    {
        await using MqttBroker broker = await sockets.StartAsync("mqtt");
        for (int i = 0; i < 50; i++)
        {
            await using Stream liar = await sockets.DialAsync(broker);
            await liar.WriteAsync(ByteText.Parse(Connect.Replace("'c'", $"{i + 1:x2}") + " | 30 ff ff ff 7f 00 01 'a'"), Token);
        }

        await using Stream honest = await sockets.DialAsync(broker);
        await honest.WriteAsync(ByteText.Parse(Connect + " | c0 00"), Token);
        Assert.Equal(ByteText.Parse("20 02 00 00 | d0 00"), await BrokerSockets.ReadAsync(honest, 6));
    }

    [Fact]
    public async Task Connections_by_address_are_bounded_and_come_free_again()
    {
        await AreBoundedAsync(new MqttBrokerLimits { MaxConnectionsPerAddress = 2 });
    }

    [Fact]
    public async Task Connections_in_all_are_bounded_and_come_free_again()
    {
        await AreBoundedAsync(new MqttBrokerLimits { MaxConnections = 2 });
    }

    private async Task AreBoundedAsync(MqttBrokerLimits limits)
    {
        await using MqttBroker broker = await sockets.StartAsync("mqtt", o => o with { Limits = limits });
        await using Stream first = await sockets.DialAsync(broker);
        Stream second = await sockets.DialAsync(broker);
        await second.WriteAsync(ByteText.Parse(Connect), Token);
        Assert.Equal(4, (await BrokerSockets.ReadAsync(second, 4)).Length);
        await using Stream third = await sockets.DialAsync(broker);
        Assert.Empty(await BrokerSockets.ReadAsync(third, 1));
        Assert.Equal(1, broker.Statistics.ConnectionsRefused);

        await first.WriteAsync(ByteText.Parse(Connect.Replace("'c'", "'d'")), Token);
        Assert.Equal(4, (await BrokerSockets.ReadAsync(first, 4)).Length);
        await second.WriteAsync(ByteText.Parse("e0 00"), Token);
        Assert.Empty(await BrokerSockets.ReadAsync(second, 1));
        await second.DisposeAsync();
        Assert.True(await IsServedSoonAsync(broker));
    }

    /// <summary>The place of a client comes free when its connection is closed to the end, a moment after the client has seen that.</summary>
    private async Task<bool> IsServedSoonAsync(MqttBroker broker)
    {
        while (!Token.IsCancellationRequested)
        {
            await using Stream stream = await sockets.DialAsync(broker);
            try
            {
                await stream.WriteAsync(ByteText.Parse(Connect), Token);
                if ((await BrokerSockets.ReadAsync(stream, 4)).Length == 4) return true;
            }
            catch (IOException)
            {
                // refused: the write met the end of the connection
            }
        }

        return false;
    }

    [Fact]
    public async Task A_certificate_that_changed_on_disk_is_used_without_a_restart()
    {
        var time = new SettableTime();
        await using MqttBroker broker = await sockets.StartAsync("mqtts", o => o with { TimeProvider = time });
        await using (await sockets.DialAsync(broker))
        {
        }

        sockets.WriteCertificate(["elsewhere.example"], File.GetLastWriteTimeUtc(sockets.CertificateFile).AddSeconds(5));
        time.Advance(TimeSpan.FromSeconds(2));
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => sockets.DialAsync(broker));
        Assert.Equal(MqttErrorCode.CertificateNameMismatch, refused.Code);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("of another key")]
    [InlineData("missing")]
    public async Task While_the_certificate_on_disk_cannot_be_used_the_one_before_is(string what)
    {
        var time = new SettableTime();
        await using MqttBroker broker = await sockets.StartAsync("wss", o => o with { TimeProvider = time });
        DateTime written = File.GetLastWriteTimeUtc(sockets.CertificateFile);
        (string certificate, string key) = sockets.Issue("elsewhere.example");
        if (what == "cut") sockets.Write(certificate[..200], written.AddSeconds(5));
        else if (what == "of another key") sockets.Write(certificate + sockets.Issue("elsewhere.example").Key, written.AddSeconds(5));
        else File.Delete(sockets.CertificateFile);
        time.Advance(TimeSpan.FromSeconds(2));
        await using (await sockets.DialAsync(broker))
        {
        }

        sockets.Write(certificate + key, written.AddSeconds(10));
        time.Advance(TimeSpan.FromSeconds(2));
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => sockets.DialAsync(broker));
        Assert.Equal(MqttErrorCode.CertificateNameMismatch, refused.Code);
    }

    /// <summary>The ten seconds count from the acceptance, whatever is under way, and end in a FIN.</summary>
    [Theory]
    [InlineData("mqtt", "")]
    [InlineData("mqtts", "16 03 01")]
    [InlineData("ws", "'GET /mqtt HTTP/1.1' 0d 0a")]
    [InlineData("wss", "")]
    public async Task An_opening_that_never_ends_is_ended(string scheme, string sent)
    {
        var time = new SettableTime();
        await using MqttBroker broker = await sockets.StartAsync(scheme, o => o with { TimeProvider = time });
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(broker.Addresses[0]).Port, Token);
        await socket.GetStream().WriteAsync(ByteText.Parse(sent), Token);
        while (broker.Statistics.Connections == 0) await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(0, await socket.GetStream().ReadAsync(new byte[1], Token));
        Assert.Equal(1, broker.Statistics.ConnectTimeouts);
    }

    [Fact]
    public async Task Pages_of_other_origins_are_refused_unless_they_are_allowed()
    {
        KeyValuePair<string, string>[] page = [new("Origin", "https://example.com")];
        await using MqttBroker strict = await sockets.StartAsync("ws");
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() =>
            Dialer.ConnectAsync(MqttAddress.Parse(strict.Addresses[0]), new DialOptions { RequestHeaders = page }, Token));
        Assert.Equal(403, refused.HttpStatus);

        await using MqttBroker open = await sockets.StartAsync("ws", o => o with { AllowedOrigins = ["https://example.com"] });
        await using Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(open.Addresses[0]), new DialOptions { RequestHeaders = page }, Token);
        await stream.WriteAsync(ByteText.Parse(Connect), Token);
        Assert.Equal(4, (await BrokerSockets.ReadAsync(stream, 4)).Length);
    }
}
