// SPDX-License-Identifier: MIT

using System.Security.Cryptography.X509Certificates;
using RawMqtt.Codec;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Dialling;

/// <summary>Certificates that a program already has, in place of files, at both ends.</summary>
public sealed class CertificateObjectTests : IDisposable
{
    private readonly TestCertificates files = new();
    private readonly X509Certificate2 server;
    private readonly X509Certificate2 own;

    public CertificateObjectTests()
    {
        server = files.Issue(["localhost"]);
        own = files.Issue(["pump-7"], usage: "1.3.6.1.5.5.7.3.2");
    }

    public void Dispose()
    {
        own.Dispose();
        server.Dispose();
        files.Dispose();
    }

    [Fact]
    public async Task Both_ends_take_certificates_without_a_file()
    {
        var shown = new List<string?>();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtts://localhost:0"],
            ConfigureTls = tls =>
            {
                tls.ServerCertificate = server;
                tls.ClientCertificateRequired = true;
                tls.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
            },
            Authenticate = (request, _) =>
            {
                shown.Add(request.ClientCertificate?.Thumbprint);
                return ValueTask.FromResult(ConnectReturnCode.Accepted);
            },
        });
        var options = new MqttClientOptions
        {
            Address = broker.Addresses[0],
            Tls = new MqttTlsOptions { CertificateAuthorities = [files.Authority], Certificate = own },
        };

        for (int i = 0; i < 2; i++)
        {
            await using MqttClient client = await MqttClient.ConnectAsync(options, TestContext.Current.CancellationToken);
            Assert.True(client.IsConnected);
            await client.DisconnectAsync();
            Assert.False(client.IsConnected);
        }

        Assert.Equal([own.Thumbprint, own.Thumbprint], shown);
        Assert.True(own.HasPrivateKey); // it is still the program's
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        using var others = new TestCertificates();
        await using MqttBroker broker = await MqttBroker.StartAsync(
            new MqttBrokerOptions { Listeners = ["mqtts://localhost:0"], ConfigureTls = tls => tls.ServerCertificate = server });
        var options = new MqttClientOptions { Address = broker.Addresses[0], Tls = new MqttTlsOptions { CertificateAuthorities = [others.Authority] } };

        MqttException failure = await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(options, TestContext.Current.CancellationToken));

        Assert.Equal(MqttErrorCode.CertificateIssuerUnknown, failure.Code);
    }

    [Fact]
    public void A_certificate_beside_a_file_or_without_its_key_is_refused()
    {
        using X509Certificate2 keyless = X509CertificateLoader.LoadCertificate(own.RawData);
        var both = new MqttClientOptions { Address = "mqtts://a", Tls = new MqttTlsOptions { Certificate = own, CertificateFile = "a.pem" } };
        MqttClientOptions noKey = both with { Tls = new MqttTlsOptions { Certificate = keyless } };

        Assert.Contains("exclude each other", Assert.Throws<ArgumentException>(() => new MqttClient(both)).Message);
        Assert.Contains("has no private key", Assert.Throws<ArgumentException>(() => new MqttClient(noKey)).Message);
    }
}
