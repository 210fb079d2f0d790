// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

/// <summary>The doctor at servers that mean harm: it takes bounded time, a bounded number of connections and bytes, and ends with a verdict.</summary>
public class HostileDoctorTests
{
    private const double Patience = 0.3; // seconds: on a busy machine a connection on loopback takes that long at times

    public static TheoryData<string, string> HarmsAndSchemes
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string harm in Harms.Keys)
            {
                foreach (string scheme in new[] { "ws", "wss", "mqtt", "mqtts" }) all.Add(harm, scheme);
            }

            return all;
        }
    }

    private static Dictionary<string, Func<Socket, CancellationToken, Task>> Harms { get; } = new()
    {
        ["silence"] = HostileServer.Once([]),
        ["reset"] = Reset,
        ["endless header"] = HostileServer.Endless(Latin1("HTTP/1.1 200 OK\r\n"), Latin1(string.Concat(Enumerable.Repeat("X-A: aaaaaaaaaaaaaaaa\r\n", 100)))),
        ["endless field"] = HostileServer.Endless(Latin1("HTTP/1.1 101 OK\r\nX: "), Latin1(new string('a', 4096))),
        ["endless status line"] = HostileServer.Endless(Latin1("HTTP/1.1 "), Latin1(new string('1', 4096))),
        ["endless continue"] = HostileServer.Endless([], Latin1("HTTP/1.1 100 Continue\r\n\r\n")),
        ["dripping header"] = HostileServer.Drip(Latin1("HTTP/1.1 200 OK\r\nX: y\r\n")),
        ["dripping TLS"] = HostileServer.Drip([0x16, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFF, 3, 3]),
        ["garbage TLS record"] = HostileServer.Once([0x16, 3, 3, 0x01, 0, .. Enumerable.Range(0, 256).Select(i => (byte)(i * 37))]),
        ["endless TLS handshake"] = HostileServer.Endless([], [0x16, 3, 3, 0x40, 0, 2, 0xFF, 0xFF, 0xFF, .. new byte[0x3FFC]]),
        ["TLS alert"] = HostileServer.Once([0x15, 3, 3, 0, 2, 2, 40]),
        ["huge CONNACK"] = HostileServer.Endless([0x20, 0xFF, 0xFF, 0xFF, 0x7F], new byte[4096]),
        ["CONNACK that does not end"] = HostileServer.Once([0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ["control characters"] = HostileServer.Once(
            Latin1("HTTP/1.1 500 \u001b[2J\u001b]0;owned\a\u009b31m\r\nServer: \u001b[1;31m\r\nX\u001b[5m: \b\b\r\n\r\n\u001b[2J")),
        ["random bytes"] = HostileServer.Endless([], [.. Enumerable.Range(0, 4099).Select(i => (byte)((i * 7919) >> 3))]),
    };

    [Theory]
    [MemberData(nameof(HarmsAndSchemes))]
    public async Task A_hostile_server_costs_bounded_time_and_gets_a_verdict(string harm, string scheme)
    {
        await using var server = new HostileServer(Harms[harm]);

        DoctorRun run = await DoctorRun.RunAsync($"{scheme}://127.0.0.1:{server.Port}", page: "https://example.com", patience: Patience)
            .WaitAsync(TimeSpan.FromSeconds(60)); // some of these servers send for ever

        Assert.True(run.ExitCode is ExitCode.NotConnected or ExitCode.Tls or ExitCode.UpgradeRefused or ExitCode.ConnectionLost, run.ToString());
        await server.First.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(server.Connections, 1, 7); // one a probe
        Assert.InRange(run.Steps.Count, 5, 20);
        Assert.All(run.Steps, step => Assert.InRange(step.Verdict.Length, 10, 4000));
    }

    [Fact]
    public async Task A_certificate_that_is_huge_or_writes_to_the_terminal_is_told_in_bounds()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName("\u001b[2J" + new string('x', 50));
        subject.AddOrganizationName(new string('o', 3000));
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        for (int i = 0; i < 1000; i++) names.AddDnsName($"host-{i}.example");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = new HostileServer((socket, cancel) => ServeTlsAsync(socket, certificate, cancel));

        DoctorRun run = await DoctorRun.RunAsync($"wss://127.0.0.1:{server.Port}/mqtt");

        Assert.Equal(ExitCode.Tls, run.ExitCode);
        Assert.InRange(run["chain"].Length, 100, 600);
        Assert.Contains("and 990 more; 127.0.0.1 is not among them", run["names"], StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', string.Concat(run.Steps.Select(step => TerminalText.Escape(step.Verdict))));
    }

    [Theory]
    [InlineData("2.5.29.17")]
    [InlineData("2.5.29.19")]
    [InlineData("2.5.29.30")]
    [InlineData("2.5.29.37")]
    public async Task A_certificate_with_a_broken_extension_gets_a_verdict(string type)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(type, [0x30, 0x82, 0xFF], critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = new HostileServer((socket, cancel) => ServeTlsAsync(socket, certificate, cancel));

        DoctorRun run = await DoctorRun.RunAsync($"mqtts://127.0.0.1:{server.Port}");

        Assert.Equal(ExitCode.Tls, run.ExitCode);
        Assert.Contains("The certificate of mqtts://127.0.0.1", run["connect"], StringComparison.Ordinal);
    }

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    private static async Task Reset(Socket socket, CancellationToken cancellationToken)
    {
        await socket.ReceiveAsync(new byte[1], cancellationToken);
        socket.LingerState = new LingerOption(true, 0);
    }

    private static async Task ServeTlsAsync(Socket socket, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
        await tls.ReadExactlyAsync(new byte[1], cancellationToken);
    }
}
