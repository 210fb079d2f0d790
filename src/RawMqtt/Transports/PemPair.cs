// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Transports;

/// <summary>Explains why a certificate and a private key, both PEM, do not go together.</summary>
internal static class PemPair
{
    /// <summary>Returns what is wrong, with the file at fault; null if nothing was found.</summary>
    /// <param name="certificateFile">The certificate with its chain.</param>
    /// <param name="keyFile">The key, which may be in the same file.</param>
    /// <param name="password">The passphrase of the key; null for none.</param>
    public static string? FaultOf(string certificateFile, string keyFile, string? password)
    {
        string pem = File.ReadAllText(keyFile);
        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) return $"{keyFile} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)";
        bool isEncrypted = pem.Contains("ENCRYPTED", StringComparison.Ordinal);
        if (isEncrypted && password is null) return $"the private key in {keyFile} is encrypted";
        if (PublicKeyOf(pem, isEncrypted ? password : null) is not { } key)
            return isEncrypted ? $"the passphrase does not decrypt the private key in {keyFile}" : $"the private key in {keyFile} cannot be read";
        X509Certificate2[] certificates = Read(certificateFile);
        if (certificates.Length == 0) return $"{certificateFile} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----) that can be read";
        int at = Array.FindIndex(certificates, certificate => certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key));
        if (at == 0) return null;
        return at < 0
            ? $"the private key in {keyFile} is not that of the certificate in {certificateFile}"
            : $"the private key in {keyFile} is that of certificate {at + 1} in {certificateFile}: that one must be the first, and its authorities follow";
    }

    /// <summary>Returns whether the key may sign certificates and not handshakes: TLS peers refuse that certificate, RFC 8446 4.4.2.2.</summary>
    public static bool IsOfAuthority(X509Certificate2 certificate) =>
        new List<X509Extension>(certificate.Extensions).Exists(static extension => extension is X509KeyUsageExtension usage
            && usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign) && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));

    private static X509Certificate2[] Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (CryptographicException)
        {
            // those before the broken one remain
        }

        return new List<X509Certificate2>(certificates).ToArray();
    }

    private static byte[]? PublicKeyOf(string pem, string? password)
    {
        using RSA rsa = RSA.Create();
        using ECDsa ecdsa = ECDsa.Create();
        foreach (AsymmetricAlgorithm key in new AsymmetricAlgorithm[] { rsa, ecdsa })
        {
            try
            {
                if (password is null) key.ImportFromPem(pem);
                else key.ImportFromEncryptedPem(pem, password);
                return key.ExportSubjectPublicKeyInfo();
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                // a key of the other kind, or none
            }
        }

        return null;
    }
}
