// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Transports;

namespace RawMqtt.Tests.Serving;

/// <summary>Who may connect.</summary>
public sealed class AdmissionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("10 13 | 00 04 'MQTT' 04 c2 00 00 | 00 01 'c' 00 01 'u' 00 01 'p'", 0)]
    [InlineData("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'", 5)]
    public async Task AllowAnonymous_false_leaves_clients_with_a_name_to_Authenticate(string connect, byte code)
    {
        var options = new MqttBrokerOptions
        {
            Listeners = [],
            SystemTopicsInterval = TimeSpan.Zero,
            AllowAnonymous = false,
            Authenticate = (_, _) => new ValueTask<ConnectReturnCode>(ConnectReturnCode.Accepted)
        };
        await using MqttBroker broker = await MqttBroker.StartAsync(options, Token);
        (Stream stream, Stream server) = MemoryPipe.Create();
        _ = broker.ServeAsync(server);
        await stream.WriteAsync(ByteText.Parse(connect), Token);
        byte[] answer = new byte[4];
        await stream.ReadExactlyAsync(answer, Token);

        Assert.Equal([0x20, 2, 0, code], answer);
    }

    /// <summary>The proxy sets X-Forwarded-For, and passes on what else the client wrote.</summary>
    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1", "Accepted", "127.0.0.1:0")]
    [InlineData("X-Forwarded-For", "203.0.113.66", "refused", "203.0.113.66:0")]
    [InlineData("X-Forwarded-For", "127.0.0.1, 203.0.113.66", "refused", "203.0.113.66:0")]
    [InlineData("X-Forwarded-For", "unknown", "refused", "0.0.0.0:0")]
    [InlineData("X-Forwarded-For", "unix:, 127.0.0.1", "refused", "0.0.0.0:0")]
    [InlineData("Forwarded", "for=127.0.0.1", "refused", "0.0.0.0:0")]
    [InlineData("X-Real-IP", "127.0.0.1", "refused", "0.0.0.0:0")]
    [InlineData("X-Something", "127.0.0.1", "refused", "0.0.0.0:0")]
    public async Task Who_comes_through_a_proxy_cannot_say_that_it_is_local(string name, string value, string expected, string address)
    {
        var lines = new List<string>();
        var options = new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:0/mqtt"],
            SystemTopicsInterval = TimeSpan.Zero,
            TrustedProxies = ["127.0.0.0/8"],
            Log = (_, line) => lines.Add(line),
        };
        MqttBroker broker = await MqttBroker.StartAsync(options, Token);
        await using (Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]),
            new DialOptions { RequestHeaders = [new(name, value)] }, Token))
        {
            await stream.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'"), Token);
            byte[] answer = new byte[4];
            await stream.ReadExactlyAsync(answer, Token);
            Assert.Equal(expected == "Accepted" ? 0 : 5, answer[3]);
        }

        await broker.DisposeAsync();
        Assert.Contains($" forwarded={address} ", Assert.Single(lines, line => line.StartsWith("event=ended ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("127.0.0.0/8", "203.0.113.7:4711")]
    [InlineData("10.0.0.0/8", "0.0.0.0:0")]
    public async Task The_word_of_a_trusted_proxy_reaches_hooks_and_log(string trusted, string? expected)
    {
        MqttConnectRequest? asked = null;
        var lines = new List<string>();
        MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:0/mqtt"],
            SystemTopicsInterval = TimeSpan.Zero,
            TrustedProxies = [trusted],
            Log = (_, line) => lines.Add(line),
            Authenticate = (request, _) =>
            {
                asked = request;
                return new ValueTask<ConnectReturnCode>(ConnectReturnCode.NotAuthorized);
            },
            AllowAnonymous = true,
        }, Token);
        await using (Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]),
            new DialOptions { RequestHeaders = [new("X-Forwarded-For", "198.51.100.1, 203.0.113.7:4711")] }, Token))
        {
            await stream.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'"), Token);
            Assert.Equal(ByteText.Parse("20 02 00 05"), await BrokerSockets.ReadAsync(stream, 100));
        }

        await broker.DisposeAsync();
        Assert.Equal(expected, asked!.ForwardedAddress?.ToString());
        Assert.Equal(IPAddress.Loopback, asked.RemoteAddress!.Address);
        Assert.Contains($" forwarded={expected} ", Assert.Single(lines, line => line.StartsWith("event=ended ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Clients_that_a_proxy_does_not_name_count_as_one_address()
    {
        var options = new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:0/mqtt"],
            SystemTopicsInterval = TimeSpan.Zero,
            TrustedProxies = ["127.0.0.1"],
            AllowAnonymous = true,
            Limits = new() { MaxConnectionsPerAddress = 1 }
        };
        await using MqttBroker broker = await MqttBroker.StartAsync(options, Token);
        MqttAddress address = MqttAddress.Parse(broker.Addresses[0]);
        byte[] connect = ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'");
        await using Stream first = await Dialer.ConnectAsync(address, new DialOptions(), Token);
        await first.WriteAsync(connect, Token);
        await first.ReadExactlyAsync(new byte[4], Token);
        await using Stream second = await Dialer.ConnectAsync(address, new DialOptions(), Token);

        Assert.Equal(0, await second.ReadAsync(new byte[1], Token));
        Assert.Equal(1, broker.Statistics.ConnectionsRefused);
        await using Stream other = await Dialer.ConnectAsync(address, new DialOptions { RequestHeaders = [new("X-Forwarded-For", "203.0.113.1")] }, Token);
        await other.WriteAsync(connect, Token);
        await other.ReadExactlyAsync(new byte[4], Token);
    }

    [Fact]
    public async Task A_header_without_a_name_is_refused() =>
        await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [], ProxyHeader = "X Forwarded" }, Token));

    /// <summary>A trusted proxy may forward TCP too, and cannot say so there.</summary>
    [Theory]
    [InlineData("ws")]
    [InlineData("mqtt")]
    public async Task A_trusted_proxy_on_this_machine_that_names_no_client_is_not_local_and_the_log_says_so_once(string scheme)
    {
        var lines = new ConcurrentQueue<string>();
        using var sockets = new BrokerSockets();
        MqttBroker broker = await sockets.StartAsync(scheme, o => o with { TrustedProxies = ["127.0.0.1"], Log = (_, line) => lines.Enqueue(line) });
        for (int i = 0; i < 2; i++)
        {
            await using Stream stream = await sockets.DialAsync(broker);
            await stream.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'"), Token);
            Assert.Equal(ByteText.Parse("20 02 00 05"), await BrokerSockets.ReadAsync(stream, 100));
        }

        await broker.DisposeAsync();
        string told = Assert.Single(lines, line => line.StartsWith("event=silent-proxy ", StringComparison.Ordinal));
        Assert.Contains("--proxy-header", told);
        string[] refused = [.. lines.Where(line => line.Contains(" code=5 ", StringComparison.Ordinal))];
        Assert.Equal(2, refused.Length);
        Assert.All(refused, line => Assert.Contains("--allow-anonymous", line));
    }

    [Fact]
    public async Task A_connection_that_is_not_admitted_is_a_line_with_the_limit()
    {
        var lines = new ConcurrentQueue<string>();
        using var sockets = new BrokerSockets();
        MqttBroker broker = await sockets.StartAsync(
            "mqtt", o => o with { Limits = new() { MaxConnectionsPerAddress = 1 }, Log = (_, line) => lines.Enqueue(line) });
        await using (Stream first = await sockets.DialAsync(broker))
        {
            await first.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'"), Token);
            await first.ReadExactlyAsync(new byte[4], Token);
            await using Stream second = await sockets.DialAsync(broker);
            Assert.Empty(await BrokerSockets.ReadToEndAsync(second));
        }

        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.StartsWith("event=not-admitted ", StringComparison.Ordinal));
        Assert.EndsWith(" limit=MaxConnectionsPerAddress", line);
        Assert.Contains("address=127.0.0.1:", line);
    }
}
