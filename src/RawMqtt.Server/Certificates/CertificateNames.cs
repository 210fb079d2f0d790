// SPDX-License-Identifier: MIT

using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Server.Certificates;

/// <summary>Finds the user name in a client certificate.</summary>
internal static class CertificateNames
{
    private const string CommonName = "2.5.4.3";
    private const string AlternativeNames = "2.5.29.17";

    /// <summary>Returns the name; null if the certificate has no such part.</summary>
    public static string? Find(X509Certificate2 certificate, ClientCertificateName part) => part switch
    {
        ClientCertificateName.CommonName => CommonNameOf(certificate),
        ClientCertificateName.Subject => certificate.Subject.Length > 0 ? certificate.Subject : null,
        ClientCertificateName.Mail => AlternativeNameOf(certificate, 1),
        ClientCertificateName.Dns => AlternativeNameOf(certificate, 2),
        ClientCertificateName.Uri => AlternativeNameOf(certificate, 6),
        _ => null,
    };

    /// <summary>Returns the only common name: with two of them it would depend on the reader which one counts.</summary>
    private static string? CommonNameOf(X509Certificate2 certificate)
    {
        string?[] names = [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            .Select(part => part.GetSingleElementValue())];
        return names is [{ Length: > 0 } only] ? only : null;
    }

    /// <summary>Returns the first alternative name of a kind, RFC 5280 4.2.1.6.</summary>
    private static string? AlternativeNameOf(X509Certificate2 certificate, int kind)
    {
        if (certificate.Extensions.FirstOrDefault(one => one.Oid?.Value == AlternativeNames) is not { } extension) return null;
        var wanted = new Asn1Tag(TagClass.ContextSpecific, kind);
        try
        {
            AsnReader names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (!names.PeekTag().HasSameClassAndValue(wanted))
                {
                    names.ReadEncodedValue();
                    continue;
                }

                string name = names.ReadCharacterString(UniversalTagNumber.IA5String, wanted);
                return name.Length > 0 ? name : null;
            }
        }
        catch (AsnContentException)
        {
            // a name in a form that is none of these
        }

        return null;
    }
}
