// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Dialling;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Serving;

/// <summary>Brokers on free ports of this machine, with a certificate where one is needed, and connections to them.</summary>
internal sealed class BrokerSockets : IDisposable
{
    private readonly TestCertificates certificates = new();

    /// <summary>Certificate and key; empty until one was needed.</summary>
    public string CertificateFile { get; private set; } = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => certificates.Dispose();

    public void WriteCertificate(string[] names, DateTime? written = null)
    {
        (string certificate, string key) = Issue(names);
        Write(certificate + key, written);
    }

    /// <summary>A certificate and its key, PEM.</summary>
    public (string Certificate, string Key) Issue(params string[] names)
    {
        using X509Certificate2 certificate = certificates.Issue(names);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Writes <see cref="CertificateFile"/>.</summary>
    public void Write(string pem, DateTime? written = null)
    {
        CertificateFile = certificates.Write("server.pem", pem);
        if (written is not null) File.SetLastWriteTimeUtc(CertificateFile, written.Value);
    }

    public Task<MqttBroker> StartAsync(string scheme, Func<MqttBrokerOptions, MqttBrokerOptions>? change = null)
    {
        if (scheme is "wss" or "mqtts") WriteCertificate(["127.0.0.1"]);
        var options = new MqttBrokerOptions
        {
            Listeners = [$"{scheme}://127.0.0.1:0{(scheme[0] == 'w' ? "/mqtt" : "")}"],
            CertificateFile = CertificateFile.Length > 0 ? CertificateFile : null,
            SystemTopicsInterval = TimeSpan.Zero,
        };
        return MqttBroker.StartAsync(change?.Invoke(options) ?? options, Token);
    }

    public Task<Stream> DialAsync(MqttBroker broker) =>
        Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]),
            new DialOptions { Tls = CertificateFile.Length > 0 ? new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile } : null }, Token);

    public static async Task<TcpClient> UpgradeAsync(MqttBroker broker)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(broker.Addresses[0]).Port, Token);
        byte[] request =
        [
            .. "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"u8,
            .. "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"u8,
        ];
        await socket.GetStream().WriteAsync(request, Token);
        var answer = new StringBuilder();
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) answer.Append((char)(await ReadAsync(socket.GetStream(), 1))[0]);
        Assert.StartsWith("HTTP/1.1 101 ", answer.ToString());
        return socket;
    }

    /// <summary>So many bytes, or fewer if the stream ends before.</summary>
    public static async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        byte[] bytes = new byte[count];
        int filled = 0;
        while (filled < count && await stream.ReadAsync(bytes.AsMemory(filled), Token) is var read and > 0) filled += read;
        return bytes[..filled];
    }

    /// <summary>All that comes until the stream ends, in order or by a reset.</summary>
    public static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all, Token);
        }
        catch (IOException)
        {
            // a reset
        }

        return all.ToArray();
    }
}
