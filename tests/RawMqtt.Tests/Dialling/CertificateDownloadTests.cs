// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Cli;
using RawMqtt.Tests.Cli;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Dialling;

/// <summary>A certificate may name addresses where its issuer and its revocation are found: a server could make its clients ask any host.</summary>
public sealed class CertificateDownloadTests : IDisposable
{
    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_fetched_for_the_certificate_of_a_server(bool hasAuthority)
    {
        await using var host = new HostileServer(HostileServer.Once([]));
        (string file, string pin) = Issue($"http://127.0.0.1:{host.Port}/issuer.cer");
        await using MqttBroker broker = await MqttBroker.StartAsync(
            new MqttBrokerOptions { Listeners = ["mqtts://127.0.0.1:0"], CertificateFile = file }, TestContext.Current.CancellationToken);
        using var others = new TestCertificates();
        MqttTlsOptions tls = new() { CertificateAuthorityFile = hasAuthority ? others.AuthorityFile : null };
        var options = new MqttClientOptions { Address = broker.Addresses[0], Tls = tls };

        MqttException failure = await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(options, TestContext.Current.CancellationToken));
        Assert.Equal(MqttErrorCode.CertificateIssuerUnknown, failure.Code);
        await (await MqttClient.ConnectAsync(options with { Tls = tls with { Pin = pin } }, TestContext.Current.CancellationToken)).DisposeAsync();
        Assert.Equal(0, host.Connections);

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], options);
        Assert.Equal(ExitCode.Tls, run.ExitCode);
        Assert.Equal(0, host.Connections);
    }

    /// <summary>Returns the file of a certificate that an authority issued which nobody has, and its pin.</summary>
    private (string File, string Pin) Issue(string address)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([address], [address]));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([address]));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificates.Authority, true, false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.Create(certificates.Authority, now.AddDays(-1), now.AddDays(30), RandomNumberGenerator.GetBytes(8));
        string file = certificates.Write("server.pem", $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return (file, RawMqtt.Dialling.CertificatePin.Of(certificate));
    }
}
