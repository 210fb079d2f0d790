// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
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

    [Theory]
    [InlineData("hello 30", "unknown ca", "it must trust the authority")]
    [InlineData("hello 2a", "bad certificate", "it must trust the authority")]
    [InlineData("hello 46", "protocol version", "must have a version and a cipher of TLS in common")]
    [InlineData("hello 28", "handshake failure", "must have a version and a cipher of TLS in common")]
    [InlineData("hello 78", "no application protocol", "an application protocol (ALPN) in common")]
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
            bool isHello = sent.StartsWith("hello", StringComparison.Ordinal);
            await stream.WriteAsync(isHello ? await ClientHelloAsync() : ByteText.Parse(sent), Token);
            if (isHello)
            {
                await stream.ReadExactlyAsync(new byte[1], Token); // the server's certificate is on its way
                await stream.WriteAsync(ByteText.Parse($"15 03 03 00 02 02 {sent[6..]}"), Token); // RFC 5246 7.2.2: a fatal alert
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
