// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Server.Certificates;

/// <summary>Asks TLS clients for certificates and checks them: chain, purpose, time, revocation.</summary>
internal sealed class ClientCertificateCheck
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly BrokerSettings settings;
    private readonly MqttLog log;
    private readonly X509Certificate2Collection authorities = [];
    private readonly RevocationLists? revocations;

    /// <exception cref="ConfigurationException">A file is missing or cannot be used.</exception>
    public ClientCertificateCheck(BrokerSettings settings, MqttLog log)
    {
        this.settings = settings;
        this.log = log;
        string file = settings.ClientCertificateAuthorityFile ?? throw new ConfigurationException(
            $"{nameof(settings.ClientCertificates)} is {settings.ClientCertificates}: set {nameof(settings.ClientCertificateAuthorityFile)} too.");
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"The authorities of client certificates in {file} cannot be read: {e.Message}", e);
        }

        if (authorities.Count == 0) throw new ConfigurationException($"{file} holds no certificate in PEM form.");
        if (settings.RevocationListFile is { } list) revocations = RevocationLists.Read(list, authorities);
    }

    /// <summary>Sets what a handshake asks for.</summary>
    public void Configure(SslServerAuthenticationOptions tls)
    {
        tls.ClientCertificateRequired = true; // the callback decides about clients without one
        tls.CertificateRevocationCheckMode = X509RevocationMode.NoCheck; // the lists are checked here, and nothing is fetched
        tls.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        tls.CertificateChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Check(certificate as X509Certificate2, chain, errors);
    }

    /// <summary>Returns the user name of a certificate; null if it has none, or if certificates name no users.</summary>
    public string? UserNameOf(X509Certificate2 certificate) => CertificateNames.Find(certificate, settings.ClientCertificateUserName);

    private bool Check(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return settings.ClientCertificates == ClientCertificateUse.Optional;
        string? fault = errors == SslPolicyErrors.None
            ? revocations?.FaultOf(certificate, settings.Options.TimeProvider.GetUtcNow())
            : chain?.ChainStatus is [{ } first, ..] ? first.StatusInformation.Trim() : errors.ToString();
        if (fault is null) return true;
        log(MqttLogLevel.Warning, $"event=client-certificate-refused subject={LogText.Quote(certificate.Subject)} reason={LogText.Quote(fault)}");
        return false;
    }
}
