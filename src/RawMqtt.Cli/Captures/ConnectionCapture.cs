// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Cli.Captures;

/// <summary>The taps that write a capture: that of a client, and those of a broker.</summary>
/// <remarks>Wireshark knows MQTT by port 1883 and WebSocket by port 80, so that the server's port in a capture is one of these.</remarks>
internal static class ConnectionCapture
{
    private const int MqttPort = 1883;
    private const int WebSocketPort = 80;
    private const int FirstClientPort = 49_152;

    /// <summary>Stands for an address that is not known: 192.0.2.1 is for documentation, RFC 5737.</summary>
    private static readonly IPAddress unknown = IPAddress.Parse("192.0.2.1");

    /// <summary>Adds a tap to the options, beside the one that they have. The capture has a connection for each of the client.</summary>
    public static MqttClientOptions Of(MqttClientOptions options, CaptureFile file)
    {
        int count = 0;
        CapturedConnection? connection = null;
        Func<MqttConnectAttempt, CancellationToken, ValueTask<MqttConnectAttempt>>? before = options.BeforeConnect;
        return options with
        {
            Tap = options.Tap + ((direction, bytes) => Volatile.Read(ref connection)?.Add(direction == MqttTapDirection.Sent, bytes)),
            BeforeConnect = (attempt, cancellationToken) =>
            {
                (IPEndPoint client, IPEndPoint server) = EndpointsOf(attempt.Address, FirstClientPort + count++ % (65_536 - FirstClientPort));
                Interlocked.Exchange(ref connection, new CapturedConnection(file, client, server))?.Close();
                return before is null ? ValueTask.FromResult(attempt) : before(attempt, cancellationToken);
            },
        };
    }

    /// <summary>Returns a tap for each connection of a broker.</summary>
    public static Func<string, MqttTap> Of(CaptureFile file) => peer =>
    {
        IPEndPoint client = IPEndPoint.TryParse(peer, out IPEndPoint? known) ? Plain(known) : new IPEndPoint(unknown, FirstClientPort);
        CapturedConnection? connection = null;
        var gate = new Lock();
        return (direction, bytes) =>
        {
            lock (gate) connection ??= new CapturedConnection(file, client, ServerOf(client, isWebSocket: char.IsAsciiLetter((char)bytes[0])));
            connection.Add(direction == MqttTapDirection.Received, bytes);
        };
    };

    private static (IPEndPoint Client, IPEndPoint Server) EndpointsOf(string address, int clientPort)
    {
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri);
        string host = uri?.Host.Trim('[', ']') ?? "";
        IPAddress server = host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out IPAddress? known) ? known : unknown;
        IPAddress client = IPAddress.IsLoopback(server) ? server : server.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        bool isWebSocket = uri?.Scheme is "ws" or "wss";
        return (new IPEndPoint(client, clientPort), new IPEndPoint(server, isWebSocket ? WebSocketPort : MqttPort));
    }

    private static IPEndPoint ServerOf(IPEndPoint client, bool isWebSocket)
    {
        IPAddress address = IPAddress.IsLoopback(client.Address) ? client.Address
            : client.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        return new IPEndPoint(address, isWebSocket ? WebSocketPort : MqttPort);
    }

    private static IPEndPoint Plain(IPEndPoint peer) =>
        peer.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(peer.Address.MapToIPv4(), peer.Port) : new IPEndPoint(peer.Address, peer.Port);
}
