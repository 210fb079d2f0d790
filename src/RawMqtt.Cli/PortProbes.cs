// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Cli;

/// <summary>Finds out what a port speaks: TLS, HTTP and MQTT, each asked on its own connection. No login is sent.</summary>
internal sealed class PortProbes(IPEndPoint endpoint, string host, TimeSpan patience)
{
    private const int MostBytes = 4096;

    /// <summary>Returns whether the port speaks TLS, and the certificate that it shows; the certificate is not judged here.</summary>
    [SuppressMessage("Security", "CA5359", Justification = "The certificate is only looked at; nothing is sent over this connection.")]
    public async Task<X509Certificate2?> FindTlsAsync(CancellationToken cancellationToken)
    {
        X509Certificate2? shown = null;
        await AskAsync(async (stream, cancel) =>
        {
            await using var tls = new SslStream(stream);
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = host,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    shown = certificate is null ? null : new X509Certificate2(certificate);
                    return true; // the step that connects judges it
                },
            };
            await tls.AuthenticateAsClientAsync(options, cancel);
        }, cancellationToken);
        return shown;
    }

    /// <summary>Returns the status line that the server answers to an HTTP request, or null.</summary>
    public async Task<string?> FindHttpAsync(string path, CancellationToken cancellationToken)
    {
        byte[] request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}:{endpoint.Port}\r\nConnection: close\r\n\r\n");
        string answer = Encoding.Latin1.GetString(await ExchangeAsync(request, cancellationToken));
        return answer.StartsWith("HTTP/", StringComparison.Ordinal) ? answer.Split('\r', '\n')[0] : null;
    }

    /// <summary>Returns the return code of CONNACK, or null if the server does not answer CONNECT with CONNACK.</summary>
    public async Task<int?> FindMqttAsync(CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[64];
        int length = new ConnectPacket { ClientId = "rawmqtt-doctor"u8, CleanSession = true }.Write(bytes);
        byte[] answer = await ExchangeAsync(bytes[..length], cancellationToken);
        return answer is [0x20, 2, _, byte code, ..] ? code : null;
    }

    private async Task<byte[]> ExchangeAsync(byte[] request, CancellationToken cancellationToken)
    {
        byte[] answer = new byte[MostBytes];
        int length = 0;
        await AskAsync(async (stream, cancel) =>
        {
            await stream.WriteAsync(request, cancel);
            length = await stream.ReadAtLeastAsync(answer, 4, throwOnEndOfStream: false, cancel);
        }, cancellationToken);
        return answer[..length];
    }

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
}
