// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Dialling;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Dialling;

/// <summary>Each TLS option, over wss and over mqtts.</summary>
public sealed class TlsOptionTests : IDisposable
{
    private readonly TestCertificates certificates = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public static TheoryData<string> Schemes => ["wss", "mqtts"];

    public void Dispose()
    {
        certificates.Dispose();
        folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_file_may_hold_several_authorities(string scheme)
    {
        using var others = new TestCertificates();
        string both = Write("both.pem", $"# one\n{others.Authority.ExportCertificatePem()}\n# two\n{certificates.Authority.ExportCertificatePem()}\n");
        foreach (TestCertificates one in new[] { certificates, others })
        {
            using X509Certificate2 certificate = one.Issue(["127.0.0.1"]);
            await DialAsync(scheme, certificate, new MqttTlsOptions { CertificateAuthorityFile = both });
        }
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_folder_may_hold_authorities_beside_other_files(string scheme)
    {
        var tls = new MqttTlsOptions { CertificateAuthorityFolder = folder.FullName };
        using X509Certificate2 certificate = certificates.Issue(["127.0.0.1"]);
        Write("notes.txt", "nothing");
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "gone.0"), "nowhere.pem");
        Assert.Contains("holds no certificate", (await FailAsync(scheme, certificate, tls)).Message, StringComparison.Ordinal);

        Write("ca.pem", certificates.Authority.ExportCertificatePem());
        await DialAsync(scheme, certificate, tls);
        using var others = new TestCertificates();
        await DialAsync(scheme, certificate, tls with { CertificateAuthorityFile = others.AuthorityFile });
        using X509Certificate2 foreign = others.Issue(["127.0.0.1"]);
        Assert.Equal(MqttErrorCode.CertificateIssuerUnknown, (await FailAsync(scheme, foreign, tls)).Code);

        MqttException missing = await FailAsync(scheme, certificate, new MqttTlsOptions { CertificateAuthorityFolder = "/no/such/folder" });
        Assert.Equal(MqttErrorCode.InvalidOptions, missing.Code);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_pin_stands_in_for_chain_and_name(string scheme)
    {
        using X509Certificate2 certificate = TestCertificates.SelfSigned("other.example");
        string pin = CertificatePin.Of(certificate);
        await DialAsync(scheme, certificate, new MqttTlsOptions { Pin = pin });
        await DialAsync(scheme, certificate, new MqttTlsOptions { Pin = $"sha256//{Convert.ToBase64String(new byte[32])}; {pin}" });
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Another_key_than_that_of_the_pin_is_refused_also_from_a_trusted_authority(string scheme)
    {
        using X509Certificate2 certificate = certificates.Issue(["127.0.0.1"]);
        var tls = new MqttTlsOptions { Pin = $"sha256//{Convert.ToBase64String(new byte[32])}", CertificateAuthorityFile = certificates.AuthorityFile };

        MqttException failure = await FailAsync(scheme, certificate, tls);

        Assert.Equal(MqttErrorCode.CertificateRefused, failure.Code);
        Assert.Contains($"has the key {CertificatePin.Of(certificate)}, which is not the one that was pinned", failure.Message, StringComparison.Ordinal);
        Assert.Contains("what the server's owner sees", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wss", 2021, MqttErrorCode.CertificateExpired)]
    [InlineData("mqtts", 2021, MqttErrorCode.CertificateExpired)]
    [InlineData("wss", 2041, MqttErrorCode.CertificateNotYetValid)]
    [InlineData("mqtts", 2041, MqttErrorCode.CertificateNotYetValid)]
    public async Task A_pin_does_not_stand_in_for_dates(string scheme, int year, MqttErrorCode code)
    {
        var from = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using X509Certificate2 certificate = certificates.Issue(["127.0.0.1"], from, from.AddDays(30));

        Assert.Equal(code, (await FailAsync(scheme, certificate, new MqttTlsOptions { Pin = CertificatePin.Of(certificate) })).Code);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task The_pin_of_a_self_signed_certificate_is_told_with_whom_to_compare_it(string scheme)
    {
        using X509Certificate2 certificate = TestCertificates.SelfSigned("127.0.0.1");

        MqttException failure = await FailAsync(scheme, certificate, null);

        Assert.Equal(MqttErrorCode.CertificateSelfSigned, failure.Code);
        Assert.Contains($"Pin = \"{CertificatePin.Of(certificate)}\"", failure.Message, StringComparison.Ordinal);
        Assert.Contains("what the server's owner sees", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task The_server_name_is_sent_and_checked(string scheme)
    {
        using X509Certificate2 certificate = certificates.Issue(["broker.example"]);
        var tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile };

        TlsPeer peer = await DialAsync(scheme, certificate, tls with { ServerName = "broker.example" });
        Assert.Equal("broker.example", peer.ServerName);
        Assert.Equal(MqttErrorCode.CertificateNameMismatch, (await FailAsync(scheme, certificate, tls)).Code);
        Assert.Equal(MqttErrorCode.CertificateNameMismatch, (await FailAsync(scheme, certificate, tls with { ServerName = "a.example" })).Code);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_client_certificate_is_shown_from_encrypted_files_with_their_passphrase(string scheme)
    {
        using X509Certificate2 certificate = certificates.Issue(["127.0.0.1"]);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 own = new CertificateRequest("CN=pump-7", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var strength = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        string pem = Write("own.pem", own.ExportCertificatePem());
        string encrypted = Write("own.key", key.ExportEncryptedPkcs8PrivateKeyPem("open sesame", strength));
        string plain = Write("plain.key", key.ExportPkcs8PrivateKeyPem());
        string pfx = Path.Combine(folder.FullName, "own.pfx");
        await File.WriteAllBytesAsync(pfx, own.Export(X509ContentType.Pkcs12, "open sesame"));
        var tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile };

        foreach (MqttTlsOptions way in new[]
        {
            tls with { CertificateFile = pem, KeyFile = encrypted, KeyPassword = "open sesame" },
            tls with { CertificateFile = pfx, KeyPassword = "open sesame" },
            tls with { CertificateFile = pem, KeyFile = plain },
        })
        {
            TlsPeer peer = await DialAsync(scheme, certificate, way, wantsCertificate: true);
            Assert.Equal("CN=pump-7", peer.ClientSubject);
        }

        foreach ((MqttTlsOptions way, string expected) in new[]
        {
            (tls with { CertificateFile = pem, KeyFile = encrypted }, $"the private key in {encrypted} is encrypted: set KeyPassword"),
            (tls with { CertificateFile = pem, KeyFile = encrypted, KeyPassword = "wrong" }, $"does not decrypt the private key in {encrypted}"),
            (tls with { CertificateFile = pfx }, $"{pfx} is a PKCS #12 file with a passphrase"),
            (tls with { CertificateFile = pfx, KeyPassword = "wrong" }, $"the passphrase does not open the PKCS #12 file {pfx}"),
            (tls with { CertificateFile = pem }, $"{pem} holds no private key"),
            (tls with { CertificateFile = plain, KeyFile = pem }, $"{plain} holds no certificate"),
            (tls with { CertificateFile = "/no/such.pem" }, "there is no file /no/such.pem"),
        })
        {
            MqttException failure = await FailAsync(scheme, certificate, way);
            Assert.Equal(MqttErrorCode.InvalidOptions, failure.Code);
            Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("sesame", failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_key_of_another_certificate_is_refused_before_it_is_used(string scheme)
    {
        using X509Certificate2 certificate = certificates.Issue(["127.0.0.1"]);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var tls = new MqttTlsOptions
        {
            CertificateFile = Write("own.pem", certificate.ExportCertificatePem()),
            KeyFile = Write("other.key", key.ExportPkcs8PrivateKeyPem()),
        };

        MqttException failure = await FailAsync(scheme, certificate, tls);

        Assert.Equal(MqttErrorCode.InvalidOptions, failure.Code);
        Assert.Contains("is not that of the certificate", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wss", "", "http/1.1")]
    [InlineData("mqtts", "", "")]
    [InlineData("wss", "x-amzn-mqtt-ca", "x-amzn-mqtt-ca")]
    [InlineData("mqtts", "mqtt,x-amzn-mqtt-ca", "x-amzn-mqtt-ca")]
    public async Task Application_protocols_are_offered(string scheme, string offered, string chosen)
    {
        using X509Certificate2 certificate = certificates.Issue(["127.0.0.1"]);
        var tls = new MqttTlsOptions
        {
            CertificateAuthorityFile = certificates.AuthorityFile,
            ApplicationProtocols = offered.Split(',', StringSplitOptions.RemoveEmptyEntries),
        };

        TlsPeer peer = await DialAsync(scheme, certificate, tls, wantsCertificate: false, "x-amzn-mqtt-ca", "http/1.1");

        Assert.Equal(chosen, peer.Protocol);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_function_of_the_program_decides_alone(string scheme)
    {
        using X509Certificate2 foreign = TestCertificates.SelfSigned("other.example");
        using X509Certificate2 trusted = certificates.Issue(["127.0.0.1"]);
        var tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile };
        string? asked = null;

        await DialAsync(scheme, foreign, tls with
        {
            ValidateCertificate = (_, certificate, _, errors) =>
            {
                asked = $"{certificate!.Subject} {errors}";
                return certificate.Subject == "CN=Test";
            },
        });
        MqttException refused = await FailAsync(scheme, trusted, tls with { ValidateCertificate = (_, _, _, _) => false });
        MqttException broken = await FailAsync(scheme, trusted, tls with { ValidateCertificate = (_, _, _, _) => throw new InvalidOperationException("no") });

        Assert.Equal("CN=Test RemoteCertificateNameMismatch, RemoteCertificateChainErrors", asked);
        Assert.Equal((MqttErrorCode.CertificateRefused, MqttErrorCode.CertificateRefused), (refused.Code, broken.Code));
        Assert.Contains("was refused by the program's own check. The usual check finds ", refused.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(broken.InnerException);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Any_certificate_is_accepted_on_request(string scheme)
    {
        using X509Certificate2 foreign = TestCertificates.SelfSigned("other.example");
        await DialAsync(scheme, foreign, new MqttTlsOptions { AllowUntrusted = true });
        Assert.Equal(MqttErrorCode.CertificateNameMismatch, (await FailAsync(scheme, foreign, null)).Code);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_certificate_with_broken_extensions_is_refused_in_words(string scheme)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (string type in new[] { "2.5.29.17", "2.5.29.37", "2.5.29.19", "2.5.29.30" })
        {
            var request = new CertificateRequest("CN=Test", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509Extension(type, [0x30, 0x82, 0xFF], critical: false));
            using X509Certificate2 broken = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

            MqttException failure = await FailAsync(scheme, broken, null);

            Assert.True((int)failure.Code is >= 300 and < 400, failure.ToString());
        }
    }

    private static async Task<TlsPeer> DialAsync(
        string scheme, X509Certificate2 certificate, MqttTlsOptions? tls, bool wantsCertificate = false, params string[] protocols)
    {
        var peer = new TlsPeer(scheme, certificate, wantsCertificate, protocols);
        await using (peer)
        {
            var options = new DialOptions { Tls = tls, ConnectTimeout = TimeSpan.FromSeconds(10) };
            await using Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(peer.Address), options, CancellationToken.None);
        }

        return peer;
    }

    private static Task<MqttException> FailAsync(string scheme, X509Certificate2 certificate, MqttTlsOptions? tls) =>
        Assert.ThrowsAsync<MqttException>(() => DialAsync(scheme, certificate, tls));

    private string Write(string name, string content)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
