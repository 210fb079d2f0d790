// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RawMqtt.Dialling;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>What the broker's log says about connections.</summary>
public sealed class BrokerReportTests
{
    private readonly ConcurrentQueue<string> lines = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("10 0e | 00 04 'MQTT' 05 02 00 00 00 | 00 01 'c'", "reason=Refused violation=\"[MQTT-3.1.2-2]", "protocolVersion: 4")]
    [InlineData("10 0f | 00 06 'MQIsdp' 03 02 00 00 | 00 01 'c'", "reason=Refused violation=\"[MQTT-3.1.2-1]", "WithProtocolVersion")]
    [InlineData("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 30 81 80 80 40", "reason=ProtocolViolation", "MaxPacketLength")]
    public async Task The_end_of_a_connection_names_its_cause_and_the_setting_that_helps(string sent, string cause, string setting)
    {
        await ExchangeAsync(o => o with { Limits = new MqttBrokerLimits { MaxPacketLength = 1 << 20 } }, sent);
        string line = Assert.Single(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
        Assert.StartsWith("Warning ", line);
        Assert.Contains(cause, line);
        Assert.Contains(setting, line);
    }

    [Fact]
    public async Task A_refused_login_is_a_line_with_the_name_and_without_the_password()
    {
        await ExchangeAsync(
            o => o with { Authenticate = (_, _) => new ValueTask<RawMqtt.Codec.ConnectReturnCode>(RawMqtt.Codec.ConnectReturnCode.BadUserNameOrPassword) },
            "10 1a | 00 04 'MQTT' 04 c2 00 00 | 00 01 'c' 00 05 'alice' 00 04 'pass'");
        string line = Assert.Single(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
        Assert.Contains("user=\"alice\"", line);
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
    public async Task A_page_that_is_refused_is_a_line_with_its_origin_and_the_option_that_lets_it_in()
    {
        MqttBroker broker = await StartAsync("ws", o => o);
        var page = new DialOptions { RequestHeaders = [new("Origin", "https://example.com")] };
        await Assert.ThrowsAsync<MqttException>(() => Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]), page, Token));
        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.Contains("event=handshake-refused ", StringComparison.Ordinal));
        Assert.Contains("status=403", line);
        Assert.Contains("origin=\"https://example.com\"", line);
        Assert.Contains("--allow-origin", line);
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
