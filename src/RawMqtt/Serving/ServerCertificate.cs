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
    private readonly BrokerReports reports;
    private readonly Lock gate = new();
    private SslServerAuthenticationOptions options;
    private byte[] content;
    private byte[]? unusable;
    private long lookedAt;

    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: a file cannot be used. The message says what it contains.</exception>
    public ServerCertificate(CertificateFiles files, TimeProvider time, BrokerReports reports)
    {
        this.files = files;
        this.time = time;
        this.reports = reports;
        lookedAt = time.GetTimestamp();
        try
        {
            content = files.ReadContent();
            options = Read();
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw new MqttException(MqttErrorCode.InvalidOptions, $"The certificate {files} cannot be used: {files.Explain(e)}", e);
        }
    }

    /// <summary>Returns the options of a TLS handshake, with the newest certificate that can be used.</summary>
    public SslServerAuthenticationOptions TlsOptions()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(lookedAt) >= LookInterval) Look();
            return options;
        }
    }

    /// <summary>Reads the files again at once, if their content has changed.</summary>
    public void Refresh()
    {
        lock (gate) Look();
    }

    private void Look()
    {
        lookedAt = time.GetTimestamp();
        byte[] now = [];
        try
        {
            now = files.ReadContent();
            if (now.AsSpan().SequenceEqual(content)) return;
            options = Read();
            (content, unusable) = (now, null);
        }
        catch (Exception e) when (IsUnusable(e))
        {
            // half written, or wrong: the previous certificate stays in use, and the files are read again later
            if (unusable is not null && now.AsSpan().SequenceEqual(unusable)) return;
            unusable = now;
            reports.CertificateUnusable(files, e.Message);
        }
    }

    private SslServerAuthenticationOptions Read()
    {
        (X509Certificate2 leaf, X509Certificate2Collection chain) = files.Load();
        var read = new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true) };
        reports.CertificateRead(leaf, time.GetUtcNow().UtcDateTime);
        return read;
    }

    /// <summary>Returns whether a file is missing or truncated, or the key is not that of the certificate, which is an ArgumentException.</summary>
    private static bool IsUnusable(Exception e) => e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;
}
