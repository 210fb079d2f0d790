// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Dialling;

/// <summary>Loads the certificate that a client shows, with its key and its chain.</summary>
internal static class ClientCertificate
{
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: the files cannot be used. The message names the file at fault.</exception>
    public static SslStreamCertificateContext Load(string certificateFile, string? keyFile)
    {
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            if (PemPair.IsOfAuthority(certificate))
            {
                string cause = "it is the certificate of an authority, whose key may sign certificates and nothing else: name the client's own";
                throw Unusable(certificateFile, cause, null);
            }

            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (FileNotFoundException failure)
        {
            throw Unusable(failure.FileName ?? certificateFile, "there is no such file", failure);
        }
        catch (DirectoryNotFoundException failure)
        {
            throw Unusable(certificateFile, failure.Message, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unusable(certificateFile, failure.Message, failure);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw Unusable(certificateFile, PemPair.FaultOf(certificateFile, keyFile ?? certificateFile, password: null) ?? failure.Message, failure);
        }
    }

    private static MqttException Unusable(string file, string cause, Exception? failure) =>
        new(MqttErrorCode.InvalidOptions, $"The client certificate {file} cannot be used: {cause.TrimEnd('.')}.", failure);
}
