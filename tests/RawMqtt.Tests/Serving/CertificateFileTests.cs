// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Tests.Serving;

/// <summary>Which files a listener takes as its certificate, and what it says about others.</summary>
public sealed class CertificateFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_key_that_clients_refuse_is_refused_at_the_start()
    {
        using RSA rsa = RSA.Create(1024);
        var request = new CertificateRequest("CN=weak", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 weak = request.CreateSelfSigned(Day(-1), Day(1));
        Assert.Contains("1024 bits", await FaultAsync(Write("weak.pem", weak.ExportCertificatePem() + "\n" + rsa.ExportPkcs8PrivateKeyPem())));

        using ECDsa curve = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        using X509Certificate2 unusual = new CertificateRequest("CN=unusual", curve, HashAlgorithmName.SHA256).CreateSelfSigned(Day(-1), Day(1));
        string file = Write("unusual.pem", unusual.ExportCertificatePem() + "\n" + curve.ExportPkcs8PrivateKeyPem());
        Assert.Contains("P-256, P-384 or P-521", await FaultAsync(file));
    }

    [Theory]
    [InlineData(-10, -1, "Warning event=certificate state=expired")]
    [InlineData(1, 10, "Warning event=certificate state=not-yet-valid")]
    [InlineData(-1, 3, "Warning event=certificate state=valid")]
    [InlineData(-1, 30, "Information event=certificate state=valid")]
    public async Task The_log_says_at_the_start_whether_the_certificate_is_valid(int from, int until, string expected)
    {
        var lines = new ConcurrentQueue<string>();
        (X509Certificate2 certificate, ECDsa key) = Issue(from, until);
        string file = Write("server.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        MqttBroker broker = await MqttBroker.StartAsync(Options(file) with { Log = (level, line) => lines.Enqueue($"{level} {line}") }, Token);
        await broker.DisposeAsync();
        Assert.Contains(lines, line => line.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_encrypted_key_and_a_pfx_file_work_with_their_passphrase()
    {
        (X509Certificate2 certificate, ECDsa key) = Issue();
        var strength = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        string pem = Write("server.pem", certificate.ExportCertificatePem());
        string encrypted = Write("key.pem", key.ExportEncryptedPkcs8PrivateKeyPem("open sesame", strength));
        string pfx = Write("server.pfx", certificate.Export(X509ContentType.Pkcs12, "open sesame"));

        Assert.Equal(certificate.Thumbprint, await ShownAsync(Options(pem) with { KeyFile = encrypted, KeyPassword = "open sesame" }));
        Assert.Equal(certificate.Thumbprint, await ShownAsync(Options(pfx) with { KeyPassword = "open sesame" }));

        Assert.Contains($"the private key in {encrypted} is encrypted", await FaultAsync(pem, encrypted));
        Assert.Contains($"does not decrypt the private key in {encrypted}", await FaultAsync(pem, encrypted, "wrong"));
        Assert.Contains($"{pfx} is a PKCS #12 file with a passphrase", await FaultAsync(pfx));
        Assert.Contains("the passphrase does not open", await FaultAsync(pfx, password: "wrong"));
    }

    [Fact]
    public async Task What_a_file_is_instead_is_said()
    {
        (X509Certificate2 certificate, ECDsa key) = Issue();
        string pem = Write("server.pem", certificate.ExportCertificatePem());
        Assert.Contains("is a certificate in DER form", await FaultAsync(Write("server.der", certificate.RawData)));
        Assert.Contains("probably a private key", await FaultAsync(pem, Write("key.der", key.ExportPkcs8PrivateKey())));
        Assert.Contains("is empty", await FaultAsync(Write("empty.pem", "")));
        Assert.Contains("is neither PEM", await FaultAsync(Write("text.pem", "hello")));
        Assert.Contains("there is no file", await FaultAsync(Path.Combine(folder.FullName, "missing.pem")));
    }

    [Fact]
    public async Task A_key_that_does_not_belong_to_the_certificate_is_named()
    {
        (X509Certificate2 certificate, ECDsa key) = Issue();
        (X509Certificate2 other, ECDsa otherKey) = Issue();
        var strength = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        string pem = Write("server.pem", certificate.ExportCertificatePem());
        string wrong = Write("OTHER.key", otherKey.ExportPkcs8PrivateKeyPem());
        string encrypted = Write("encrypted.key", otherKey.ExportEncryptedPkcs8PrivateKeyPem("open sesame", strength));
        string chain = Write("chain.pem", $"{other.ExportCertificatePem()}\n{certificate.ExportCertificatePem()}");
        string right = Write("server.key", key.ExportPkcs8PrivateKeyPem());

        Assert.Contains($"the private key in {wrong} is not that of the certificate in {pem}", await FaultAsync(pem, wrong));
        Assert.Contains($"the private key in {encrypted} is not that of the certificate in {pem}", await FaultAsync(pem, encrypted, "open sesame"));
        Assert.Contains($"the private key in {right} is that of certificate 2 in {chain}", await FaultAsync(chain, right));
        Assert.Contains($"{pem} holds no private key", await FaultAsync(pem));
    }

    [Fact]
    public async Task The_certificate_of_an_authority_is_refused_at_the_start()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using X509Certificate2 root = request.CreateSelfSigned(Day(-1), Day(1));
        Assert.Contains("certificate of an authority", await FaultAsync(Write("root.pem", $"{root.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}")));
    }

    [Fact]
    public async Task A_key_without_a_certificate_is_refused_at_the_start()
    {
        var options = new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"], KeyFile = "server.key" };
        Assert.Equal(MqttErrorCode.InvalidOptions, (await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(options, Token))).Code);
    }

    [Theory]
    [InlineData("an older file")]
    [InlineData("a link")]
    public async Task A_changed_content_is_noticed_whatever_the_time_of_the_file_says(string how)
    {
        var time = new SettableTime();
        (X509Certificate2 first, ECDsa firstKey) = Issue();
        (X509Certificate2 second, ECDsa secondKey) = Issue();
        string one = Write("one.pem", first.ExportCertificatePem() + "\n" + firstKey.ExportPkcs8PrivateKeyPem());
        string two = Write("two.pem", second.ExportCertificatePem() + "\n" + secondKey.ExportPkcs8PrivateKeyPem());
        string file = one;
        if (how == "a link") file = File.CreateSymbolicLink(Path.Combine(folder.FullName, "server.pem"), one).FullName;
        await using MqttBroker broker = await MqttBroker.StartAsync(Options(file) with { TimeProvider = time }, Token);
        Assert.Equal(first.Thumbprint, await ShownAsync(broker));

        DateTime written = File.GetLastWriteTimeUtc(one);
        if (how == "a link")
        {
            File.Delete(file);
            File.CreateSymbolicLink(file, two);
        }
        else
        {
            File.Copy(two, one, overwrite: true);
        }

        File.SetLastWriteTimeUtc(how == "a link" ? two : one, written.AddYears(-1));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(second.Thumbprint, await ShownAsync(broker));
    }

    private static MqttBrokerOptions Options(string certificate) =>
        new() { Listeners = ["mqtts://127.0.0.1:0"], CertificateFile = certificate, SystemTopicsInterval = TimeSpan.Zero };

    private static DateTimeOffset Day(int fromNow) => DateTimeOffset.UtcNow.AddDays(fromNow);

    private static (X509Certificate2 Certificate, ECDsa Key) Issue(int from = -1, int until = 30)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(Day(from), Day(until)), key);
    }

    private static async Task<string> FaultAsync(string certificate, string? key = null, string? password = null)
    {
        MqttBrokerOptions options = Options(certificate) with { KeyFile = key, KeyPassword = password };
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(options, Token));
        Assert.Equal(MqttErrorCode.InvalidOptions, refused.Code);
        return refused.Message;
    }

    private static async Task<string> ShownAsync(MqttBrokerOptions options)
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(options, Token);
        return await ShownAsync(broker);
    }

    private static async Task<string> ShownAsync(MqttBroker broker)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", new Uri(broker.Addresses[0]).Port, Token);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, Token);
        return tls.RemoteCertificate!.GetCertHashString();
    }

    private string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
