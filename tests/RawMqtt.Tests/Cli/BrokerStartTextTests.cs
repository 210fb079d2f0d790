// SPDX-License-Identifier: MIT

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Cli;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Cli;

/// <summary>What the tool's broker says at its start about how clients reach it.</summary>
public class BrokerStartTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly IPAddress[] Own = [IPAddress.Parse("192.168.1.5"), IPAddress.Parse("fd00::1")];

    [Fact]
    public void Default_settings_are_for_this_machine() => Assert.Equal(
        """
        address     ws://127.0.0.1:8083/mqtt  clients on this machine
        address     mqtt://127.0.0.1:1883  clients on this machine
        pages       of loopback origins such as http://localhost:3000, on this machine; --allow-origin adds others
        login       anonymous clients on this machine only; --password-file or --allow-anonymous lets others in

        """,
        Render(new MqttBrokerOptions(), "ws://127.0.0.1:8083/mqtt", "mqtt://127.0.0.1:1883"));

    [Fact]
    public void A_listener_on_all_addresses_lists_those_of_the_machine()
    {
        string v4 = Render(new MqttBrokerOptions(), "ws://0.0.0.0:8083/mqtt");
        Assert.StartsWith(
            "address     ws://192.168.1.5:8083/mqtt  clients on all machines that reach it\n"
            + "address     ws://localhost:8083/mqtt  clients on all machines that reach it\npages", v4);
        Assert.Contains("of the host and port that they connect to (--host-name says which are yours)", v4);
        Assert.Contains("address     mqtt://[fd00::1]:1883  ", Render(new MqttBrokerOptions(), "mqtt://[::]:1883"));
        Assert.DoesNotContain("pages", Render(new MqttBrokerOptions(), "mqtt://[::]:1883"));
    }

    [Theory]
    [InlineData(null, "users", "the users of users; no anonymous clients")]
    [InlineData(true, "users", "anonymous clients on all machines, and the users of users")]
    [InlineData(true, null, "anonymous clients on all machines; user names are not checked")]
    public void Who_needs_a_login_is_said(bool? allowAnonymous, string? passwordFile, string expected)
    {
        var options = new MqttBrokerOptions { AllowAnonymous = allowAnonymous, PasswordFile = passwordFile };
        Assert.Contains($"login       {expected}\n", Render(options, "mqtt://127.0.0.1:1883"));
    }

    [Fact]
    public void Pages_are_listed()
    {
        var options = new MqttBrokerOptions { AllowedOrigins = ["https://a.example", "http://b.example:81"], HostNames = ["mqtt.example", "192.168.1.5"] };
        string text = Render(options, "ws://192.168.1.5:8083/mqtt", "mqtt://192.168.1.5:1883");
        Assert.Contains("they connect to, if that is mqtt.example or 192.168.1.5; of https://a.example, http://b.example:81\n", text);
        Assert.Contains("pages       of all origins\n", Render(new MqttBrokerOptions { AllowedOrigins = ["*"] }, "ws://127.0.0.1:1/mqtt"));
    }

    [Theory]
    [InlineData(45, "45 days left")]
    [InlineData(1, "1 day left")]
    [InlineData(-3, "expired")]
    public void The_certificate_is_told_with_its_names_its_last_day_and_its_pin(int days, string left)
    {
        using var files = new TestCertificates();
        using X509Certificate2 certificate = files.Issue(["mqtt.example", "192.168.1.5"], Now.AddDays(-10), Now.AddDays(days).AddHours(1));
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string[] parts = [key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem(), files.Authority.ExportCertificatePem()];
        string pem = files.Write("server.pem", string.Join('\n', parts));
        string pfx = files.Write("server.pfx", "");
        File.WriteAllBytes(pfx, certificate.Export(X509ContentType.Pkcs12, "open sesame"));
        string pin = Convert.ToBase64String(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        string expected = $"certificate for mqtt.example, 192.168.1.5; valid until {Now.AddDays(days):yyyy-MM-dd} 04:04 UTC, {left}; pin sha256//{pin}\n";

        Assert.EndsWith(expected, Render(new MqttBrokerOptions { CertificateFile = pem }, "wss://192.168.1.5:8084/mqtt"));
        Assert.EndsWith(expected, Render(new MqttBrokerOptions { CertificateFile = pfx, KeyPassword = "open sesame" }, "mqtts://192.168.1.5:8883"));
    }

    private static string Render(MqttBrokerOptions options, params string[] addresses) => BrokerStartText.Render(options, addresses, Own, Now);
}
