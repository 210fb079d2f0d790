// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Serving;

/// <summary>Reads a server's certificate from files, and reads it again when their content changes, so that a renewal needs no restart.</summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly CertificateFiles files;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private SslServerAuthenticationOptions options;
    private byte[] content;
    private long lookedAt;

    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: a file cannot be used. The message says what it contains.</exception>
    public ServerCertificate(CertificateFiles files, TimeProvider time)
    {
        this.files = files;
        this.time = time;
        lookedAt = time.GetTimestamp();
        try
        {
            content = files.ReadContent();
            options = Read(out X509Certificate2 leaf);
            NotAfter = leaf.NotAfter.ToUniversalTime();
            NotBefore = leaf.NotBefore.ToUniversalTime();
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw new MqttException(MqttErrorCode.InvalidOptions, $"The certificate {files} cannot be used: {files.Explain(e)}", e);
        }
    }

    /// <summary>Gets the time from which the certificate is valid, as it was at the start.</summary>
    public DateTime NotBefore { get; }

    /// <summary>Gets the time until which the certificate is valid, as it was at the start.</summary>
    public DateTime NotAfter { get; }

    /// <summary>Returns the options of a TLS handshake, with the newest certificate that can be used.</summary>
    public SslServerAuthenticationOptions TlsOptions()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(lookedAt) < LookInterval) return options;
            lookedAt = time.GetTimestamp();
            try
            {
                byte[] now = files.ReadContent();
                if (now.AsSpan().SequenceEqual(content)) return options;
                options = Read(out _);
                content = now;
            }
            catch (Exception e) when (IsUnusable(e))
            {
                // half written, or wrong: the previous certificate stays in use, and the files are read again later
            }

            return options;
        }
    }

    private SslServerAuthenticationOptions Read(out X509Certificate2 leaf)
    {
        (leaf, X509Certificate2Collection chain) = files.Load();
        return new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true) };
    }

    /// <summary>Returns whether a file is missing or truncated, or the key is not that of the certificate, which is an ArgumentException.</summary>
    private static bool IsUnusable(Exception e) => e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;
}
