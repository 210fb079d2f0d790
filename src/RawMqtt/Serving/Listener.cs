// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using RawMqtt.Dialling;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Accepts network connections at one address, and performs the TLS and WebSocket handshakes that its scheme requires.</summary>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 1024;

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
            ProxyHeader = options.ProxyHeader,
        };
    }

    /// <summary>Gets the address with the port that the system chose in place of 0.</summary>
    public MqttAddress Address { get; }

    /// <exception cref="MqttException"><see cref="MqttErrorCode.ListenFailed"/>, <see cref="MqttErrorCode.InvalidOptions"/> or
    /// <see cref="MqttErrorCode.NameNotResolved"/>.</exception>
    public static async Task<Listener> BindAsync(MqttAddress address, ListenerOptions options, CancellationToken cancellationToken)
    {
        if (address.IsTls && options.Certificate is null)
        {
            throw new MqttException(MqttErrorCode.InvalidOptions, $"{address} needs a certificate: set CertificateFile and KeyFile.");
        }

        IPAddress ip = await ResolveAsync(address.Host, cancellationToken).ConfigureAwait(false);
        var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (ip.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(new IPEndPoint(ip, address.Port));
            socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new MqttException(MqttErrorCode.ListenFailed, $"Cannot listen on {address}: {e.Message}. {Advice(e.SocketErrorCode)}", e);
        }

        return new Listener(socket, address with { Port = ((IPEndPoint)socket.LocalEndPoint!).Port }, options);
    }

    public async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        Socket accepted = await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
        accepted.NoDelay = true;
        return accepted;
    }

    /// <summary>Performs the handshakes before the first MQTT byte.</summary>
    /// <returns>The stream that carries MQTT; null when the client was refused with an HTTP answer.</returns>
    public async Task<Stream?> OpenAsync(Stream carrier, CancellationToken cancellationToken)
    {
        Stream stream = carrier;
        if (Address.IsTls) // [WS-4.2.2-2] [WS-10.6-1]
        {
            var tls = new SslStream(stream, leaveInnerStreamOpen: false);
            await tls.AuthenticateAsServerAsync(options.Certificate!.TlsOptions(), cancellationToken).ConfigureAwait(false);
            stream = tls;
        }

        if (options.Tap is not null) stream = new TapStream(stream, options.Tap((carrier as NetworkStream)?.Socket.RemoteEndPoint?.ToString() ?? ""));
        return Address.IsWebSocket ? await WebSocketStream.AcceptAsync(stream, upgrade, cancellationToken).ConfigureAwait(false) : stream;
    }

    public void Dispose() => socket.Dispose();

    private static async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? ip)) return ip;
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return found.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
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
