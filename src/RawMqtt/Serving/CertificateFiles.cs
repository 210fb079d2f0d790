// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Dialling;

namespace RawMqtt.Serving;

/// <summary>The files of a certificate and its key: PEM, the key encrypted or not, or one PKCS #12 file (.pfx, .p12).</summary>
/// <param name="Certificate">The certificate with its chain.</param>
/// <param name="Key">The key, which may be in the same file.</param>
/// <param name="Password">The passphrase of the key; null for none.</param>
internal sealed record CertificateFiles(string Certificate, string Key, string? Password)
{
    private static readonly HashSet<string> usualCurves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"]; // P-256, P-384, P-521

    public override string ToString() => Key == Certificate ? Certificate : $"{Certificate} with the key {Key}";

    /// <summary>Reads both files whole: only the content tells whether a file behind a link, or one with an older time, is new.</summary>
    public byte[] ReadContent() => Key == Certificate ? File.ReadAllBytes(Certificate) : [.. File.ReadAllBytes(Certificate), .. File.ReadAllBytes(Key)];

    /// <summary>Loads the certificate with its key, and its chain.</summary>
    /// <exception cref="CryptographicException">The files cannot be used, or clients would refuse the certificate.</exception>
    public (X509Certificate2 Leaf, X509Certificate2Collection Chain) Load()
    {
        var chain = new X509Certificate2Collection();
        X509Certificate2 leaf;
        if (IsPem(Certificate))
        {
            using X509Certificate2 fromPem = Password is null || !IsEncrypted(Key)
                ? X509Certificate2.CreateFromPemFile(Certificate, Key)
                : X509Certificate2.CreateFromEncryptedPemFile(Certificate, Password, Key);
            leaf = X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null); // some platforms cannot use a PEM key directly
            chain.ImportFromPemFile(Certificate);
        }
        else
        {
            chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(Certificate, Password);
            leaf = chain.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("It has no private key.");
        }

        if (WeaknessOf(leaf) is { } weakness) throw new CryptographicException(weakness);
        return (leaf, chain);
    }

    /// <summary>Returns the cause of a failure: what the files contain, if that is the cause, and what to do.</summary>
    public string Explain(Exception failure)
    {
        if (!File.Exists(Certificate)) return $"there is no file {Certificate}.";
        if (!File.Exists(Key)) return $"there is no file {Key}.";
        if (failure is IOException or UnauthorizedAccessException) return failure.Message;
        if (KindOf(Certificate) is { } kind) return kind;
        if (IsPem(Certificate) && Key != Certificate && KindOf(Key) is { } kindOfKey) return kindOfKey;
        if (IsPem(Certificate) && IsEncrypted(Key) && Password is null)
            return $"the private key in {Key} is encrypted: set KeyPassword (--key-password-file).";
        return $"{(IsPem(Certificate) ? PemPair.FaultOf(Certificate, Key, Password) : null) ?? failure.Message.TrimEnd('.')}.";
    }

    private static bool IsPem(string file) => File.ReadAllBytes(file).AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private static bool IsEncrypted(string file)
    {
        string text = File.ReadAllText(file, Encoding.Latin1);
        return text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal) || text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);
    }

    /// <summary>Returns what a binary file is and how to convert it; null for PEM.</summary>
    private string? KindOf(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        if (IsPem(file)) return null;
        if (bytes.Length == 0) return $"{file} is empty.";
        if (bytes[0] != 0x30) return $"{file} is neither PEM (-----BEGIN ...) nor PKCS #12.";
        return ContentTypeOf(bytes) switch
        {
            X509ContentType.Cert => $"{file} is a certificate in DER form and has no key. Convert it: openssl x509 -inform der -in {file} -out cert.pem.",
            X509ContentType.Pkcs12 when Password is null => $"{file} is a PKCS #12 file with a passphrase: set KeyPassword (--key-password-file).",
            X509ContentType.Pkcs12 => $"the passphrase does not open the PKCS #12 file {file}, or it has no private key.",
            _ => $"{file} is in DER form, probably a private key. Convert it: openssl pkey -inform der -in {file} -out key.pem.",
        };
    }

    private static X509ContentType ContentTypeOf(byte[] bytes)
    {
        try
        {
            return X509Certificate2.GetCertContentType(bytes);
        }
        catch (CryptographicException)
        {
            return X509ContentType.Unknown;
        }
    }

    /// <summary>Returns why usual clients refuse the key; null if they do not.</summary>
    private static string? WeaknessOf(X509Certificate2 certificate)
    {
        using RSA? rsa = certificate.GetRSAPublicKey();
        if (PemPair.IsOfAuthority(certificate)) return "It is the certificate of an authority, whose key may sign certificates and nothing else.";
        if (rsa is { KeySize: < 2048 }) return $"Its RSA key has {rsa.KeySize} bits, and clients refuse fewer than 2048.";
        using ECDsa? ecdsa = certificate.GetECDsaPublicKey();
        Oid? curve = ecdsa?.ExportParameters(includePrivateParameters: false).Curve.Oid;
        bool isUsual = curve is null || usualCurves.Contains(curve.Value ?? "") || curve.FriendlyName is "nistP256" or "nistP384" or "nistP521";
        return isUsual ? null : $"Its key is on the curve {curve!.FriendlyName ?? curve.Value}, which TLS clients do not support. Use P-256, P-384 or P-521.";
    }
}
