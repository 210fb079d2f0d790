// SPDX-License-Identifier: MIT

using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Cli;
using RawMqtt.Codec;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Cli;

/// <summary>The steps of the doctor at our own broker: what each says, which is a fault, and where a login goes.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task A_sound_address_passes_each_step()
    {
        await using MqttBroker broker = await StartAsync("ws");

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("name tcp tls http mqtt upgrade subproto connect round", run.Names);
        Assert.StartsWith("HTTP/1.1 101 Switching Protocols; Upgrade: websocket", run["upgrade"], StringComparison.OrdinalIgnoreCase);
        Assert.Equal("Of the subprotocol mqtt, the server chose mqtt.", run["subproto"]);
    }

    [Theory]
    [InlineData("wss", "http/1.1", "within TLS: HTTP/1.1 101")]
    [InlineData("mqtts", "", "does not answer HTTP within TLS")]
    public async Task A_certificate_is_told_point_by_point(string scheme, string offered, string http)
    {
        using X509Certificate2 certificate = certificates.Issue(["127.0.0.1", "a.example"]);
        await using MqttBroker broker = await StartAsync(scheme, certificate);
        var options = new MqttClientOptions { Tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile } };

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], options);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Matches(@"^The port speaks TLS: TLS 1\.[23], TLS_\w+" + (offered.Length > 0 ? $", ALPN none of {offered}" : "") + @"\.$", run["tls"]);
        Assert.Equal($"CN=Test, issued by CN=Test Root: trusted by {certificates.AuthorityFile}.", run["chain"]);
        Assert.Equal("For a.example, 127.0.0.1; 127.0.0.1 is among them.", run["names"]);
        Assert.Matches(@"^Valid from \S+ until \S+, (29|30) days from now\.$", run["dates"]);
        Assert.StartsWith($"{PublicKeyPin.Of(certificate)}; compare it with what the server's owner sees", run["pin"], StringComparison.Ordinal);
        Assert.Contains(http, run["http"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chain", "not trusted by this machine (PartialChain)")]
    [InlineData("names", "For a.example; 127.0.0.1 is not among them.")]
    [InlineData("dates", "Expired on 2021-02-01, and the clock here says")]
    [InlineData("pin", "which is not the one given")]
    public async Task The_first_point_at_fault_is_named(string point, string expected)
    {
        var from = new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using X509Certificate2 certificate = point switch
        {
            "names" => certificates.Issue(["a.example"]),
            "dates" => certificates.Issue(["127.0.0.1"], from, from.AddMonths(1)),
            _ => certificates.Issue(["127.0.0.1"]),
        };
        MqttTlsOptions? tls = point == "chain" ? null : new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile };
        if (point == "pin") tls = tls! with { Pin = $"sha256//{Convert.ToBase64String(new byte[32])}" };
        await using MqttBroker broker = await StartAsync("mqtts", certificate);

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], new MqttClientOptions { Tls = tls });

        Assert.Equal(ExitCode.Tls, run.ExitCode);
        Assert.Equal(point, run.Steps.First(step => step.ExitCode != 0).Name);
        Assert.Contains(expected, run[point], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Tls, run.Steps.Single(step => step.Name == "connect").ExitCode);
    }

    [Fact]
    public async Task A_matching_pin_stands_in_for_chain_and_names()
    {
        using X509Certificate2 certificate = TestCertificates.SelfSigned("a.example");
        await using MqttBroker broker = await StartAsync("wss", certificate);

        var tls = new MqttTlsOptions { Pin = PublicKeyPin.Of(certificate) };
        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], new MqttClientOptions { Tls = tls });

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("and the pin stands in for that", run["chain"], StringComparison.Ordinal);
        Assert.Contains("and the pin stands in for that", run["names"], StringComparison.Ordinal);
        Assert.EndsWith(", as given.", run["pin"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ws", "mqtt")]
    [InlineData("mqtt", "ws")]
    [InlineData("ws", "wss")]
    [InlineData("mqtt", "mqtts")]
    [InlineData("mqtt", "wss")]
    [InlineData("wss", "mqtts")]
    [InlineData("mqtts", "ws")]
    [InlineData("mqtts", "wss")]
    public async Task What_the_port_speaks_is_proposed_and_nothing_else(string asked, string spoken)
    {
        using X509Certificate2 certificate = certificates.Issue(["127.0.0.1"]);
        await using MqttBroker broker = await StartAsync(spoken, certificate);
        MqttTlsOptions? tls = asked.EndsWith('s') && asked != "ws" ? new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile } : null;

        DoctorRun run = await DoctorRun.RunAsync(
            $"{asked}://127.0.0.1:{new Uri(broker.Addresses[0]).Port}{(asked[0] == 'w' ? "/mqtt" : "")}", new MqttClientOptions { Tls = tls });

        Assert.NotEqual(0, run.ExitCode);
        Assert.Equal($"What the port speaks fits {broker.Addresses[0]}.", run["try"]);
    }

    [Theory]
    [InlineData("mqtt", "404 Not Found")]
    [InlineData("ws", "404 Not Found")]
    [InlineData("wss", "404 Not Found")]
    [InlineData("mqtt", "200 OK")]
    public async Task A_port_that_speaks_HTTP_and_opens_no_WebSocket_is_not_proposed(string asked, string status)
    {
        await using var server = new HostileServer(async (socket, cancel) =>
        {
            await socket.ReceiveAsync(new byte[4096], cancel);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"), cancel);
        });

        DoctorRun run = await DoctorRun.RunAsync($"{asked}://127.0.0.1:{server.Port}");

        Assert.NotEqual(0, run.ExitCode);
        Assert.DoesNotContain(run.Steps, step => step.Name == "try");
        string path = asked == "mqtt" ? "/mqtt" : "/";
        Assert.Equal($"The port speaks HTTP, and opens no WebSocket at {path}: HTTP/1.1 {status}", run["http"]);
    }

    [Theory]
    [InlineData(false, 5, "name tcp tls http mqtt connect login")]
    [InlineData(true, 0, "name tcp tls http mqtt connect login round")]
    public async Task A_login_is_sent_only_if_it_may_be(bool sendsLogin, int exitCode, string steps)
    {
        var seen = new List<string>();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0"],
            Authenticate = (request, _) =>
            {
                lock (seen) seen.Add(request.Password is { } password ? Encoding.UTF8.GetString(password.Span) : "none");
                return ValueTask.FromResult(request.UserName == "alice" ? ConnectReturnCode.Accepted : ConnectReturnCode.NotAuthorized);
            },
        });
        var options = new MqttClientOptions { UserName = "alice", PasswordText = "sesame" };

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], options, sendsLogin);

        Assert.Equal((exitCode, steps), (run.ExitCode, run.Names));
        Assert.Equal(sendsLogin, seen.Contains("sesame"));
        Assert.DoesNotContain("sesame", run.ToString(), StringComparison.Ordinal);
        if (sendsLogin) Assert.StartsWith("Without a login: ", run["connect"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_query_of_an_address_counts_as_a_login(bool sendsLogin)
    {
        var sent = new StringBuilder();
        await using var server = new HostileServer(async (socket, cancel) =>
        {
            byte[] bytes = new byte[4096];
            int length = await socket.ReceiveAsync(bytes, cancel);
            lock (sent) sent.Append(Encoding.Latin1.GetString(bytes, 0, length));
            await socket.SendAsync("HTTP/1.1 401 No\r\nSet-Cookie: id=crumbs\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancel);
        });

        DoctorRun run = await DoctorRun.RunAsync($"ws://127.0.0.1:{server.Port}/mqtt?token=sesame", sendsLogin: sendsLogin);

        Assert.Equal(sendsLogin, sent.ToString().Contains("sesame", StringComparison.Ordinal));
        Assert.DoesNotContain("sesame", run.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("crumbs", run.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.UpgradeRefused, run.ExitCode);
        Assert.Equal(!sendsLogin, run.Steps.Exists(step => step.Name == "login"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:3000", 0, "HTTP/1.1 101")]
    [InlineData("https://evil.example", 4, "HTTP/1.1 403")]
    public async Task The_server_is_asked_with_the_origin_of_the_page(string page, int exitCode, string expected)
    {
        await using MqttBroker broker = await StartAsync("ws");

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], page: page);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(expected, run["origin"], StringComparison.Ordinal);
        Assert.Equal(exitCode == 0, run["page"].Contains("and so does our broker", StringComparison.Ordinal));
    }

    private Task<MqttBroker> StartAsync(string scheme, X509Certificate2? certificate = null) => MqttBroker.StartAsync(new MqttBrokerOptions
    {
        Listeners = [$"{scheme}://127.0.0.1:0{(scheme[0] == 'w' ? "/mqtt" : "")}"],
        CertificateFile = certificate is null ? null
            : certificates.Write("server.pem", $"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n"),
    });
}
