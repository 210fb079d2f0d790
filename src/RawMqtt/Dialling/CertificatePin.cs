// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Dialling;

/// <summary>Pins of public keys, as curl writes them: <c>sha256//</c> and the Base64 of the SHA-256 of the SubjectPublicKeyInfo, RFC 7469 2.4; several with
/// <c>;</c> between.</summary>
internal static class CertificatePin
{
    private const string Prefix = "sha256//";

    public static string Of(X509Certificate2 certificate) =>
        Prefix + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    public static bool Matches(string pins, X509Certificate2 certificate) => Split(pins).Contains(Of(certificate));

    /// <summary>Returns whether each pin of the text can match a key.</summary>
    public static bool IsValid(string pins) => Split(pins) is { Length: > 0 } all && Array.TrueForAll(all, IsPin);

    private static bool IsPin(string pin)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return pin.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(pin[Prefix.Length..], hash, out int length)
            && length == hash.Length && pin == Prefix + Convert.ToBase64String(hash);
    }

    private static string[] Split(string pins) => pins.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
