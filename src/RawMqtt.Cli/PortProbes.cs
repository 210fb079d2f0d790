// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Cli;

/// <summary>Finds out what a port speaks: TLS, HTTP and MQTT, each asked on its own connection, in plain or within TLS. No login is sent, because the
/// certificate is not judged here; nothing reads more than 8 KiB or takes longer than the patience.</summary>
internal sealed class PortProbes(IPEndPoint endpoint, DoctorTarget target, MqttTlsOptions? tls, TimeSpan patience)
{
    private const int MostBytes = 8192;

    private readonly X509ChainPolicy policy = PolicyOf(tls);

    /// <summary>Gets the application protocols that a client with the user's options offers.</summary>
    public IReadOnlyList<string> OfferedProtocols { get; } =
        tls is { ApplicationProtocols: { Count: > 0 } given } ? given : target.IsWebSocket ? ["http/1.1"] : [];

    /// <summary>Gets the name that the certificate is to be for.</summary>
    public string ServerName => tls?.ServerName ?? target.Host;

    /// <summary>Returns what the port shows in a TLS handshake; null if it does not get as far as a certificate.</summary>
    public async Task<TlsAnswer?> FindTlsAsync(CancellationToken cancellationToken)
    {
        TlsAnswer? answer = null;
        bool isAsked = false;
        SslClientAuthenticationOptions options = OptionsFor(
            (certificate, chain, errors) => answer = new TlsAnswer(certificate, errors, chain), () => isAsked = true);
        await AskAsync(async (stream, cancel) =>
        {
            await using var secure = new SslStream(stream);
            await secure.AuthenticateAsClientAsync(options, cancel);
            answer = answer! with
            {
                Version = $"{NameOf(secure.SslProtocol.ToString())}, {secure.NegotiatedCipherSuite}",
                Protocol = Encoding.Latin1.GetString(secure.NegotiatedApplicationProtocol.Protocol.Span),
            };
        }, cancellationToken);
        return answer is null ? null : answer with { AsksForCertificate = isAsked };
    }

    /// <summary>Returns what the port answers to the WebSocket handshake of MQTT; null if it is not HTTP. The query of the address is not sent.</summary>
    /// <param name="isTls">Ask within TLS.</param>
    /// <param name="origin">The origin of a page that asks; null for none.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    public async Task<HttpAnswer?> UpgradeAsync(bool isTls, string? origin, CancellationToken cancellationToken)
    {
        string request = $"GET {target.UpgradePath} HTTP/1.1\r\nHost: {target.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Key: {Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))}\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Protocol: mqtt\r\n{(origin is null ? "" : $"Origin: {origin}\r\n")}\r\n";
        return HttpAnswer.Read(await ExchangeAsync(isTls, Encoding.ASCII.GetBytes(request), "\r\n\r\n"u8.ToArray(), cancellationToken));
    }

    /// <summary>Returns the return code of CONNACK, or null if the server does not answer CONNECT with CONNACK.</summary>
    public async Task<int?> FindMqttAsync(bool isTls, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[64];
        byte[] id = Encoding.ASCII.GetBytes($"doctor-{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
        int length = new ConnectPacket { ClientId = id, CleanSession = true }.Write(bytes);
        byte[] answer = await ExchangeAsync(isTls, bytes[..length], null, cancellationToken);
        return answer is [0x20, 2, _, byte code, ..] ? code : null;
    }

    /// <summary>Sends the request, and reads until an end is seen, or 4 bytes if there is none to look for.</summary>
    private async Task<byte[]> ExchangeAsync(bool isTls, byte[] request, byte[]? end, CancellationToken cancellationToken)
    {
        byte[] answer = new byte[MostBytes];
        int length = 0;
        bool IsEnough() => end is null ? length >= 4 : answer.AsSpan(0, length).IndexOf(end) >= 0;
        await AskAsync(async (stream, cancel) =>
        {
            await using Stream asked = isTls ? await SecureAsync(stream, cancel) : stream;
            await asked.WriteAsync(request, cancel);
            int count;
            while (length < answer.Length && !IsEnough() && (count = await asked.ReadAsync(answer.AsMemory(length), cancel)) > 0) length += count;
        }, cancellationToken);
        return answer[..length];
    }

    private async Task<Stream> SecureAsync(Stream stream, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(OptionsFor((certificate, _, _) => certificate.Dispose(), () => { }), cancellationToken);
        return secure;
    }

    [SuppressMessage("Security", "CA5359", Justification = "The certificate is only looked at; no secret is sent over these connections.")]
    private SslClientAuthenticationOptions OptionsFor(Action<X509Certificate2, X509ChainStatus[], SslPolicyErrors> look, Action asked) => new()
    {
        TargetHost = ServerName,
        ApplicationProtocols = OfferedProtocols.Count == 0 ? null : [.. OfferedProtocols.Select(name => new SslApplicationProtocol(name))],
        CertificateChainPolicy = policy,
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (certificate is not null) look(X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()), chain?.ChainStatus ?? [], errors);
            return true; // the step that connects judges it
        },
        LocalCertificateSelectionCallback = (_, _, _, remote, _) =>
        {
            if (remote is not null) asked(); // before the server asked, there is no certificate of it
            return null!;
        },
    };

    /// <summary>Runs one exchange within the patience; a failure is an answer too: the protocol is not spoken.</summary>
    private async Task AskAsync(Func<Stream, CancellationToken, Task> exchange, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(endpoint, limit.Token);
            await using var stream = new NetworkStream(socket);
            await exchange(stream, limit.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // not spoken, or not within the time
        }
    }

    /// <summary>Tls13 is TLS 1.3.</summary>
    private static string NameOf(string version) => version is ['T', 'l', 's', char major, char minor] ? $"TLS {major}.{minor}" : version;

    /// <summary>Returns a policy with the authorities that the user gave, or the machine's. Nothing is fetched that a certificate names.</summary>
    private static X509ChainPolicy PolicyOf(MqttTlsOptions? tls)
    {
        var trusted = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if ((tls?.CertificateAuthorityFile ?? tls?.CertificateAuthorityFolder) is null) return trusted;
        trusted.TrustMode = X509ChainTrustMode.CustomRootTrust;
        string[] files = tls!.CertificateAuthorityFolder is { } folder && Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        foreach (string file in tls.CertificateAuthorityFile is { } one ? [one, .. files] : files)
        {
            try
            {
                trusted.CustomTrustStore.ImportFromPemFile(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // the step that connects names the file and the reason
            }
        }

        return trusted;
    }
}
