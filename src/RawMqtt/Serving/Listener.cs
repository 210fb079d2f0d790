// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Dialling;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Accepts network connections at one address, and performs the TLS and WebSocket handshakes that its scheme requires.</summary>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 1024;
    private const int MaxAttempts = 10; // a free port of one address may be taken at another

    private readonly Socket socket;
    private readonly ListenerOptions options;
    private readonly ServerHandshakeOptions upgrade;

    private Listener(Socket socket, MqttAddress address, ListenerOptions options)
    {
        this.socket = socket;
        this.options = options;
        Address = address;
        upgrade = new ServerHandshakeOptions
        {
            Paths = address.PathAndQuery == "/" ? options.WebSocketPaths : [address.PathAndQuery],
            AllowMissingSubprotocol = options.AllowMissingSubprotocol,
            AllowedOrigins = options.AllowedOrigins,
            HostNames = options.HostNames,
            IsTls = address.IsTls,
            ProxyHeader = options.ProxyHeader,
            AnswerGet = path => path == "/health" ? "ok" : options.AnswerGet?.Invoke(address.ToString(), path),
            AnswerHttp = options.AnswerHttp is null ? null : head => options.AnswerHttp(address.ToString(), head),
        };
    }

    /// <summary>Gets the address with the port that the system chose in place of 0.</summary>
    public MqttAddress Address { get; }

    /// <summary>Listens on all addresses of the host, on one port.</summary>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.ListenFailed"/>, <see cref="MqttErrorCode.InvalidOptions"/> or
    /// <see cref="MqttErrorCode.NameNotResolved"/>.</exception>
    public static async Task<IReadOnlyList<Listener>> BindAsync(MqttAddress address, ListenerOptions options, CancellationToken cancellationToken)
    {
        if (address.IsTls && options.Certificate is null && options.ConfigureTls is null)
        {
            throw new MqttException(MqttErrorCode.InvalidOptions, $"{address} needs a certificate: set CertificateFile and KeyFile.");
        }

        IPAddress[] hosts = await ResolveAsync(address.Host, cancellationToken).ConfigureAwait(false);
        for (int attempt = 1; ; attempt++)
        {
            var bound = new List<Listener>();
            try
            {
                foreach (IPAddress host in hosts)
                {
                    MqttAddress at = bound.Count == 0 ? address : bound[0].Address;
                    try
                    {
                        bound.Add(new Listener(Bind(host, at.Port, out int port), address with { Port = port }, options));
                    }
                    catch (SocketException e) when (host != hosts[^1] || bound.Count > 0)
                    {
                        if (e.SocketErrorCode is not (SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)) throw;
                        // a name may have addresses, such as ::1, that this machine does not
                    }
                }

                return bound;
            }
            catch (SocketException e)
            {
                bound.ForEach(listener => listener.Dispose());
                bool isTaken = address.Port == 0 && e.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < MaxAttempts;
                if (!isTaken) throw new MqttException(MqttErrorCode.ListenFailed, $"Cannot listen on {address}: {e.Message}. {Advice(e.SocketErrorCode)}", e);
            }
        }
    }

    public async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        Socket accepted = await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
        accepted.NoDelay = true;
        return accepted;
    }

    /// <summary>Performs the handshakes before the first MQTT byte.</summary>
    /// <param name="carrier">The accepted connection.</param>
    /// <param name="connection">Gets the client's certificate.</param>
    /// <param name="isFromProxy">The peer is a trusted proxy.</param>
    /// <param name="refused">Called if the WebSocket handshake is refused.</param>
    /// <param name="cancellationToken">Cancels the handshakes.</param>
    /// <returns>The stream that carries MQTT; null when the client was refused with an HTTP answer.</returns>
    public async Task<Stream?> OpenAsync(
        AcceptedStream carrier, ServedConnection connection, bool isFromProxy, Action<HandshakeRefusal> refused, CancellationToken cancellationToken)
    {
        Stream stream = carrier;
        if (TlsSupport.IsSupported && Address.IsTls) // [WS-4.2.2-2] [WS-10.6-1]
        {
            var tls = new SslStream(stream, leaveInnerStreamOpen: false);
            await tls.AuthenticateAsServerAsync(TlsOptions(), cancellationToken).ConfigureAwait(false);
            connection.ClientCertificate = tls.RemoteCertificate as X509Certificate2;
            stream = tls;
        }

        if (options.Tap is not null) stream = new TapStream(stream, options.Tap(carrier.Socket.RemoteEndPoint?.ToString() ?? ""));
        if (!Address.IsWebSocket)
        {
            carrier.IsQuick = options.Tap is null; // the application's code may block
            return stream;
        }

        IPAddress own = ((IPEndPoint)carrier.Socket.LocalEndPoint!).Address;
        bool isLocal = IPAddress.IsLoopback(own.IsIPv4MappedToIPv6 ? own.MapToIPv4() : own);
        ServerHandshakeOptions handshake = upgrade with { IsLocal = isLocal, IsFromProxy = isFromProxy, Refused = refused };
        Stream? accepted = await WebSocketStream.AcceptAsync(stream, handshake, cancellationToken).ConfigureAwait(false);
        carrier.IsQuick = options.Tap is null;
        return accepted;
    }

    public void Dispose() => socket.Dispose();

    private SslServerAuthenticationOptions TlsOptions()
    {
        SslServerAuthenticationOptions? shared = options.Certificate?.TlsOptions();
        if (options.ConfigureTls is null) return shared!;
        var own = new SslServerAuthenticationOptions { ServerCertificateContext = shared?.ServerCertificateContext };
        options.ConfigureTls(own);
        return own;
    }

    private static Socket Bind(IPAddress host, int port, out int boundPort)
    {
        var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (host.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(new IPEndPoint(host, port));
            socket.Listen(Backlog);
            boundPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? ip)) return [ip];
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return [.. found.Distinct().OrderBy(address => address.AddressFamily)]; // IPv4 first
        }
        catch (SocketException e)
        {
            string advice = "Listen on an IP address, such as 127.0.0.1 for this machine or 0.0.0.0 for all.";
            throw new MqttException(MqttErrorCode.NameNotResolved, $"The name service knows no address for {host}. {advice}", e);
        }
    }

    private static string Advice(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "Another program listens there: stop it, or choose another port.",
        SocketError.AccessDenied => "Ports below 1024 are for privileged programs: choose a higher one.",
        SocketError.AddressNotAvailable => "This machine does not have that address.",
        _ => "Choose another address.",
    };
}
