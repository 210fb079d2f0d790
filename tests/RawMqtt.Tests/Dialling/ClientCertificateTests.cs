// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Dialling;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Dialling;

/// <summary>Which files a client takes as its own certificate, and what it says about others.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestCertificates files = new();
    private readonly X509Certificate2 certificate;
    private readonly string own;
    private readonly string key;

    public ClientCertificateTests()
    {
        certificate = files.Issue(["client"], usage: "1.3.6.1.5.5.7.3.2");
        own = files.Write("client.crt", certificate.ExportCertificatePem());
        key = files.Write("client.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        certificate.Dispose();
        files.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_and_its_key_end_with_the_connection_that_shows_them(bool isAsync)
    {
        SslStreamCertificateContext context = ClientCertificate.Load(own, key);
        var stream = new CertifiedStream(new MemoryStream(), context);
        Assert.NotEqual(IntPtr.Zero, context.TargetCertificate.Handle);
        if (isAsync) await stream.DisposeAsync();
        else stream.Close();
        Assert.Equal(IntPtr.Zero, context.TargetCertificate.Handle);
        await stream.DisposeAsync(); // twice does no harm
    }

    [Fact]
    public void A_certificate_with_its_key_and_its_chain_is_taken()
    {
        Assert.Equal(certificate.Thumbprint, ClientCertificate.Load(own, key).TargetCertificate.Thumbprint);
        string together = files.Write("all.pem", $"{File.ReadAllText(key)}\n{File.ReadAllText(own)}\n{files.Authority.ExportCertificatePem()}");
        Assert.Equal(certificate.Thumbprint, ClientCertificate.Load(together, null).TargetCertificate.Thumbprint);
        string sec1 = files.Write("sec1.key", certificate.GetECDsaPrivateKey()!.ExportECPrivateKeyPem());
        Assert.Equal(certificate.Thumbprint, ClientCertificate.Load(own, sec1).TargetCertificate.Thumbprint);
    }

    [Fact]
    public void A_key_of_another_certificate_is_named()
    {
        using ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        foreach (string pem in new[] { curve.ExportPkcs8PrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem() })
        {
            string other = files.Write("OTHER.key", pem);
            Assert.Contains($"the private key in {other} is not that of the certificate in {own}", FaultOf(own, other), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_chain_in_the_wrong_order_is_said_with_the_place_of_the_certificate()
    {
        string chain = files.Write("chain.pem", $"{files.Authority.ExportCertificatePem()}\n{certificate.ExportCertificatePem()}");
        Assert.Contains($"{key} is that of certificate 2 in {chain}: that one must be the first", FaultOf(chain, key), StringComparison.Ordinal);
    }

    [Fact]
    public void The_certificate_of_an_authority_is_refused()
    {
        Assert.Contains($"{key} is not that of the certificate in {files.AuthorityFile}", FaultOf(files.AuthorityFile, key), StringComparison.Ordinal);

        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using X509Certificate2 root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string file = files.Write("root.pem", $"{root.ExportCertificatePem()}\n{rootKey.ExportPkcs8PrivateKeyPem()}");
        Assert.Contains("certificate of an authority", FaultOf(file, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_named_with_what_they_lack()
    {
        string text = files.Write("text", "hello");
        string encrypted = files.Write("encrypted.key", certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(
            "open sesame", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        string broken = files.Write("broken.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        Assert.Contains($"{text} is neither PEM", FaultOf(own, text), StringComparison.Ordinal);
        Assert.Contains($"{own} holds no private key", FaultOf(own, null), StringComparison.Ordinal);
        Assert.Contains($"{own} holds no private key", FaultOf(own, own), StringComparison.Ordinal);
        Assert.Contains($"{text} is neither PEM", FaultOf(text, key), StringComparison.Ordinal);
        Assert.Contains($"{key} holds no certificate", FaultOf(key, null), StringComparison.Ordinal);
        Assert.Contains($"the private key in {encrypted} is encrypted", FaultOf(own, encrypted), StringComparison.Ordinal);
        Assert.Contains($"the private key in {broken} cannot be read", FaultOf(own, broken), StringComparison.Ordinal);
        Assert.Contains("/no/such/key", FaultOf(own, "/no/such/key"), StringComparison.Ordinal);
        Assert.Contains("missing.crt.", FaultOf(own.Replace("client.crt", "missing.crt", StringComparison.Ordinal), key),
            StringComparison.Ordinal);
    }

    /// <summary>The client ends at once, however often it may try: no connection is made.</summary>
    [Fact]
    public async Task A_client_with_a_wrong_key_ends_with_invalid_options_before_it_connects()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string other = files.Write("OTHER.key", ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem());
        await using var client = new MqttClient(new MqttClientOptions
        {
            Address = $"mqtts://{listener.LocalEndpoint}",
            RetryFirstConnect = true,
            Tls = new MqttTlsOptions { CertificateFile = own, KeyFile = other },
        });
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Token));
        Assert.Equal(MqttErrorCode.InvalidOptions, refused.Code);
        Assert.Contains(other, refused.Message, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    private static string FaultOf(string certificateFile, string? keyFile)
    {
        MqttException refused = Assert.Throws<MqttException>(() => ClientCertificate.Load(certificateFile, keyFile));
        Assert.Equal(MqttErrorCode.InvalidOptions, refused.Code);
        return refused.Message;
    }
}
