// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Dialling;

/// <summary>A TLS server for one connection, which notes what the client shows; with wss it also answers the WebSocket handshake.</summary>
internal sealed class TlsPeer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly bool isWebSocket;
    private readonly Task serving;

    public TlsPeer(string scheme, X509Certificate2 certificate, bool wantsCertificate = false, params string[] protocols)
    {
        listener.Start();
        isWebSocket = scheme == "wss";
        Address = $"{scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        serving = ServeAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateSelectionCallback = (_, name) =>
            {
                ServerName = name;
                return certificate;
            },
            ClientCertificateRequired = wantsCertificate,
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
            {
                ClientSubject = shown?.Subject;
                return !wantsCertificate || shown is not null;
            },
            ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(name => new SslApplicationProtocol(name))],
        });
    }

    public string Address { get; }

    /// <summary>Gets the name that the client sent as SNI.</summary>
    public string? ServerName { get; private set; }

    public string? ClientSubject { get; private set; }

    public string Protocol { get; private set; } = "";

    /// <summary>Waits until the handshake is over, however it ended, or no client will come.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var last = new TcpClient()) await last.ConnectAsync((IPEndPoint)listener.LocalEndpoint); // accepted if no client came
        await serving;
        listener.Dispose();
    }

    private async Task ServeAsync(SslServerAuthenticationOptions options)
    {
        using Socket socket = await listener.AcceptSocketAsync();
        await using var tls = new SslStream(new NetworkStream(socket));
        try
        {
            await tls.AuthenticateAsServerAsync(options);
            Protocol = tls.NegotiatedApplicationProtocol.ToString();
            if (isWebSocket)
            {
                await using WebSocketStream? stream = await WebSocketStream.AcceptAsync(tls, new ServerHandshakeOptions { Paths = null }, default);
                stream?.Abort();
            }
            else
            {
                await tls.ReadExactlyAsync(new byte[1]); // ends when the client closes
            }
        }
        catch (Exception failure) when (failure is IOException or AuthenticationException)
        {
            // the client turned the certificate down, or has gone
        }
    }
}
