// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using RawMqtt.Dialling;
using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Transports;

namespace RawMqtt.Tests.Serving;

/// <summary>What the broker's log says about connections.</summary>
public sealed class BrokerReportTests
{
    private readonly ConcurrentQueue<string> lines = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("10 0e | 00 04 'MQTT' 05 02 00 00 00 | 00 01 'c'", "reason=Refused code=1 violation=\"[MQTT-3.1.2-2]", "protocolVersion: 4")]
    [InlineData("10 0f | 00 06 'MQIsdp' 03 02 00 00 | 00 01 'c'", "reason=Refused code=1 violation=\"[MQTT-3.1.2-1]", "WithProtocolVersion")]
    [InlineData("10 0c | 00 04 'MQTT' 04 00 00 00 | 00 00", "reason=Refused code=2 violation=\"[MQTT-3.1.3-7]", "")]
    [InlineData("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 30 81 80 80 40", "reason=ProtocolViolation", "MaxPacketLength")]
    public async Task The_end_of_a_connection_names_its_cause_and_the_setting_that_helps(string sent, string cause, string setting)
    {
        await ExchangeAsync(o => o with { Limits = new MqttBrokerLimits { MaxPacketLength = 1 << 20 } }, sent);
        string line = Assert.Single(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
        Assert.StartsWith("Warning ", line);
        Assert.Contains(cause, line);
        Assert.Contains(setting, line);
    }

    /// <summary>CONNECT of MQTT 5 as MQTTnet, mosquitto_sub and Paho send it: with and without properties, with a Will, without an identifier.</summary>
    [Theory]
    [InlineData("mqtt", "10 0e | 00 04 'MQTT' 05 02 00 3c 00 | 00 01 'c'")]
    [InlineData("ws", "10 0e | 00 04 'MQTT' 05 02 00 3c 00 | 00 01 'c'")]
    [InlineData("mqtt", "10 10 | 00 04 'MQTT' 05 02 00 3c 03 21 00 14 | 00 00")]
    [InlineData("ws", "10 10 | 00 04 'MQTT' 05 02 00 3c 03 21 00 14 | 00 00")]
    [InlineData("ws", "10 18 | 00 04 'MQTT' 05 06 00 3c 05 11 00 00 00 3c | 00 00 | 00 | 00 01 'w' 00 00")]
    public async Task A_client_of_MQTT_5_is_a_line_with_the_level_and_the_setting_that_helps(string scheme, string connect)
    {
        MqttBroker broker = await StartAsync(scheme, o => o);
        await using (Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]), new DialOptions(), Token))
        {
            await stream.WriteAsync(ByteText.Parse(connect), Token);
            Assert.Equal(ByteText.Parse("20 02 00 01"), await BrokerSockets.ReadToEndAsync(stream));
        }

        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
        Assert.StartsWith("Warning ", line);
        Assert.Contains(" code=1 violation=\"[MQTT-3.1.2-2]", line);
        Assert.Contains("level", line);
        Assert.Contains("WithProtocolVersion, protocolVersion: 4, -V mqttv311", line);
    }

    [Fact]
    public async Task A_refused_login_is_a_line_with_the_name_and_without_the_password()
    {
        await ExchangeAsync(
            o => o with { Authenticate = (_, _) => new ValueTask<RawMqtt.Codec.ConnectReturnCode>(RawMqtt.Codec.ConnectReturnCode.BadUserNameOrPassword) },
            "10 1a | 00 04 'MQTT' 04 c2 00 00 | 00 01 'c' 00 05 'alice' 00 04 'pass'");
        string line = Assert.Single(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
        Assert.Contains("user=\"alice\"", line);
        Assert.Contains(" code=4 ", line);
        Assert.DoesNotContain("pass", line.Replace("password", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_and_a_client_that_comes_are_lines_at_level_Information()
    {
        await ExchangeAsync(o => o, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | e0 00");
        Assert.Equal(
            ["Information event=listening", "Information event=connected", "Information event=ended"],
            lines.Select(line => string.Join(' ', line.Split(' ')[..2])));
    }

    [Fact]
    public async Task A_page_that_is_refused_is_a_line_with_its_origin_and_the_option_that_lets_it_in() =>
        await IsRefusedAsync(o => o, "origin=\"https://example.com\" host=\"127.0.0.1:", "--allow-origin", new KeyValuePair<string, string>("Origin", "https://example.com"));

    [Theory]
    [InlineData("null", "", "origin=\"null\"", "--allow-origin *")]
    [InlineData("http://rebound.example:8083", "rebound.example:8083", "host=\"rebound.example:8083\"", "Host names another one")]
    public async Task A_refused_page_is_told_what_lets_it_in(string origin, string host, string shown, string hint) =>
        await IsRefusedAsync(o => o, shown, hint, host.Length > 0 ? [new("Host", host), new("Origin", origin)] : [new("Origin", origin)]);

    /// <summary>The socket's own address decides, whatever the listener was bound to.</summary>
    [Fact]
    public async Task A_name_that_was_re_bound_to_127_0_0_1_is_refused_on_a_listener_on_all_addresses() => await IsRefusedAsync(
        o => o with { Listeners = ["ws://0.0.0.0:0/mqtt"] },
        "origin=\"http://rebound.example:8083\"",
        "--allow-origin",
        new("Host", "rebound.example:8083"),
        new("Origin", "http://rebound.example:8083"));

    [Fact]
    public async Task A_page_behind_a_proxy_that_is_not_trusted_is_told_to_trust_it() => await IsRefusedAsync(
        o => o,
        "origin=\"https://example.com\"",
        "--trusted-proxy",
        new("Host", "example.com"),
        new("Origin", "https://example.com"),
        new("X-Forwarded-For", "203.0.113.7"));

    [Theory]
    [InlineData("https://example.com", "https", true)]
    [InlineData("http://example.com", "https", false)]
    public async Task A_page_behind_a_trusted_proxy_is_judged_by_the_forwarded_scheme_and_Host(string origin, string scheme, bool isAllowed)
    {
        KeyValuePair<string, string>[] headers =
            [new("Host", "example.com"), new("Origin", origin), new("X-Forwarded-For", "203.0.113.7"), new("X-Forwarded-Proto", scheme)];
        MqttBrokerOptions Trusting(MqttBrokerOptions options) => options with { TrustedProxies = ["127.0.0.1"] };
        if (!isAllowed)
        {
            await IsRefusedAsync(Trusting, "origin=\"http://example.com\"", "without TLS", headers);
            return;
        }

        await using MqttBroker broker = await StartAsync("ws", Trusting);
        Assert.StartsWith("HTTP/1.1 101 ", await UpgradeAsync(broker, headers));
    }

    [Theory]
    [InlineData("theirs.example:8083", false)]
    [InlineData("ours.example:8083", true)]
    public async Task A_page_by_a_host_that_is_not_ours_is_told_the_option_with_the_names(string host, bool isAllowed)
    {
        // behind a proxy, because a listener on loopback takes no other host
        KeyValuePair<string, string>[] headers = [new("Host", host), new("Origin", $"http://{host}"), new("X-Forwarded-For", "203.0.113.7")];
        MqttBrokerOptions Named(MqttBrokerOptions options) => options with { TrustedProxies = ["127.0.0.1"], HostNames = ["ours.example"] };
        if (!isAllowed)
        {
            await IsRefusedAsync(Named, "host=\"theirs.example:8083\"", "--host-name", headers);
            return;
        }

        await using MqttBroker broker = await StartAsync("ws", Named);
        Assert.StartsWith("HTTP/1.1 101 ", await UpgradeAsync(broker, headers));
    }

    [Theory]
    [InlineData("GET /other HTTP/1.1", "Sec-WebSocket-Protocol: mqtt", "status=404", "WebSocketPaths")]
    [InlineData("GET /mqtt HTTP/1.1", "X: y", "status=400 rule=WS-4.2.2-6", "AllowMissingSubprotocol")]
    public async Task Other_refusals_name_their_option_too(string request, string header, string shown, string hint)
    {
        MqttBroker broker = await StartAsync("ws", o => o);
        await UpgradeAsync(broker, [], request, header);
        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.Contains("event=handshake-refused ", StringComparison.Ordinal));
        Assert.Contains(shown, line);
        Assert.Contains(hint, line);
    }

    [Fact]
    public async Task A_health_check_is_no_line()
    {
        MqttBroker broker = await StartAsync("ws", o => o);
        using (var http = new HttpClient())
        {
            string health = $"http://127.0.0.1:{new Uri(broker.Addresses[0]).Port}/health";
            Assert.Equal("ok\n", await http.GetStringAsync(health, Token));
        }

        await broker.DisposeAsync();
        Assert.DoesNotContain(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hello", "unknown ca", "it must trust the authority")]
    [InlineData("'GET / HTTP/1.1' 0d 0a 0d 0a", "frame", "must begin with wss or mqtts")]
    [InlineData("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'", "frame", "must begin with wss or mqtts")]
    public async Task A_TLS_handshake_that_fails_is_a_line_with_the_alert_or_the_fault(string sent, string fault, string hint)
    {
        using var sockets = new BrokerSockets();
        MqttBroker broker = await sockets.StartAsync("mqtts", o => o with { Log = (level, line) => lines.Enqueue($"{level} {line}") });
        using (var client = new TcpClient())
        {
            await client.ConnectAsync("127.0.0.1", new Uri(broker.Addresses[0]).Port, Token);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(sent == "hello" ? await ClientHelloAsync() : ByteText.Parse(sent), Token);
            if (sent == "hello")
            {
                await stream.ReadExactlyAsync(new byte[1], Token); // the server's certificate is on its way
                await stream.WriteAsync(ByteText.Parse("15 03 03 00 02 02 30"), Token); // RFC 5246 7.2.2: unknown_ca, fatal
            }

            await BrokerSockets.ReadToEndAsync(stream);
        }

        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
        Assert.Contains(" reason=Lost ", line);
        Assert.Contains(fault, line[line.IndexOf(" tls=", StringComparison.Ordinal)..]);
        Assert.Contains(hint, line);
    }

    [Theory]
    [InlineData("wss")]
    [InlineData("mqtts")]
    public async Task A_client_that_leaves_after_the_TLS_handshake_may_not_trust_the_certificate(string scheme)
    {
        using var sockets = new BrokerSockets();
        MqttBroker broker = await sockets.StartAsync(scheme, o => o with { Log = (level, line) => lines.Enqueue($"{level} {line}") });
        MqttException refused = await Assert.ThrowsAsync<MqttException>(
            () => Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]), new DialOptions(), Token));
        Assert.Equal(MqttErrorCode.CertificateIssuerUnknown, refused.Code);
        while (!lines.Any(line => line.Contains("event=ended ", StringComparison.Ordinal))) await Task.Yield();
        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
        Assert.Contains("certificate", line[line.IndexOf(" hint=", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task A_page_of_a_loopback_origin_may_connect_to_a_listener_on_loopback()
    {
        await using MqttBroker broker = await StartAsync("ws", o => o);
        var page = new DialOptions { RequestHeaders = [new("Origin", "http://localhost:3000")] };
        await using Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]), page, Token);
        Assert.NotNull(stream);
    }

    [Fact]
    public async Task A_listener_on_a_name_listens_on_all_its_addresses()
    {
        await using MqttBroker broker = await StartAsync("mqtt", o => o with { Listeners = ["mqtt://localhost:0"] });
        string address = Assert.Single(broker.Addresses);
        foreach (IPAddress host in await Dns.GetHostAddressesAsync("localhost", Token))
        {
            using var socket = new TcpClient(host.AddressFamily);
            await socket.ConnectAsync(host, new Uri(address).Port, Token);
            Assert.True(socket.Connected);
        }
    }

    [Fact]
    public async Task An_allowed_origin_that_can_match_nothing_is_refused_at_the_start()
    {
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => StartAsync("ws", o => o with { AllowedOrigins = ["example.com"] }));
        Assert.Equal(MqttErrorCode.InvalidOptions, refused.Code);
    }

    /// <summary>The first bytes of a client that speaks TLS 1.2, in which an alert is not encrypted before the keys are agreed on.</summary>
    private static async Task<byte[]> ClientHelloAsync()
    {
        (Stream client, Stream server) = MemoryPipe.Create();
        await using var tls = new SslStream(client);
        Task connecting = tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls12 }, Token);
        byte[] hello = new byte[4096];
        int length = await server.ReadAsync(hello, Token);
        await server.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting);
        return hello[..length];
    }

    /// <summary>Sends a handshake that is refused with 403, and looks at its line.</summary>
    private async Task IsRefusedAsync(
        Func<MqttBrokerOptions, MqttBrokerOptions> change, string shown, string hint, params KeyValuePair<string, string>[] headers)
    {
        MqttBroker broker = await StartAsync("ws", change);
        Assert.StartsWith("HTTP/1.1 403 ", await UpgradeAsync(broker, headers));
        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.Contains("event=handshake-refused ", StringComparison.Ordinal));
        Assert.StartsWith("Warning ", line);
        Assert.Contains("status=403", line);
        Assert.Contains(shown, line);
        Assert.Contains(hint, line[line.IndexOf(" hint=", StringComparison.Ordinal)..]);
        Assert.DoesNotContain(lines, line => line.Contains("event=ended ", StringComparison.Ordinal)); // one line says it
    }

    private static async Task<string> UpgradeAsync(
        MqttBroker broker, KeyValuePair<string, string>[] headers, string request = "GET /mqtt HTTP/1.1", string more = "Sec-WebSocket-Protocol: mqtt")
    {
        using var client = new TcpClient();
        int port = new Uri(broker.Addresses[0]).Port;
        await client.ConnectAsync("127.0.0.1", port, Token);
        IEnumerable<string> lines =
        [
            request, headers.Any(header => header.Key == "Host") ? "Y: z" : $"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", more, .. headers.Select(header => $"{header.Key}: {header.Value}"),
        ];
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), Token);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(Token) ?? "";
    }

    private Task<MqttBroker> StartAsync(string scheme, Func<MqttBrokerOptions, MqttBrokerOptions> change) => MqttBroker.StartAsync(
        change(new MqttBrokerOptions
        {
            Listeners = [$"{scheme}://127.0.0.1:0{(scheme == "ws" ? "/mqtt" : "")}"],
            SystemTopicsInterval = TimeSpan.Zero,
            Log = (level, line) => lines.Enqueue($"{level} {line}"),
        }),
        Token);

    /// <summary>Sends bytes over TCP, waits for the end of the connection, and stops the broker.</summary>
    private async Task ExchangeAsync(Func<MqttBrokerOptions, MqttBrokerOptions> change, string sent)
    {
        MqttBroker broker = await StartAsync("mqtt", change);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync("127.0.0.1", new Uri(broker.Addresses[0]).Port, Token);
            await socket.GetStream().WriteAsync(ByteText.Parse(sent), Token);
            await socket.GetStream().CopyToAsync(Stream.Null, Token);
        }

        await broker.DisposeAsync();
    }
}
