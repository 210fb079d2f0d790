// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Cli;

/// <summary>A way to the broker's host other than the usual one: a Unix domain socket, an own address, or a proxy.</summary>
internal sealed class Route
{
    /// <summary>Gets the path of a Unix domain socket; null for TCP.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>Gets the own address or name to connect from; null for any.</summary>
    public string? Bind { get; init; }

    /// <summary>Gets the proxy; null for none.</summary>
    public SocksProxy? Proxy { get; init; }

    /// <summary>Connects to the host of the attempt's address.</summary>
    /// <exception cref="MqttException">There is no connection; the message says where it ended.</exception>
    public async ValueTask<Stream> ConnectAsync(MqttConnectAttempt attempt, CancellationToken cancellationToken)
    {
        if (UnixSocket is { } path)
        {
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            return await ConnectAsync(local, new UnixDomainSocketEndPoint(path), $"the socket {path}", cancellationToken);
        }

        DoctorTarget target = await DoctorTarget.ReadAsync(attempt.Address);
        (string host, int port) = Proxy is { } proxy ? (proxy.Host, proxy.Port) : (target.Host, target.Port);
        IPAddress? own = Bind is null ? null : (await ResolveAsync(Bind, cancellationToken))[0];
        Stream stream = await ConnectAsync(host, port, own, cancellationToken);
        if (Proxy is null) return stream;
        try
        {
            await Proxy.AskForAsync(stream, target.Host, target.Port, cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> ConnectAsync(string host, int port, IPAddress? own, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await ResolveAsync(host, cancellationToken);
        if (own is not null) addresses = [.. addresses.Where(address => address.AddressFamily == own.AddressFamily)];
        if (addresses.Length == 0) throw NotReached($"{host} has no address of the same kind as {own}.", null);
        for (int i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                if (own is not null) socket.Bind(new IPEndPoint(own, 0));
                return await ConnectAsync(socket, new IPEndPoint(addresses[i], port), $"{host}:{port}", cancellationToken);
            }
            catch (MqttException) when (i + 1 < addresses.Length)
            {
                // the host's next address
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                throw NotReached($"-A {own} cannot be used: {failure.Message}.", failure);
            }
        }
    }

    private static async Task<Stream> ConnectAsync(Socket socket, EndPoint place, string name, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(place, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw NotReached($"No connection to {name}: {failure.Message}.", failure);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return [literal];
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return found.Length > 0 ? found : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException failure)
        {
            throw new MqttException(MqttErrorCode.NameNotResolved, $"The name {host} has no address: {failure.Message}.", failure);
        }
    }

    private static MqttException NotReached(string message, Exception? failure) => new(MqttErrorCode.HostUnreachable, message, failure);
}
