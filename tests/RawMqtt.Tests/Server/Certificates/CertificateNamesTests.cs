// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Server;
using RawMqtt.Server.Certificates;

namespace RawMqtt.Tests.Server.Certificates;

/// <summary>The user name in a client certificate.</summary>
public class CertificateNamesTests
{
    [Theory]
    [InlineData(ClientCertificateName.CommonName, "pump-7")]
    [InlineData(ClientCertificateName.Subject, "CN=pump-7, O=Example")]
    [InlineData(ClientCertificateName.Dns, "one.example.com")]
    [InlineData(ClientCertificateName.Mail, "ann@example.com")]
    [InlineData(ClientCertificateName.Uri, "urn:pump:7")]
    [InlineData(ClientCertificateName.None, null)]
    public void The_chosen_part_is_the_name(ClientCertificateName part, string? expected)
    {
        using X509Certificate2 certificate = Create("CN=pump-7, O=Example", names =>
        {
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            names.AddDnsName("one.example.com");
            names.AddDnsName("two.example.com");
            names.AddEmailAddress("ann@example.com");
            names.AddUri(new Uri("urn:pump:7"));
        });
        Assert.Equal(expected, CertificateNames.Find(certificate, part));
    }

    [Theory]
    [InlineData(ClientCertificateName.CommonName)]
    [InlineData(ClientCertificateName.Dns)]
    [InlineData(ClientCertificateName.Mail)]
    [InlineData(ClientCertificateName.Uri)]
    public void A_part_that_is_missing_is_no_name(ClientCertificateName part)
    {
        using X509Certificate2 certificate = Create("O=Example", null);
        Assert.Null(CertificateNames.Find(certificate, part));
    }

    [Fact]
    public void Two_common_names_are_none()
    {
        using X509Certificate2 certificate = Create("CN=one, CN=two", null);
        Assert.Null(CertificateNames.Find(certificate, ClientCertificateName.CommonName));
    }

    private static X509Certificate2 Create(string subject, Action<SubjectAlternativeNameBuilder>? add)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        add?.Invoke(names);
        if (add is not null) request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
