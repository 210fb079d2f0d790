using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Routing;
using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Tests.Transports;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests;

/// <summary>The broker behind real sockets.</summary>
public sealed class MqttBrokerTests : IDisposable
{
    private const string Connect = "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'";

    private readonly TestCertificates certificates = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => certificates.Dispose();

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtts")]
    [InlineData("ws")]
    [InlineData("wss")]
    [Rule("MQTT-7.1.1-1", "MQTT-6.0.0-2", "MQTT-6.0.0-4")]
    public async Task Every_transport_carries_the_same_bytes_whatever_the_framing(string scheme)
    {
        await using MqttBroker broker = await StartAsync(scheme);
        await using Stream stream = await DialAsync(broker);
        foreach (byte b in ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 01")) await stream.WriteAsync(new[] { b }, Token);
        Assert.Equal(ByteText.Parse("20 02 00 00 | 90 03 00 01 01"), await ReadAsync(stream, 9));

        await stream.WriteAsync(ByteText.Parse("32 06 00 01 'a' 00 07 'x' | c0 00 | 32 06 00 01 'a' 00 08 'y'"), Token);
        Assert.Equal(ByteText.Parse("32 06 00 01 'a' 00 01 'x' | 40 02 00 07 | d0 00 | 32 06 00 01 'a' 00 02 'y' | 40 02 00 08"), await ReadAsync(stream, 26));
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("ws")]
    public async Task A_packet_of_a_megabyte_goes_through_and_one_more_byte_does_not(string scheme)
    {
        await using MqttBroker broker = await StartAsync(scheme);
        await using Stream stream = await DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00"), Token);
        await ReadAsync(stream, 9);
        byte[] packet = [.. ByteText.Parse("30 fc ff 3f | 00 01 'a'"), .. new byte[(1 << 20) - 7]];
        Assert.Equal(1 << 20, packet.Length);
        Task writing = stream.WriteAsync(packet, Token).AsTask();
        Assert.Equal(packet, await ReadAsync(stream, packet.Length));
        await writing;

        await stream.WriteAsync(ByteText.Parse("30 fd ff 3f | 00 01 'a'"), Token);
        Assert.Empty(await ReadAsync(stream, 1));
        if (stream is WebSocketStream webSocket) Assert.Equal(CloseCode.MessageTooBig, webSocket.CloseCode);
        Assert.Equal(1, broker.Counters.PacketsTooLong);
    }

    [Fact]
    public async Task A_protocol_error_over_ws_ends_in_a_close_frame_that_names_the_rule()
    {
        await using MqttBroker broker = await StartAsync("ws");
        await using var stream = (WebSocketStream)await DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 36 06 00 01 'a' 00 07 'x' | c0 00"), Token);

        Assert.Equal(ByteText.Parse("20 02 00 00"), await ReadAsync(stream, 100));
        Assert.Equal(CloseCode.ProtocolError, stream.CloseCode);
        Assert.StartsWith("[MQTT-3.3.1-4]", stream.CloseReason);
    }

    [Fact]
    public async Task A_refused_Connect_over_ws_is_answered_and_closed()
    {
        await using MqttBroker broker = await StartAsync("ws");
        await using var stream = (WebSocketStream)await DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 05 02 00 00 | 00 01 'c'"), Token);

        Assert.Equal(ByteText.Parse("20 02 00 01"), await ReadAsync(stream, 100));
        Assert.Equal(CloseCode.NormalClosure, stream.CloseCode);
    }

    [Fact]
    [Rule("MQTT-6.0.0-1")]
    public async Task A_text_frame_ends_in_1003_and_the_will_goes_out()
    {
        await using MqttBroker broker = await StartAsync("ws");
        using MqttBrokerSubscription wills = broker.Subscribe("will");
        using TcpClient socket = await UpgradeAsync(broker);
        NetworkStream stream = socket.GetStream();
        byte[] connect = ByteText.Parse("10 19 | 00 04 'MQTT' 04 06 00 00 | 00 01 'c' | 00 04 'will' 00 04 'gone'");
        await stream.WriteAsync((byte[])[0x82, (byte)(0x80 | connect.Length), 0, 0, 0, 0, .. connect], Token);
        Assert.Equal([0x82, 4, 0x20, 2, 0, 0], await ReadAsync(stream, 6));

        await stream.WriteAsync((byte[])[0x81, 0x82, 0, 0, 0, 0, 0xC0, 0x00], Token);
        byte[] answer = await ReadAsync(stream, 1000);
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
        await using MqttBroker broker = await StartAsync("ws");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(broker.Addresses[0]).Port, Token);
        string upgrade = status == "200" ? "" : "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{request}\r\nHost: localhost\r\n{upgrade}\r\n"), Token);

        string answer = Encoding.ASCII.GetString(await ReadAsync(socket.GetStream(), 10_000));
        Assert.StartsWith($"HTTP/1.1 {status} ", answer);
        Assert.NotEqual("", answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    [Fact]
    public async Task Fifty_connections_that_promise_256_MB_and_drop_hurt_nobody()
    {
        await using MqttBroker broker = await StartAsync("mqtt");
        for (int i = 0; i < 50; i++)
        {
            await using Stream liar = await DialAsync(broker);
            await liar.WriteAsync(ByteText.Parse(Connect.Replace("'c'", $"{i + 1:x2}") + " | 30 ff ff ff 7f 00 01 'a'"), Token);
        }

        await using Stream honest = await DialAsync(broker);
        await honest.WriteAsync(ByteText.Parse(Connect + " | c0 00"), Token);
        Assert.Equal(ByteText.Parse("20 02 00 00 | d0 00"), await ReadAsync(honest, 6));
    }

    [Fact]
    public async Task Connections_by_address_are_bounded_and_come_free_again()
    {
        await AreBoundedAsync(new BrokerLimits { ConnectionsPerAddress = 2 });
    }

    [Fact]
    public async Task Connections_in_all_are_bounded_and_come_free_again()
    {
        await AreBoundedAsync(new BrokerLimits { Connections = 2 });
    }

    private async Task AreBoundedAsync(BrokerLimits limits)
    {
        await using MqttBroker broker = await StartAsync("mqtt", o => o with { Limits = limits });
        await using Stream first = await DialAsync(broker);
        Stream second = await DialAsync(broker);
        await second.WriteAsync(ByteText.Parse(Connect), Token);
        Assert.Equal(4, (await ReadAsync(second, 4)).Length);
        await using Stream third = await DialAsync(broker);
        Assert.Empty(await ReadAsync(third, 1));
        Assert.Equal(1, broker.Counters.ConnectionsRefused);

        await first.WriteAsync(ByteText.Parse(Connect.Replace("'c'", "'d'")), Token);
        Assert.Equal(4, (await ReadAsync(first, 4)).Length);
        await second.WriteAsync(ByteText.Parse("e0 00"), Token);
        Assert.Empty(await ReadAsync(second, 1));
        await second.DisposeAsync();
        Assert.True(await IsServedSoonAsync(broker));
    }

    /// <summary>The place of a client comes free when its connection is closed to the end, a moment after the client has seen that.</summary>
    private async Task<bool> IsServedSoonAsync(MqttBroker broker)
    {
        while (!Token.IsCancellationRequested)
        {
            await using Stream stream = await DialAsync(broker);
            try
            {
                await stream.WriteAsync(ByteText.Parse(Connect), Token);
                if ((await ReadAsync(stream, 4)).Length == 4) return true;
            }
            catch (IOException)
            {
                // refused: the write met the end of the connection
            }
        }

        return false;
    }

    [Theory]
    [InlineData("mqtt", 1)]
    [InlineData("mqtt", 2)]
    [InlineData("ws", 1)]
    [InlineData("ws", 2)]
    public async Task A_burst_far_beyond_the_window_arrives_whole_and_in_order(string scheme, int qos)
    {
        const int Count = 3000;
        await using MqttBroker broker = await StartAsync(scheme);
        await using Stream subscriber = await DialAsync(broker);
        await subscriber.WriteAsync(ByteText.Parse($"{Connect} | 82 06 00 01 00 01 'a' {qos:x2}"), Token);
        await ReadAsync(subscriber, 9);
        await using Stream publisher = await DialAsync(broker);
        await publisher.WriteAsync(ByteText.Parse(Connect.Replace("'c'", "'p'")), Token);
        byte[] burst = [.. Enumerable.Range(1, Count).SelectMany(i => (byte[])[(byte)(0x30 | qos << 1), 7, 0, 1, (byte)'a', (byte)(i >> 8), (byte)i, (byte)(i >> 8), (byte)i])];
        Task publishing = publisher.WriteAsync(burst, Token).AsTask();
        Task<byte[]> acknowledged = ReadAsync(publisher, 4 + 4 * Count);

        for (int i = 1; i <= Count;)
        {
            byte[] packet = await ReadAsync(subscriber, 2);
            byte[] body = await ReadAsync(subscriber, packet[1]);
            if (packet[0] == 0x62)
            {
                await subscriber.WriteAsync((byte[])[0x70, 2, .. body], Token);
                continue;
            }

            Assert.Equal(i++, body[5] << 8 | body[6]);
            await subscriber.WriteAsync((byte[])[(byte)(qos == 1 ? 0x40 : 0x50), 2, body[3], body[4]], Token);
        }

        await publishing;
        Assert.Equal(4 + 4 * Count, (await acknowledged).Length);
        Assert.Equal(0, broker.Counters.MessagesDropped);
    }

    [Fact]
    public async Task In_memory_there_is_no_socket()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [] }, Token);
        await using Stream stream = broker.Connect();
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00 | 30 04 00 01 'a' 'x' | e0 00"), Token);

        Assert.Equal(ByteText.Parse("20 02 00 00 | 90 03 00 01 00 | 30 04 00 01 'a' 'x'"), await ReadAsync(stream, 100));
    }

    [Fact]
    public async Task The_program_publishes_subscribes_lists_and_disconnects()
    {
        await using MqttBroker broker = await StartAsync("mqtt");
        broker.Publish("kept", "1", QualityOfService.AtLeastOnce, retain: true);
        using MqttBrokerSubscription all = broker.Subscribe("#");
        await using Stream stream = await DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00 | 32 06 00 01 'b' 00 01 'x'"), Token);
        await ReadAsync(stream, 13);
        broker.Publish("a", "2");
        Assert.Equal(ByteText.Parse("30 04 00 01 'a' '2'"), await ReadAsync(stream, 6));

        MqttBrokerClient client = Assert.Single(broker.Clients);
        Assert.Equal(("c", true, 1), (client.ClientId, client.IsConnected, client.Subscriptions));
        Assert.Equal(IPAddress.Loopback, client.RemoteAddress!.Address);
        Assert.True(broker.Disconnect("c"));
        Assert.False(broker.Disconnect("nobody"));
        Assert.Empty(await ReadAsync(stream, 1));

        all.Dispose();
        var got = new List<string>();
        await foreach (MqttMessage message in all.WithCancellation(Token)) got.Add($"{message.Topic}={message.PayloadText} {message.Retain}");
        Assert.Equal(["kept=1 True", "b=x False", "a=2 False"], got);
        Assert.Throws<ArgumentException>(() => broker.Publish("a/#", ""));
        Assert.Throws<ArgumentException>(() => broker.Subscribe("a#"));
        Assert.Throws<ArgumentException>(() => broker.Publish(new string('/', 128), "", retain: true));
        Assert.Throws<ArgumentException>(() => broker.Subscribe(new string('/', 128)));
    }

    [Fact]
    public async Task Stopping_sends_what_waits_and_closes_with_1001()
    {
        MqttBroker broker = await StartAsync("ws");
        await using var stream = (WebSocketStream)await DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00"), Token);
        await ReadAsync(stream, 9);
        broker.Publish("a", new string('x', 100_000));
        Task stopping = broker.StopAsync(Token);

        Assert.Equal(100_000 + 7, (await ReadAsync(stream, 200_000)).Length);
        Assert.Equal(CloseCode.GoingAway, stream.CloseCode);
        await stopping;
        await Assert.ThrowsAnyAsync<MqttException>(() => DialAsync(broker));
    }

    [Fact]
    public async Task A_certificate_that_changed_on_disk_is_used_without_a_restart()
    {
        var time = new SettableTime();
        await using MqttBroker broker = await StartAsync("mqtts", o => o with { TimeProvider = time });
        await using (await DialAsync(broker))
        {
        }

        WriteCertificate(["elsewhere.example"], File.GetLastWriteTimeUtc(CertificatePath).AddSeconds(5));
        time.Advance(TimeSpan.FromSeconds(2));
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => DialAsync(broker));
        Assert.Equal(MqttErrorCode.CertificateNameMismatch, refused.Code);
    }

    [Fact]
    public async Task What_cannot_be_listened_on_is_said_so()
    {
        await using MqttBroker broker = await StartAsync("mqtt");
        MqttException taken = await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = broker.Addresses }, Token));
        Assert.Equal(MqttErrorCode.ListenFailed, taken.Code);
        MqttException bare = await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtts://127.0.0.1:0"] }, Token));
        Assert.Equal(MqttErrorCode.InvalidOptions, bare.Code);
        await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [], TrustedProxies = ["proxy"] }, Token));
    }

    [Fact]
    public async Task The_system_topics_are_there_and_can_be_switched_off()
    {
        await using MqttBroker broker = await StartAsync("mqtt", o => o with { SystemTopicsInterval = TimeSpan.FromSeconds(10) });
        using MqttBrokerSubscription system = broker.Subscribe("$SYS/#");
        system.Dispose();
        var got = new Dictionary<string, string>();
        await foreach (MqttMessage message in system.WithCancellation(Token)) got.Add(message.Topic, message.PayloadText);
        Assert.Equal("0", got["$SYS/broker/clients/connected"]);
        Assert.Equal("0 seconds", got["$SYS/broker/uptime"]);

        await using MqttBroker quiet = await StartAsync("mqtt");
        using MqttBrokerSubscription nothing = quiet.Subscribe("$SYS/#");
        nothing.Dispose();
        await foreach (MqttMessage message in nothing.WithCancellation(Token)) Assert.Fail(message.Topic);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "203.0.113.7:4711")]
    [InlineData("10.0.0.0/8", null)]
    public async Task The_word_of_a_trusted_proxy_reaches_hooks_and_log(string trusted, string? expected)
    {
        MqttConnectRequest? asked = null;
        var lines = new List<string>();
        MqttBroker broker = await StartAsync("ws", o => o with
        {
            TrustedProxies = [trusted],
            Log = lines.Add,
            Authenticate = (request, _) =>
            {
                asked = request;
                return new ValueTask<RawMqtt.Codec.ConnectReturnCode>(RawMqtt.Codec.ConnectReturnCode.NotAuthorized);
            },
            AllowAnonymous = true,
        });
        await using (Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]), new DialOptions { RequestHeaders = [new("X-Forwarded-For", "198.51.100.1, 203.0.113.7:4711")] }, Token))
        {
            await stream.WriteAsync(ByteText.Parse(Connect), Token);
            Assert.Equal(ByteText.Parse("20 02 00 05"), await ReadAsync(stream, 100));
        }

        await broker.DisposeAsync();
        Assert.Equal(expected, asked!.ForwardedAddress?.ToString());
        Assert.Equal(IPAddress.Loopback, asked.RemoteAddress!.Address);
        Assert.Contains($" forwarded={expected} ", Assert.Single(lines));
    }

    [Fact]
    public async Task Pages_of_other_origins_are_refused_unless_they_are_allowed()
    {
        KeyValuePair<string, string>[] page = [new("Origin", "https://example.com")];
        await using MqttBroker strict = await StartAsync("ws");
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => Dialer.ConnectAsync(MqttAddress.Parse(strict.Addresses[0]), new DialOptions { RequestHeaders = page }, Token));
        Assert.Equal(403, refused.HttpStatus);

        await using MqttBroker open = await StartAsync("ws", o => o with { AllowedOrigins = ["https://example.com"] });
        await using Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(open.Addresses[0]), new DialOptions { RequestHeaders = page }, Token);
        await stream.WriteAsync(ByteText.Parse(Connect), Token);
        Assert.Equal(4, (await ReadAsync(stream, 4)).Length);
    }

    [Fact]
    public async Task Meters_show_the_counters()
    {
        await using MqttBroker broker = await StartAsync("mqtt");
        await using Stream stream = await DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 32 06 00 01 'b' 00 01 'x'"), Token);
        await ReadAsync(stream, 8);
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Meter.Name == "RawMqtt.Broker") self.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = Math.Max(seen.GetValueOrDefault(instrument.Name), value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => seen[instrument.Name] = Math.Max(seen.GetValueOrDefault(instrument.Name), value));
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.True(seen["rawmqtt.broker.connections"] >= 1 && seen["rawmqtt.broker.messages.received"] >= 1 && seen["rawmqtt.broker.clients"] >= 1);
    }

    private string CertificatePath { get; set; } = "";

    private void WriteCertificate(string[] names, DateTime? written = null)
    {
        using X509Certificate2 certificate = certificates.Issue(names);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        CertificatePath = certificates.Write("server.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        if (written is not null) File.SetLastWriteTimeUtc(CertificatePath, written.Value);
    }

    private Task<MqttBroker> StartAsync(string scheme, Func<MqttBrokerOptions, MqttBrokerOptions>? change = null)
    {
        if (scheme is "wss" or "mqtts") WriteCertificate(["127.0.0.1"]);
        var options = new MqttBrokerOptions
        {
            Listeners = [$"{scheme}://127.0.0.1:0{(scheme[0] == 'w' ? "/mqtt" : "")}"],
            CertificateFile = CertificatePath.Length > 0 ? CertificatePath : null,
            SystemTopicsInterval = TimeSpan.Zero,
        };
        return MqttBroker.StartAsync(change?.Invoke(options) ?? options, Token);
    }

    private Task<Stream> DialAsync(MqttBroker broker) =>
        Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]), new DialOptions { Tls = CertificatePath.Length > 0 ? new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile } : null }, Token);

    private static async Task<TcpClient> UpgradeAsync(MqttBroker broker)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(broker.Addresses[0]).Port, Token);
        await socket.GetStream().WriteAsync("GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"u8.ToArray(), Token);
        var answer = new StringBuilder();
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) answer.Append((char)(await ReadAsync(socket.GetStream(), 1))[0]);
        Assert.StartsWith("HTTP/1.1 101 ", answer.ToString());
        return socket;
    }

    /// <summary>So many bytes, or fewer if the stream ends before.</summary>
    private static async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        byte[] bytes = new byte[count];
        int filled = 0;
        while (filled < count && await stream.ReadAsync(bytes.AsMemory(filled), Token) is var read and > 0) filled += read;
        return bytes[..filled];
    }

    private static async Task WhenAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Yield();
    }

    private sealed class SettableTime : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref ticks);

        public void Advance(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);
    }
}
