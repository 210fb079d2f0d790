// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Cli;

/// <summary>The pin of a certificate's public key, in the form of --pin and of curl's --pinnedpubkey.</summary>
internal static class PublicKeyPin
{
    public static string Of(X509Certificate2 certificate) =>
        $"sha256//{Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()))}";
}
