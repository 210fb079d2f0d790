// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Cli;

/// <summary>Makes the certificates of <c>rawmqtt dev-cert</c>: an authority that may issue for some names alone, and what it issues.</summary>
internal static class DevIssuer
{
    public static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(730);
    public static readonly TimeSpan ServerLife = TimeSpan.FromDays(90);

    private static readonly OidCollection ForServers = [new Oid("1.3.6.1.5.5.7.3.1")]; // serverAuth

    /// <summary>Returns an authority that cannot issue another one, nor for other names. Each has a name of its own, so that a store that keeps an old one
    /// does not take the one for the other.</summary>
    public static X509Certificate2 NewAuthority(ECDsa key, DevNames names, DateTimeOffset now)
    {
        string subject = $"CN=rawmqtt dev CA {RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(ForServers, critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(names.Constraints());
        return request.CreateSelfSigned(Begin(now), now + AuthorityLife);
    }

    public static X509Certificate2 NewServer(X509Certificate2 authority, ECDsa key, DevNames names, DateTimeOffset now)
    {
        var request = new CertificateRequest("CN=rawmqtt dev server", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(ForServers, critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        request.CertificateExtensions.Add(names.Alternatives());
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0b0111_1111) | 0b0100_0000); // positive, and without leading zeros
        return request.Create(authority, Begin(now), now + ServerLife, serial);
    }

    /// <summary>Clocks differ between machines.</summary>
    private static DateTimeOffset Begin(DateTimeOffset now) => now.AddHours(-1);
}
