// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RawMqtt.Transports;

/// <summary>The files of a certificate and its key: PEM, the key encrypted or not, or one PKCS #12 file (.pfx, .p12).</summary>
/// <param name="Certificate">The certificate with its chain.</param>
/// <param name="Key">The key, which may be in the same file.</param>
/// <param name="Password">The passphrase of the key; null for none.</param>
internal sealed record CertificateFiles(string Certificate, string Key, string? Password)
{
    public override string ToString() => Key == Certificate ? Certificate : $"{Certificate} with the key {Key}";

    /// <summary>Reads both files whole: only the content tells whether a file behind a link, or one with an older time, is new.</summary>
    public byte[] ReadContent() => Key == Certificate ? File.ReadAllBytes(Certificate) : [.. File.ReadAllBytes(Certificate), .. File.ReadAllBytes(Key)];

    /// <summary>Loads the certificate with its key, and its chain.</summary>
    /// <exception cref="CryptographicException">The files cannot be used.</exception>
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
            leaf = new List<X509Certificate2>(chain).Find(one => one.HasPrivateKey) ?? throw new CryptographicException("It has no private key.");
        }

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
        if (!IsPem(Certificate)) return $"{failure.Message.TrimEnd('.')}.";
        if (!Contains(Certificate, "BEGIN CERTIFICATE")) return $"{Certificate} holds no certificate: CertificateFile is for it, KeyFile for the key.";
        if (!Contains(Key, "PRIVATE KEY-----")) return $"{Key} holds no private key: set KeyFile to the file that does.";
        if (Contains(Key, "Proc-Type: 4,ENCRYPTED")) return $"{Key} is encrypted in an old form. Convert it: openssl pkcs8 -topk8 -in {Key} -out key.pem.";
        if (IsEncrypted(Key) && Password is null) return $"the private key in {Key} is encrypted: set KeyPassword.";
        return $"{PemPair.FaultOf(Certificate, Key, Password) ?? failure.Message.TrimEnd('.')}.";
    }

    private static bool IsPem(string file) => File.ReadAllBytes(file).AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private static bool IsEncrypted(string file) => Contains(file, "BEGIN ENCRYPTED PRIVATE KEY");

    private static bool Contains(string file, string text) => File.ReadAllText(file, Encoding.Latin1).Contains(text, StringComparison.Ordinal);

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
            X509ContentType.Pkcs12 when Password is null => $"{file} is a PKCS #12 file with a passphrase: set KeyPassword.",
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
}
