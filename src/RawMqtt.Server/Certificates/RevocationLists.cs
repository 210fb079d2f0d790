// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RawMqtt.Server.Certificates;

/// <summary>The revocation lists of a file: one in DER, or any number in PEM.</summary>
internal sealed class RevocationLists(IReadOnlyList<RevocationList> lists)
{
    private const string Label = "X509 CRL";

    /// <summary>Reads the lists of a file and verifies them.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or a list of it cannot be verified.</exception>
    public static RevocationLists Read(string path, X509Certificate2Collection authorities)
    {
        try
        {
            byte[] content = File.ReadAllBytes(path);
            byte[][] all = content is [0x30, ..] ? [content] : FromPem(Encoding.Latin1.GetString(content));
            if (all.Length == 0) throw new CryptographicException("it holds no list");
            return new RevocationLists([.. all.Select(der => RevocationList.Read(der, authorities))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or FormatException)
        {
            throw new ConfigurationException($"The revocation list {path} cannot be used: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Returns why a certificate is refused; null if a list that has not expired says that it is not revoked.</summary>
    public string? FaultOf(X509Certificate2 certificate, DateTimeOffset now)
    {
        RevocationList[] own = [.. lists.Where(list => list.Issuer.AsSpan().SequenceEqual(certificate.IssuerName.RawData))];
        if (own.Length == 0) return "there is no revocation list of its issuer";
        string serial = Convert.ToHexString(certificate.SerialNumberBytes.Span);
        if (own.Any(list => list.Serials.Contains(serial))) return "it is revoked";
        return own.All(list => list.NextUpdate <= now) ? "the revocation list of its issuer has expired" : null;
    }

    private static byte[][] FromPem(string text)
    {
        var found = new List<byte[]>();
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            if (text[fields.Label] == Label) found.Add(Convert.FromBase64String(text[fields.Base64Data]));
            text = text[fields.Location.End..];
        }

        return [.. found];
    }
}
