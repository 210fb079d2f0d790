// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Server;
using RawMqtt.Server.Certificates;

namespace RawMqtt.Tests.Server.Certificates;

/// <summary>A revocation list counts if an authority signed it, and until the next one is due.</summary>
public sealed class RevocationListTests : IDisposable
{
    private static readonly DateTimeOffset now = DateTimeOffset.UtcNow;

    private readonly string file = Path.GetTempFileName();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 authority;

    public RevocationListTests() => authority = AuthorityOf("CN=Authority", key);

    public void Dispose()
    {
        File.Delete(file);
        authority.Dispose();
        key.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_revoked_certificate_is_refused_and_others_are_not(bool isPem)
    {
        using X509Certificate2 revoked = Issue([1, 2, 3]);
        using X509Certificate2 valid = Issue([0x80, 2, 3]);
        byte[] list = ListOf(revoked, now.AddDays(1));
        if (isPem) File.WriteAllText(file, $"# a list\n{PemEncoding.WriteString("X509 CRL", list)}\n");
        else File.WriteAllBytes(file, list);
        RevocationLists lists = RevocationLists.Read(file, [authority]);

        Assert.Equal("it is revoked", lists.FaultOf(revoked, now));
        Assert.Null(lists.FaultOf(valid, now));
        Assert.Equal("the revocation list of its issuer has expired", lists.FaultOf(valid, now.AddDays(2)));
        Assert.Equal("it is revoked", lists.FaultOf(revoked, now.AddDays(2)));
    }

    [Fact]
    public void A_list_with_the_signature_of_RSA_counts()
    {
        using RSA rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=RSA", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Constrain(request, X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.KeyCertSign);
        using X509Certificate2 other = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        var builder = new CertificateRevocationListBuilder();
        byte[] list = builder.Build(other, 1, now.AddDays(1), HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1, now.AddDays(-1));
        Assert.Empty(RevocationList.Read(list, [authority, other]).Serials);
    }

    [Fact]
    public void A_certificate_of_an_issuer_without_a_list_is_refused()
    {
        using X509Certificate2 other = AuthorityOf("CN=Other", key);
        File.WriteAllBytes(file, ListOf(null, now.AddDays(1)));
        Assert.Equal("there is no revocation list of its issuer", RevocationLists.Read(file, [authority]).FaultOf(other, now));
    }

    [Fact]
    public void A_list_that_nobody_known_signed_is_refused()
    {
        byte[] list = ListOf(null, now.AddDays(1));
        using ECDsa anotherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 impostor = AuthorityOf("CN=Authority", anotherKey);
        using X509Certificate2 noSigner = AuthorityOf("CN=Authority", key, X509KeyUsageFlags.KeyCertSign);
        using X509Certificate2 stranger = AuthorityOf("CN=Stranger", anotherKey);
        Assert.Contains("its signature is not that of", FaultOf(list, impostor));
        Assert.Contains("its signature is not that of", FaultOf(list, noSigner));
        Assert.Contains("none of the authorities is its issuer", FaultOf(list, stranger));
    }

    /// <summary>No change of one byte lets a list pass that says something else.</summary>
    [Fact]
    public void A_damaged_list_is_refused()
    {
        using X509Certificate2 revoked = Issue([1, 2, 3]);
        byte[] list = ListOf(revoked, now.AddDays(1));
        for (int i = 0; i < list.Length; i++)
        {
            byte[] damaged = [.. list];
            damaged[i] ^= 0x01;
            File.WriteAllBytes(file, damaged);
            Assert.Throws<ConfigurationException>(() => RevocationLists.Read(file, [authority]));
            File.WriteAllBytes(file, list[..i]);
            Assert.Throws<ConfigurationException>(() => RevocationLists.Read(file, [authority]));
        }
    }

    [Fact]
    public void A_file_without_a_list_or_without_a_file_is_refused()
    {
        File.WriteAllText(file, "nothing");
        Assert.Contains("it holds no list", Assert.Throws<ConfigurationException>(() => RevocationLists.Read(file, [authority])).Message);
        Assert.Contains("missing.crl", Assert.Throws<ConfigurationException>(() => RevocationLists.Read("missing.crl", [authority])).Message);
    }

    private string FaultOf(byte[] list, X509Certificate2 of)
    {
        File.WriteAllBytes(file, list);
        return Assert.Throws<ConfigurationException>(() => RevocationLists.Read(file, [of])).Message;
    }

    private byte[] ListOf(X509Certificate2? revoked, DateTimeOffset next)
    {
        var list = new CertificateRevocationListBuilder();
        if (revoked is not null) list.AddEntry(revoked, now, X509RevocationReason.KeyCompromise);
        return list.Build(authority, 1, next, HashAlgorithmName.SHA256, thisUpdate: now.AddDays(-1));
    }

    private X509Certificate2 Issue(byte[] serial)
    {
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=client", own, HashAlgorithmName.SHA256).Create(authority, now.AddDays(-1), now.AddDays(10), serial);
    }

    private static X509Certificate2 AuthorityOf(string name, ECDsa key, X509KeyUsageFlags usage = X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.KeyCertSign)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        Constrain(request, usage);
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
    }

    private static void Constrain(CertificateRequest request, X509KeyUsageFlags usage)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
    }
}
