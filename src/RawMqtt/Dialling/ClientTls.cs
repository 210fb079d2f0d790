// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Transports;

namespace RawMqtt.Dialling;

/// <summary>Performs the client's TLS handshake, for wss and mqtts.</summary>
internal static class ClientTls
{
    /// <summary>Performs the handshake over the connection, which it owns from then on; on failure it disposes the connection.</summary>
    /// <param name="connection">Carries the bytes of TLS.</param>
    /// <param name="address">Where the connection leads.</param>
    /// <param name="options">The options of the attempt.</param>
    /// <param name="own">The certificate that the client shows; the stream owns it too. Null for none.</param>
    /// <param name="request">Hears whether the server asks for one.</param>
    /// <param name="cancellationToken">Ends the handshake.</param>
    /// <exception cref="MqttException">The handshake failed. The message says what the server sent and what to try.</exception>
    public static async Task<SslStream> OpenAsync(
        Stream connection, MqttAddress address, DialOptions options, SslStreamCertificateContext? own, ClientCertificateRequest request,
        CancellationToken cancellationToken)
    {
        MqttTlsOptions tls = options.Tls ?? new MqttTlsOptions();
        var firstBytes = new FirstBytes();
        var below = new TapStream(connection, firstBytes.Keep);
        var stream = new CertifiedStream(below, own);
        try
        {
            string serverName = tls.ServerName ?? address.Host;
            var check = new CertificateCheck(address, serverName, tls, options.TimeProvider.GetUtcNow());
            SslClientAuthenticationOptions authentication = OptionsFor(serverName, address, tls, own, check);
            tls.Configure?.Invoke(authentication);
            Watch(authentication, request);
            await AuthenticateAsync(stream, authentication, check, firstBytes, request, address, cancellationToken).ConfigureAwait(false);
            below.Tap = null;
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task AuthenticateAsync(
        SslStream stream,
        SslClientAuthenticationOptions options,
        CertificateCheck check,
        FirstBytes firstBytes,
        ClientCertificateRequest request,
        MqttAddress address,
        CancellationToken cancellationToken)
    {
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (AuthenticationException failure)
        {
            throw check.Refusal ?? PeerDiagnosis.OfTlsFailure(address, firstBytes, request, failure);
        }
        catch (IOException failure)
        {
            throw PeerDiagnosis.OfTlsFailure(address, firstBytes, request, failure);
        }
        catch (CryptographicException failure) // the framework reads extensions before it asks the check
        {
            throw CertificateDiagnoses.NotChecked.Fault(address, failure, ("reason", failure.Message.TrimEnd('.')));
        }
    }

    /// <summary>Without a certificate of its own, the client hears of the server's wish by the function that would choose one.</summary>
    private static void Watch(SslClientAuthenticationOptions options, ClientCertificateRequest request)
    {
        request.IsAnswered = options.ClientCertificateContext is not null;
        if (request.IsAnswered) return;
        options.LocalCertificateSelectionCallback = (_, _, _, shown, _) =>
        {
            request.IsMade |= shown is not null; // the first call comes before the handshake
            return null!;
        };
    }

    private static SslClientAuthenticationOptions OptionsFor(
        string serverName, MqttAddress address, MqttTlsOptions tls, SslStreamCertificateContext? own, CertificateCheck check)
    {
        var options = new SslClientAuthenticationOptions
        {
            // the system chooses the versions: TLS 1.2 and later [WS-10.6-3]
            TargetHost = serverName, // also SNI, unless it is an IP address [WS-4.1-14]
            RemoteCertificateValidationCallback = check.Accept, // [WS-4.1-12]
            CertificateChainPolicy = PolicyOf(tls),
            ClientCertificateContext = own,
        };
        IReadOnlyList<string> protocols = tls.ApplicationProtocols is { Count: > 0 } chosen ? chosen : address.IsWebSocket ? ["http/1.1"] : [];
        if (protocols.Count > 0) options.ApplicationProtocols = new List<string>(protocols).ConvertAll(static name => new SslApplicationProtocol(name));
        return options;
    }

    /// <summary>Returns a policy that trusts only the authorities of the options, or those of the machine if neither is given.</summary>
    /// <remarks>A certificate names where its issuer and its revocation are found: nothing is fetched from there, since the server chose it.</remarks>
    private static X509ChainPolicy PolicyOf(MqttTlsOptions tls)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        foreach (X509Certificate2 authority in tls.CertificateAuthorities) policy.CustomTrustStore.Add(authority);
        bool hasOwn = tls.CertificateAuthorities.Count > 0 || (tls.CertificateAuthorityFile ?? tls.CertificateAuthorityFolder) is not null;
        if (hasOwn) policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        if (tls.CertificateAuthorityFile is { } file && Import(policy, file) == 0) throw Unreadable(file, null);
        if (tls.CertificateAuthorityFolder is not { } folder) return policy;
        if (!Directory.Exists(folder)) throw Unreadable(folder, new DirectoryNotFoundException());
        int sum = 0;
        foreach (string one in Directory.EnumerateFiles(folder)) sum += IsLinkToNothing(one) ? 0 : Import(policy, one);
        return sum > 0 ? policy : throw Unreadable(folder, null);
    }

    private static bool IsLinkToNothing(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true) is { Exists: false };

    private static int Import(X509ChainPolicy policy, string file)
    {
        int before = policy.CustomTrustStore.Count;
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Unreadable(file, failure);
        }

        return policy.CustomTrustStore.Count - before;
    }

    private static MqttException Unreadable(string file, Exception? failure)
    {
        string why = failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => "there is no such file",
            null => "it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
            _ => failure.Message.TrimEnd('.'),
        };
        return new MqttException(MqttErrorCode.InvalidOptions, AddressDiagnoses.AuthorityFile.Of(("file", file), ("reason", why)), failure);
    }
}
