// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Serving;

/// <summary>Reads a server's certificate from PEM files, and reads it again when they change, so that a renewal needs no restart.</summary>
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
            string text = $"The certificate {certificateFile} with the key {this.keyFile} cannot be used: {e.Message} "
                + "Both are PEM files, the key not encrypted.";
            throw new MqttException(MqttErrorCode.InvalidOptions, text, e);
        }
    }

    /// <summary>Returns the options of a TLS handshake, with the newest certificate that can be used.</summary>
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
                // half written, or wrong: the previous certificate stays in use, and the files are read again later
            }

            return options;
        }
    }

    private SslServerAuthenticationOptions Read()
    {
        using var fromPem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        X509Certificate2 leaf = X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null); // some platforms cannot use a PEM key directly
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        return new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true) };
    }

    /// <summary>Returns whether a file is missing or truncated, or the key is not that of the certificate, which is an ArgumentException.</summary>
    private static bool IsUnusable(Exception e) => e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private (DateTime Certificate, DateTime Key) Written() => (File.GetLastWriteTimeUtc(certificateFile), File.GetLastWriteTimeUtc(keyFile));
}
