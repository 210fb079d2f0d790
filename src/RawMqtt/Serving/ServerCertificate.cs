// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>Reads a server's certificate from files, and reads it again when their content changes, so that a renewal needs no restart.</summary>
internal sealed class ServerCertificate
{
    private static readonly HashSet<string> usualCurves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"]; // P-256, P-384, P-521
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
            if (now.AsSpan().SequenceEqual(content))
            {
                unusable = null; // what was broken is mended
                return;
            }

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
        if (WeaknessOf(leaf) is { } weakness) throw new CryptographicException(weakness);
        var read = new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true) };
        reports.CertificateRead(leaf, time.GetUtcNow().UtcDateTime);
        return read;
    }

    /// <summary>Returns whether a file is missing or truncated, or the key is not that of the certificate, which is an ArgumentException.</summary>
    private static bool IsUnusable(Exception e) => e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>Returns why usual clients refuse the key; null if they do not.</summary>
    private static string? WeaknessOf(X509Certificate2 certificate)
    {
        if (PemPair.IsOfAuthority(certificate)) return "It is the certificate of an authority, whose key may sign certificates and nothing else.";
        using RSA? rsa = certificate.GetRSAPublicKey();
        if (rsa is { KeySize: < 2048 }) return $"Its RSA key has {rsa.KeySize} bits, and clients refuse fewer than 2048.";
        using ECDsa? ecdsa = certificate.GetECDsaPublicKey();
        Oid? curve = ecdsa?.ExportParameters(includePrivateParameters: false).Curve.Oid;
        bool isUsual = curve is null || usualCurves.Contains(curve.Value ?? "") || curve.FriendlyName is "nistP256" or "nistP384" or "nistP521";
        return isUsual ? null : $"Its key is on the curve {curve!.FriendlyName ?? curve.Value}, which TLS clients do not support. Use P-256, P-384 or P-521.";
    }
}
