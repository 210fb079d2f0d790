// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Serving;

/// <summary>A server's certificate from PEM files, read again when they have changed, so that a renewal needs no restart.</summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly string certificateFile;
    private readonly string keyFile;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private SslServerAuthenticationOptions options;
    private (DateTime Certificate, DateTime Key) written;
    private long lookedAt;

    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: a file cannot be used.</exception>
    public ServerCertificate(string certificateFile, string? keyFile, TimeProvider time)
    {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile ?? certificateFile;
        this.time = time;
        written = Written();
        lookedAt = time.GetTimestamp();
        try
        {
            options = Read();
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw new MqttException(MqttErrorCode.InvalidOptions, $"The certificate {certificateFile} with the key {this.keyFile} cannot be used: {e.Message} Both are PEM files, the key not encrypted.", e);
        }
    }

    /// <summary>What a TLS handshake needs, with the newest certificate that can be used.</summary>
    public SslServerAuthenticationOptions TlsOptions()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(lookedAt) < LookInterval) return options;
            lookedAt = time.GetTimestamp();
            (DateTime, DateTime) now = Written();
            if (now == written) return options;
            try
            {
                options = Read();
                written = now;
            }
            catch (Exception e) when (IsUnusable(e))
            {
                // half written, or wrong: the certificate before stays in use, and the files are looked at again
            }

            return options;
        }
    }

    private SslServerAuthenticationOptions Read()
    {
        using var fromPem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        X509Certificate2 leaf = X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null); // some platforms cannot use a key that was never in a file
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        return new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true) };
    }

    /// <summary>A file is missing, cut, or not the other one's: ArgumentException is a key of another kind or certificate.</summary>
    private static bool IsUnusable(Exception e) => e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private (DateTime Certificate, DateTime Key) Written() => (File.GetLastWriteTimeUtc(certificateFile), File.GetLastWriteTimeUtc(keyFile));
}
