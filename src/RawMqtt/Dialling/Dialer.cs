// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Dialling;

/// <summary>Opens a stream that carries MQTT to an address: name service, TCP, TLS, WebSocket, one after the other.</summary>
internal static class Dialer
{
    private static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(2);

    /// <exception cref="MqttException">A step failed. The message says which one, the likely cause, and what to try.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static Task<Stream> ConnectAsync(MqttAddress address, DialOptions options, CancellationToken cancellationToken) =>
        OperatingSystem.IsBrowser() // not within an async method, so that what dials is trimmed away there
            ? Task.FromException<Stream>(AddressDiagnoses.Browser.Fault(address, null))
            : DialAsync(address, options, cancellationToken);

    /// <summary>Returns how long an address is tried: its equal share of the time that is left, and at most two seconds while others wait.</summary>
    internal static TimeSpan TurnOf(TimeSpan timeLeft, int addressesLeft)
    {
        TimeSpan share = timeLeft > TimeSpan.Zero ? timeLeft / addressesLeft : TimeSpan.Zero; // the name service may have taken all of it
        return addressesLeft == 1 || share < AddressTimeout ? share : AddressTimeout;
    }

    private static async Task<Stream> DialAsync(MqttAddress address, DialOptions options, CancellationToken cancellationToken)
    {
        if (address.IsTls && !TlsSupport.IsSupported) throw AddressDiagnoses.TlsLeftOut.Fault(address, null);
        if (options.Tls is not null && !address.IsTls)
        {
            string scheme = MqttAddress.NameOf(address.IsWebSocket ? MqttScheme.Wss : MqttScheme.Mqtts);
            throw AddressDiagnoses.TlsOptionsWithoutTls.Fault(address, null, ("secure", scheme));
        }

        // a wrong file costs no connection
        SslStreamCertificateContext? own = TlsSupport.IsSupported ? ClientCertificate.Of(options.Tls) : null;
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        ConnectPhases phases = options.Phases ?? new ConnectPhases(options.TimeProvider);
        try
        {
            Stream stream = await ConnectAsync(address, options, own, phases, either.Token).ConfigureAwait(false);
            own = null; // the stream's
            return stream;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw phases.TimedOut($" to {address}", options.ConnectTimeout);
        }
        finally
        {
            CertifiedStream.Release(own);
        }
    }

    // First TCP, straight to host and port [WS-4.1-8], then TLS [WS-4.1-11] [WS-4.1-13], then the opening handshake [WS-4.1-15]; a failed step ends the
    // attempt [WS-4.1-10].
    private static async Task<Stream> ConnectAsync(
        MqttAddress address, DialOptions options, SslStreamCertificateContext? own, ConnectPhases phases, CancellationToken cancellationToken)
    {
        Stream stream = await TransportAsync(address, options, phases, cancellationToken).ConfigureAwait(false);
        try
        {
            if (TlsSupport.IsSupported && address.IsTls)
            {
                phases.Begin("TLS", ServerDiagnoses.TimeoutTls);
                stream = await ClientTls.OpenAsync(stream, address, options, own, phases.CertificateRequest, cancellationToken).ConfigureAwait(false);
            }

            if (options.Tap is not null) stream = new TapStream(stream, options.Tap);
            if (!address.IsWebSocket) return stream;

            phases.Begin("WebSocket", ServerDiagnoses.TimeoutWebSocket);
            return await UpgradeAsync(stream, address, options, phases.CertificateRequest, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Stream> TransportAsync(MqttAddress address, DialOptions options, ConnectPhases phases, CancellationToken cancellationToken)
    {
        if (options.Transport is not null)
        {
            phases.Begin("ConnectTransport", ServerDiagnoses.TimeoutFunction);
            return await options.Transport(options.Attempt!, cancellationToken).ConfigureAwait(false);
        }

        long start = options.TimeProvider.GetTimestamp();
        phases.Begin("name service", ServerDiagnoses.TimeoutName);
        IPAddress[] hosts = await ResolveAsync(address, cancellationToken).ConfigureAwait(false);

        TimeSpan timeLeft = options.ConnectTimeout - options.TimeProvider.GetElapsedTime(start);
        phases.Begin("TCP", ServerDiagnoses.TimeoutTcp);
        return await ConnectAsync(address, hosts, timeLeft, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Stream> UpgradeAsync(
        Stream stream, MqttAddress address, DialOptions options, ClientCertificateRequest request, CancellationToken cancellationToken)
    {
        try
        {
            WebSocketStream opened = await WebSocketStream.ConnectAsync(stream, RequestFor(address, options), cancellationToken).ConfigureAwait(false);
            return opened.Subprotocol is not null ? opened : throw PeerDiagnosis.OfMissingSubprotocol(address);
        }
        catch (WebSocketHandshakeException failure)
        {
            throw PeerDiagnosis.OfUpgradeFailure(address, request, failure);
        }
        catch (IOException failure)
        {
            throw PeerDiagnosis.OfNoHttpAnswer(address, request, failure);
        }
    }

    private static ClientHandshake RequestFor(MqttAddress address, DialOptions options)
    {
        try
        {
            return new ClientHandshake
            {
                Host = address.HostHeader,
                Resource = address.PathAndQuery,
                Subprotocols = ["mqtt"], // [MQTT-6.0.0-3]
                Headers = options.RequestHeaders,
            };
        }
        catch (ArgumentException failure)
        {
            throw AddressDiagnoses.RequestHeaders.Fault(address, failure, ("reason", failure.Message));
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(MqttAddress address, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(address.Host, out IPAddress? literal)) return [literal];
        try
        {
            IPAddress[] hosts = await Dns.GetHostAddressesAsync(address.Host, cancellationToken).ConfigureAwait(false);
            if (hosts.Length > 0) return hosts;
        }
        catch (SocketException failure)
        {
            throw NotResolved(address, failure);
        }

        throw NotResolved(address, null);
    }

    /// <summary>Tries all addresses of the host in the order of the name service. Each except the last has a short time, so that the others get a
    /// turn.</summary>
    private static async Task<NetworkStream> ConnectAsync(MqttAddress address, IPAddress[] hosts, TimeSpan timeLeft, CancellationToken cancellationToken)
    {
        var failures = new List<HostFailure>();
        for (int i = 0; i < hosts.Length; i++)
        {
            var socket = new Socket(hosts[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            long start = Stopwatch.GetTimestamp(); // the system's clock, as CancelAfter has
            if (i < hosts.Length - 1) turn.CancelAfter(TurnOf(timeLeft, hosts.Length - i));
            try
            {
                return await DialledStream.ConnectAsync(socket, new IPEndPoint(hosts[i], address.Port), turn.Token).ConfigureAwait(false);
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                failures.Add(new HostFailure(hosts[i], failure.SocketErrorCode));
                timeLeft -= Stopwatch.GetElapsedTime(start);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                socket.Dispose();
                failures.Add(new HostFailure(hosts[i], SocketError.TimedOut));
                timeLeft -= Stopwatch.GetElapsedTime(start);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw TcpDiagnosis.Of(address, failures);
    }

    private static MqttException NotResolved(MqttAddress address, Exception? failure) => ServerDiagnoses.NameUnknown.Fault(address, failure);
}
