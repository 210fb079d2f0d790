// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

/// <summary>A listener on the loopback stands for the proxy, and for the host behind it.</summary>
public sealed class RouteTests : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public RouteTests() => listener.Start();

    private int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task Own_address_is_bound()
    {
        var route = new Route { Bind = "127.0.0.2" };

        await using Stream stream = await route.ConnectAsync(new MqttConnectAttempt(1, $"mqtt://127.0.0.1:{Port}"), TestContext.Current.CancellationToken);
        using Socket accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);

        Assert.Equal(IPAddress.Parse("127.0.0.2"), ((IPEndPoint)accepted.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task Unix_socket_is_connected_to()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(path));
        server.Listen();

        var route = new Route { UnixSocket = path };

        await using Stream stream = await route.ConnectAsync(new MqttConnectAttempt(1, "mqtt://localhost"), TestContext.Current.CancellationToken);
        using Socket accepted = await server.AcceptAsync(TestContext.Current.CancellationToken);
        await stream.WriteAsync(new byte[] { 7 }, TestContext.Current.CancellationToken);

        byte[] received = new byte[1];
        Assert.Equal(1, await accepted.ReceiveAsync(received, TestContext.Current.CancellationToken));
        File.Delete(path);
    }

    [Fact]
    public async Task Proxy_gets_login_and_the_name_of_the_host()
    {
        Task<Stream> connecting = ThroughProxyAsync($"socks5h://me:s%40crt@127.0.0.1:{Port}");
        using TcpClient proxy = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        NetworkStream stream = proxy.GetStream();

        Assert.Equal("050102", await ExchangeAsync(stream, 3, 5, 2));
        Assert.Equal("01026d65057340637274", await ExchangeAsync(stream, 10, 1, 0));
        Assert.Equal($"0501000304{Convert.ToHexStringLower("far."u8)}075b", await ExchangeAsync(stream, 11, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
        await using Stream connected = await connecting;
        await stream.WriteAsync(new byte[] { 9 }, TestContext.Current.CancellationToken);

        Assert.Equal(9, connected.ReadByte()); // nothing of the proxy's answer is left
    }

    [Theory]
    [InlineData(5, 5, 5, "does not connect to far.:1883: connection refused")]
    [InlineData(72, 0, 0, "is no SOCKS5 proxy")]
    public async Task Refusal_of_the_proxy_is_told(byte version, byte reply, byte again, string expected)
    {
        Task<Stream> connecting = ThroughProxyAsync($"socks5h://127.0.0.1:{Port}");
        using TcpClient proxy = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await ExchangeAsync(proxy.GetStream(), 3, version, 0);
        if (version == 5) await ExchangeAsync(proxy.GetStream(), 11, again, reply, 0, 1, 0, 0, 0, 0, 0, 0);

        Assert.Contains(expected, (await Assert.ThrowsAsync<MqttException>(() => connecting)).Message, StringComparison.Ordinal);
    }

    private static async Task<Stream> ThroughProxyAsync(string proxy) =>
        await new Route { Proxy = SocksProxy.TryParse(proxy) }.ConnectAsync(new MqttConnectAttempt(1, "mqtt://far."), TestContext.Current.CancellationToken);

    private static async Task<string> ExchangeAsync(NetworkStream stream, int length, params byte[] answer)
    {
        byte[] bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
        await stream.WriteAsync(answer, TestContext.Current.CancellationToken);
        return Convert.ToHexStringLower(bytes);
    }
}
