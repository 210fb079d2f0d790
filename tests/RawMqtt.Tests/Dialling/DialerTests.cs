// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Dialling;
using RawMqtt.Tests.Transports;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Dialling;

/// <summary>Each way in which dialling fails is one clear sentence with its own code.</summary>
public sealed class DialerTests : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TestCertificates certificates = new();

    public DialerTests() => listener.Start();

    private int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Dispose()
    {
        listener.Dispose();
        certificates.Dispose();
    }

    [Fact]
    public async Task Tcp_carries_bytes_both_ways_past_the_tap()
    {
        var seen = new List<string>();
        var options = new DialOptions { Tap = (direction, bytes) => seen.Add($"{direction} {Encoding.ASCII.GetString(bytes)}") };
        await using Stream client = await Dialer.ConnectAsync(MqttAddress.Parse($"mqtt://localhost:{Port}"), options, CancellationToken.None);
        using Socket server = await listener.AcceptSocketAsync();

        await client.WriteAsync("to"u8.ToArray());
        byte[] received = new byte[2];
        await server.ReceiveAsync(received);
        await server.SendAsync("fro"u8.ToArray());
        byte[] answer = new byte[3];
        await client.ReadExactlyAsync(answer);

        Assert.Equal("to", Encoding.ASCII.GetString(received));
        Assert.Equal("fro", Encoding.ASCII.GetString(answer));
        Assert.Equal(["Sent to", "Received fro"], seen);
    }

    [Fact]
    public async Task Unknown_host()
    {
        MqttException failure = await FailAsync("ws://no-such-host.invalid:8083/mqtt");
        Assert.Equal(MqttErrorCode.NameNotResolved, failure.Code);
        Assert.Contains("no-such-host.invalid", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_listens()
    {
        MqttException failure = await FailAsync($"mqtt://127.0.0.1:{FreePort.Take()}");
        Assert.Equal(MqttErrorCode.ConnectionRefused, failure.Code);
        Assert.Contains($"127.0.0.1: connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_options_without_tls()
    {
        MqttException failure = await FailAsync($"ws://127.0.0.1:{Port}", new MqttTlsOptions());
        Assert.Equal(MqttErrorCode.InvalidOptions, failure.Code);
        Assert.Contains("Write wss", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_ends_at_the_connect_timeout_and_names_the_step()
    {
        var time = new ManualTime();
        var options = new DialOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200), TimeProvider = time };
        Task<Stream> dialling = Dialer.ConnectAsync(MqttAddress.Parse($"mqtts://127.0.0.1:{Port}"), options, CancellationToken.None);
        using Socket server = await listener.AcceptSocketAsync();
        await server.ReceiveAsync(new byte[1]); // the TLS handshake has begun
        time.Advance(TimeSpan.FromMilliseconds(200));
        MqttException failure = await Assert.ThrowsAsync<MqttException>(() => dialling);
        Assert.Equal(MqttErrorCode.ConnectTimeout, failure.Code);
        Assert.Matches(@"still waiting for the TLS handshake, after name service [0-9.]+ ms, TCP [0-9.]+ ms\. ", failure.Message);
    }

    [Fact]
    public async Task Cancellation_stays_a_cancellation()
    {
        using var source = new CancellationTokenSource();
        Task<Stream> dialling = Dialer.ConnectAsync(MqttAddress.Parse($"mqtts://127.0.0.1:{Port}"), new DialOptions(), source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "wss", MqttErrorCode.TlsNotSpoken, "answered the TLS handshake with plain HTTP")]
    [InlineData("", "mqtts", MqttErrorCode.TlsNotSpoken, "closed the connection during the TLS handshake without one byte")]
    [InlineData("SSH-2.0-x\r\n", "mqtts", MqttErrorCode.TlsNotSpoken, "sent \"SSH-2.0-x\" where the answer to the TLS handshake was due")]
    [InlineData("\u0015\u0003\u0001\0\u0002\u0002F", "mqtts", MqttErrorCode.TlsFailed, "with alert 70 (protocol version)")]
    public async Task Tls_to_a_port_without_tls(string answer, string scheme, MqttErrorCode code, string expected)
    {
        Task server = AnswerAsync(answer.TrimEnd('\n').TrimEnd('\r'));
        MqttException failure = await FailAsync($"{scheme}://127.0.0.1:{Port}/");
        await server;

        Assert.Equal(code, failure.Code);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404,
        "with HTTP status 404 Not Found. The path in the address is /chat. EMQX, NanoMQ and HiveMQ have /mqtt")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: https://x/mqtt\r\nContent-Length: 0\r\n\r\n", 302, "to wss://x/mqtt, and is not followed by itself")]
    [InlineData("HTTP/1.1 301 Moved\r\nLocation: http://x/mqtt?signature=secret\r\nContent-Length: 0\r\n\r\n", 301,
        "to ws://x/mqtt?***, and is not followed by itself")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 49\r\n\r\nThe plain HTTP request was sent to HTTPS port ...", 400,
        "The port wants TLS. Try wss://127.0.0.1:")]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 401, "wants an HTTP login")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 403, "Check the Origin header")]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 502, "A proxy answered in place of the broker")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n", 101, "[WS-4.1-32]")]
    public async Task Upgrade_is_refused(string answer, int status, string expected)
    {
        Task server = AnswerAsync(answer);
        MqttException failure = await FailAsync($"ws://127.0.0.1:{Port}/chat");
        await server;

        Assert.Equal((MqttErrorCode.UpgradeRefused, status), (failure.Code, failure.HttpStatus));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u0015\u0003\u0003\0\u0002\u0002F", "answered with a TLS record, so it wants TLS. Try wss://127.0.0.1:")]
    [InlineData("", "closed the connection instead of answering the WebSocket handshake")]
    [InlineData("SSH-2.0-x\r\n", "sent \"SSH-2.0-x\" where the answer to the WebSocket handshake was due. It is an SSH server")]
    public async Task Port_does_not_speak_WebSocket(string answer, string expected)
    {
        Task server = AnswerAsync(answer);
        MqttException failure = await FailAsync($"ws://127.0.0.1:{Port}/mqtt");
        await server;

        Assert.Equal(MqttErrorCode.WebSocketNotSpoken, failure.Code);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("MQTT-6.0.0-3")]
    public async Task WebSocket_is_dialled_with_the_subprotocol_and_the_path()
    {
        Task<WebSocketStream?> accepting = AcceptWebSocketAsync(new ServerHandshakeOptions { Paths = null });
        var options = new DialOptions { RequestHeaders = [new("Origin", $"http://127.0.0.1:{Port}")] };
        await using Stream client = await Dialer.ConnectAsync(MqttAddress.Parse($"ws://127.0.0.1:{Port}/a%20b?token=x"), options, CancellationToken.None);
        await using WebSocketStream? server = await accepting;

        Assert.NotNull(server);
        Assert.Equal(("mqtt", "/a%20b", "token=x", $"127.0.0.1:{Port}"), (server.Subprotocol, server.Request!.Path, server.Request.Query, server.Request.Host));
        await client.WriteAsync("hello"u8.ToArray());
        byte[] received = new byte[5];
        await server.ReadExactlyAsync(received);
        Assert.Equal("hello", Encoding.ASCII.GetString(received));
        server.Abort(); // nobody reads its Close here
    }

    [Fact]
    public async Task Server_must_choose_the_subprotocol()
    {
        Task<WebSocketStream?> accepting = AcceptWebSocketAsync(new ServerHandshakeOptions { Subprotocols = ["chat"], AllowMissingSubprotocol = true });
        MqttException failure = await FailAsync($"ws://127.0.0.1:{Port}/mqtt");
        await using WebSocketStream? server = await accepting;

        Assert.Equal("MQTT-6.0.0-4", failure.Rule);
    }

    [Fact]
    public async Task Handshake_fields_of_its_own_are_not_to_be_set()
    {
        Task server = AnswerAsync("");
        var options = new DialOptions { RequestHeaders = [new("Upgrade", "h2c")] };
        MqttException failure = await Assert.ThrowsAsync<MqttException>(() =>
            Dialer.ConnectAsync(MqttAddress.Parse($"ws://127.0.0.1:{Port}/mqtt"), options, CancellationToken.None));
        await server;

        Assert.Equal(MqttErrorCode.InvalidOptions, failure.Code);
    }

    public static TheoryData<string, MqttErrorCode, string> BadCertificates => new()
    {
        { "self-signed", MqttErrorCode.CertificateSelfSigned, "is self-signed and not among the trusted ones" },
        { "unknown issuer", MqttErrorCode.CertificateIssuerUnknown, "was issued by \"CN=Test Root\", which this machine does not trust" },
        { "wrong host", MqttErrorCode.CertificateNameMismatch, "is for a.example, *.b.example, and \"localhost\" was wanted" },
        { "no names", MqttErrorCode.CertificateNameMismatch, "names no host at all" },
        { "expired", MqttErrorCode.CertificateExpired, "expired on 2021-02-01 00:00Z, and the clock here says" },
        { "not yet valid", MqttErrorCode.CertificateNotYetValid, "is valid from 2041-01-01 00:00Z only, and the clock here says" },
        { "for clients", MqttErrorCode.CertificateRefused, "is not for servers" },
    };

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task Certificate_is_refused_with_its_reason(string which, MqttErrorCode code, string expected)
    {
        using X509Certificate2 certificate = which switch
        {
            "self-signed" => TestCertificates.SelfSigned("localhost"),
            "wrong host" => certificates.Issue(["a.example", "*.b.example"]),
            "no names" => certificates.Issue([]),
            "expired" => certificates.Issue(["localhost"], Date(2021, 1), Date(2021, 2)),
            "not yet valid" => certificates.Issue(["localhost"], Date(2041, 1), Date(2041, 2)),
            "for clients" => certificates.Issue(["localhost"], usage: "1.3.6.1.5.5.7.3.2"),
            _ => certificates.Issue(["localhost"]),
        };
        MqttTlsOptions? tls = which is "self-signed" or "unknown issuer" ? null : new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile };

        Task server = ServeTlsAsync(certificate);
        MqttException failure = await FailAsync($"mqtts://localhost:{Port}", tls);
        await server;

        Assert.Equal(code, failure.Code);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AuthenticationException", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Own_authority_is_trusted(string host)
    {
        using X509Certificate2 certificate = certificates.Issue(["localhost", "127.0.0.1"]);
        Task server = ServeTlsAsync(certificate);
        var options = new DialOptions { Tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile } };
        await using (Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse($"mqtts://{host}:{Port}"), options, CancellationToken.None))
        {
            Assert.True(stream.CanWrite);
        }

        await server;
    }

    [Fact]
    public async Task Several_faults_are_all_named()
    {
        using X509Certificate2 certificate = certificates.Issue(["a.example"], Date(2021, 1), Date(2021, 2));
        Task server = ServeTlsAsync(certificate);
        MqttException failure = await FailAsync($"mqtts://localhost:{Port}");
        await server;

        Assert.Equal(MqttErrorCode.CertificateExpired, failure.Code);
        Assert.Contains("is for a.example", failure.Message, StringComparison.Ordinal);
        Assert.Contains("does not trust", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authority_file_must_hold_certificates()
    {
        string empty = certificates.Write("empty.pem", "nothing");
        foreach ((string file, string expected) in new[] { (empty, "holds no certificate"), ("/no/such/file.pem", "there is no such file") })
        {
            MqttException failure = await FailAsync($"mqtts://localhost:{Port}", new MqttTlsOptions { CertificateAuthorityFile = file });
            Assert.Equal(MqttErrorCode.InvalidOptions, failure.Code);
            Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        }
    }

    private static DateTimeOffset Date(int year, int month) => new(year, month, 1, 0, 0, 0, TimeSpan.Zero);

    private static Task<MqttException> FailAsync(string address, MqttTlsOptions? tls = null) =>
        Assert.ThrowsAsync<MqttException>(() =>
            Dialer.ConnectAsync(MqttAddress.Parse(address), new DialOptions { Tls = tls, ConnectTimeout = TimeSpan.FromSeconds(10) }, CancellationToken.None));

    /// <summary>Reads what comes first, answers with these bytes and closes.</summary>
    private async Task AnswerAsync(string answer)
    {
        using Socket server = await listener.AcceptSocketAsync();
        await server.ReceiveAsync(new byte[4096]);
        if (answer.Length > 0) await server.SendAsync(Encoding.Latin1.GetBytes(answer));
        server.Shutdown(SocketShutdown.Send);
    }

    private async Task<WebSocketStream?> AcceptWebSocketAsync(ServerHandshakeOptions options) =>
        await WebSocketStream.AcceptAsync(new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true), options, CancellationToken.None);

    private async Task ServeTlsAsync(X509Certificate2 certificate)
    {
        using Socket server = await listener.AcceptSocketAsync();
        await using var tls = new SslStream(new NetworkStream(server));
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });
            await tls.ReadExactlyAsync(new byte[1]); // ends when the client closes
        }
        catch (Exception failure) when (failure is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client turned the certificate down, as it should.
        }
    }
}
