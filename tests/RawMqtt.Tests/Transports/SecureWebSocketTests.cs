// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Dialling;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Transports;

/// <summary>WebSocket inside TLS: first TLS, then everything within it.</summary>
public sealed class SecureWebSocketTests : IDisposable
{
    private readonly TestCertificates certificates = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    public SecureWebSocketTests() => listener.Start();

    private CancellationToken Soon => deadline.Token;

    public void Dispose()
    {
        listener.Dispose();
        certificates.Dispose();
        deadline.Dispose();
    }

    [Fact]
    [Rule("WS-4.1-8", "WS-4.1-11", "WS-4.1-13", "WS-4.1-14", "WS-4.2.2-2", "WS-10.6-1", "WS-10.6-3", "WS-7.1.1-1", "WS-5.1-1")]
    public async Task Everything_goes_inside_TLS()
    {
        List<byte> wire = [];
        Task<(string? ServerName, SslProtocols Protocol)> serving = ServeAsync(wire);
        var options = new DialOptions { Tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile } };
        await using Stream client = await Dialer.ConnectAsync(Address, options, Soon);
        byte[] message = Encoding.ASCII.GetBytes("in clear nowhere on the wire");
        await client.WriteAsync(message, Soon);
        byte[] echo = new byte[message.Length];
        await client.ReadExactlyAsync(echo, Soon);
        Assert.Equal(message, echo);
        WebSocketStream stream = Assert.IsType<WebSocketStream>(client);
        await stream.CloseAsync(CloseCode.NormalClosure, "", Soon);
        Assert.Equal(CloseCode.NormalClosure, stream.CloseCode);

        (string? serverName, SslProtocols protocol) = await serving;
        Assert.Equal("localhost", serverName);
        Assert.True(protocol >= SslProtocols.Tls12);
        Assert.Equal(22, wire[0]);      // a TLS handshake record
        string text = Encoding.Latin1.GetString([.. wire]);
        Assert.DoesNotContain("GET ", text);
        Assert.DoesNotContain("in clear", text);
    }

    [Fact]
    [Rule("WS-4.1-12", "WS-7.2.1-1")]
    public async Task Nothing_is_asked_of_a_server_that_cannot_be_trusted()
    {
        Task<(string? ServerName, SslProtocols Protocol)> serving = ServeAsync([]);
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => Dialer.ConnectAsync(Address, new DialOptions(), Soon));
        Assert.Equal(MqttErrorCode.CertificateIssuerUnknown, refused.Code);
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
    }

    private MqttAddress Address => MqttAddress.Parse($"wss://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/mqtt");

    private async Task<(string? ServerName, SslProtocols Protocol)> ServeAsync(List<byte> wire)
    {
        using Socket socket = await listener.AcceptSocketAsync(Soon);
        var tapped = new TapStream(new NetworkStream(socket), (direction, bytes) =>
        {
            if (direction == MqttTapDirection.Received)
                wire.AddRange(bytes);
        });
        await using var tls = new SslStream(tapped);
        using X509Certificate2 certificate = certificates.Issue(["localhost"]);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Soon);
        WebSocketStream? server = await WebSocketStream.AcceptAsync(tls, new ServerHandshakeOptions(), Soon);
        if (server is null)
            throw new EndOfStreamException();
        byte[] buffer = new byte[1000];
        int read;
        while ((read = await server.ReadAsync(buffer, Soon)) > 0)
            await server.WriteAsync(buffer.AsMemory(0, read), Soon);
        (string?, SslProtocols) seen = (tls.TargetHostName, tls.SslProtocol);
        await server.DisposeAsync();
        return seen;
    }
}
