// SPDX-License-Identifier: MIT

using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Server.Certificates;

/// <summary>A certificate revocation list, RFC 5280 section 5, whose signature was verified.</summary>
/// <param name="Issuer">The name of the authority, DER.</param>
/// <param name="NextUpdate">When the list expires.</param>
/// <param name="Serials">The serial numbers of the revoked certificates, as hexadecimal.</param>
internal sealed record RevocationList(byte[] Issuer, DateTimeOffset NextUpdate, IReadOnlySet<string> Serials)
{
    private const string SignedByRsa = "1.2.840.113549.1.1.";
    private const string SignedByEcdsa = "1.2.840.10045.4.3.";

    /// <summary>Reads a list and verifies it against the authorities.</summary>
    /// <exception cref="CryptographicException">The list has another form, is signed by none of the authorities, or has a form that this type does not
    /// understand.</exception>
    public static RevocationList Read(ReadOnlyMemory<byte> der, X509Certificate2Collection authorities)
    {
        try
        {
            AsnReader list = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            ReadOnlyMemory<byte> signed = list.PeekEncodedValue();
            AsnReader content = list.ReadSequence();
            string algorithm = list.ReadSequence().ReadObjectIdentifier();
            byte[] signature = list.ReadBitString(out int unusedBits);
            if (unusedBits != 0) throw new CryptographicException("its signature is not a whole number of bytes");
            RevocationList read = ReadContent(content);
            X509Certificate2 authority = authorities.FirstOrDefault(one => one.SubjectName.RawData.AsSpan().SequenceEqual(read.Issuer))
                ?? throw new CryptographicException("none of the authorities is its issuer");
            if (!MaySign(authority) || !IsSigned(authority, algorithm, signed.Span, signature))
            {
                throw new CryptographicException($"its signature is not that of {authority.Subject}, or has an algorithm that is not supported");
            }

            return read;
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("it is no certificate revocation list", e);
        }
    }

    private static RevocationList ReadContent(AsnReader content)
    {
        if (content.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) content.ReadInteger(); // the version
        content.ReadSequence(); // the algorithm, again
        byte[] issuer = content.ReadEncodedValue().ToArray();
        ReadTime(content); // this update
        if (!content.HasData || !IsTime(content.PeekTag())) throw new CryptographicException("it does not say when the next one comes");
        DateTimeOffset next = ReadTime(content);
        var serials = new HashSet<string>();
        if (content.HasData && content.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            AsnReader entries = content.ReadSequence();
            while (entries.HasData)
            {
                AsnReader entry = entries.ReadSequence();
                serials.Add(Convert.ToHexString(entry.ReadIntegerBytes().Span));
                ReadTime(entry);
                if (entry.HasData) RefuseCritical(entry.ReadSequence());
            }
        }

        var extensions = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (content.HasData) RefuseCritical(content.ReadSequence(extensions).ReadSequence());
        return new RevocationList(issuer, next, serials);
    }

    /// <summary>A critical extension narrows what the list says, such as to changes since another list.</summary>
    private static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            string id = extension.ReadObjectIdentifier();
            bool isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            if (isCritical) throw new CryptographicException(string.Create(CultureInfo.InvariantCulture, $"its critical extension {id} is not supported"));
        }
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static bool MaySign(X509Certificate2 authority) =>
        authority.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign));

    private static bool IsSigned(X509Certificate2 authority, string algorithm, ReadOnlySpan<byte> signed, byte[] signature)
    {
        using RSA? rsa = authority.GetRSAPublicKey();
        using ECDsa? ecdsa = authority.GetECDsaPublicKey();
        bool isOfRsa = algorithm.StartsWith(SignedByRsa, StringComparison.Ordinal);
        HashAlgorithmName? hash = algorithm switch
        {
            SignedByRsa + "11" or SignedByEcdsa + "2" => HashAlgorithmName.SHA256,
            SignedByRsa + "12" or SignedByEcdsa + "3" => HashAlgorithmName.SHA384,
            SignedByRsa + "13" or SignedByEcdsa + "4" => HashAlgorithmName.SHA512,
            _ => null,
        };
        if (hash is null) return false;
        if (isOfRsa) return rsa is not null && rsa.VerifyData(signed, signature, hash.Value, RSASignaturePadding.Pkcs1);
        return ecdsa is not null && ecdsa.VerifyData(signed, signature, hash.Value, DSASignatureFormat.Rfc3279DerSequence);
    }
}
