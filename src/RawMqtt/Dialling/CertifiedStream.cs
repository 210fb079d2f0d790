// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Dialling;

/// <summary>A TLS stream that owns the certificate that this end shows: its key does not outlive the connection.</summary>
internal sealed class CertifiedStream(Stream inner, SslStreamCertificateContext? own) : SslStream(inner)
{
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        Release(own);
    }

    /// <summary>Disposes of a certificate and its chain.</summary>
    public static void Release(SslStreamCertificateContext? context)
    {
        if (context is null) return;
        context.TargetCertificate.Dispose();
        foreach (X509Certificate2 issuer in context.IntermediateCertificates) issuer.Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) Release(own);
    }
}
