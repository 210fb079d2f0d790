// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Transports;

namespace RawMqtt.Dialling;

/// <summary>Loads the certificate that a client shows, with its key and its chain.</summary>
internal static class ClientCertificate
{
    /// <summary>Returns what the options name, as copies that the caller owns; null for nothing.</summary>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: the files cannot be used. The message names the file at fault.</exception>
    public static SslStreamCertificateContext? Of(MqttTlsOptions? tls) => tls switch
    {
        { Certificate: { } certificate } => SslStreamCertificateContext.Create(new X509Certificate2(certificate), additionalCertificates: null, offline: true),
        { CertificateFile: { } file } => Load(file, tls.KeyFile, tls.KeyPassword),
        _ => null,
    };

    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: the files cannot be used. The message names the file at fault.</exception>
    public static SslStreamCertificateContext Load(string certificateFile, string? keyFile, string? password = null)
    {
        var files = new CertificateFiles(certificateFile, keyFile ?? certificateFile, password);
        try
        {
            (X509Certificate2 certificate, X509Certificate2Collection chain) = files.Load();
            if (!PemPair.IsOfAuthority(certificate)) return SslStreamCertificateContext.Create(certificate, chain, offline: true);
            certificate.Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw Unusable(files, files.Explain(failure), failure);
        }

        throw Unusable(files, "it is the certificate of an authority, whose key may sign certificates and nothing else: name the client's own.", null);
    }

    private static MqttException Unusable(CertificateFiles files, string cause, Exception? failure) =>
        new(MqttErrorCode.InvalidOptions, AddressDiagnoses.CertificateFile.Of(("file", files.ToString()), ("reason", cause)), failure);
}
