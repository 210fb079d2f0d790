// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using RawMqtt.Brokers;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>The parts around a <see cref="BrokerCore"/>, put together: each connection is admitted, read, flushed and closed.</summary>
internal sealed class BrokerShell
{
    private readonly Admission admission;
    private readonly ReadLoop reading;
    private readonly BrokerReports reports;

    public BrokerShell(MqttBrokerOptions options, BrokerReports reports)
    {
        this.reports = reports;
        Authentication = new Authentication(options, reports);
        var hooks = new BrokerHooks(options, Authentication, reports);
        Span<byte> seeds = stackalloc byte[12];
        Entropy.Fill(seeds);
        var callbacks = new BrokerCallbacks
        {
            Asked = hooks.Asked,
            SharesClientIds = options.SharesClientIds,
            AllowsBridges = options.AllowBridges,
            Connected = reports.AreWanted ? reports.Connected : null,
            Dropped = reports.AreWanted ? reports.ClientLost : null,
            Ended = reports.AreWanted ? reports.Ended : null,
            Refused = reports.AreWanted ? reports.Refused : null,
            CanRead = options.CanRead is null ? null : (subscriber, topic) => hooks.IsAllowed(options.CanRead, subscriber, topic),
            CanWrite = options.CanWrite is null ? null : (subscriber, topic) => hooks.IsAllowed(options.CanWrite, subscriber, topic),
            WhenQueueFull = options.ChooseWhenQueueFull is null && options.WhenQueueFull == MqttWhenQueueFull.DropNewest ? null : hooks.WhenQueueFull,
            SessionEnded = reports.AreWanted ? reports.SessionEnded : null,
            EndsRefusedPublishers = options.EndRefusedPublishers,
            Published = reports.ArePublishesWanted ? reports.Published : null,
        };
        var core = new BrokerCore(options.Limits, BitConverter.ToUInt64(seeds), BitConverter.ToUInt32(seeds[8..]), callbacks);
        Core = new LockedCore(core, options.TimeProvider);
        Sweep = new Sweep(Core, options.Limits);
        Proxies = new ProxyTrust(options.TrustedProxies, options.ProxyHeader);
        admission = new Admission(Core, options.Limits, Proxies, reports);
        reading = new ReadLoop(Core, admission, new Pauses(Core, hooks), reports);
    }

    public LockedCore Core { get; }

    public Authentication Authentication { get; }

    public Sweep Sweep { get; }

    public ProxyTrust Proxies { get; }

    /// <summary>Serves a connection from its acceptance to its end.</summary>
    /// <param name="socket">The accepted socket; null for a stream without one.</param>
    /// <param name="listener">The listener's address.</param>
    /// <param name="isOwn">The connection is the program's own, see <see cref="MqttBroker.Connect"/>.</param>
    /// <param name="queue">What may wait for the program's own bridge; null for the limits of all clients.</param>
    /// <param name="open">Performs the opening handshakes and returns the stream that carries MQTT; null when the client was refused.</param>
    public Task ServeAsync(Socket? socket, string listener, bool isOwn, QueueBounds? queue, Func<ServedConnection, Task<Stream?>> open)
    {
        var connection = new ServedConnection(socket, listener) { IsOwn = isOwn, Queue = queue };
        if (admission.TryAdmit(connection, socket)) return reading.RunAsync(connection, open);
        connection.Drop();
        return Task.CompletedTask;
    }

    /// <summary>Serves a WebSocket whose opening handshake another HTTP server received: see <see cref="MqttBroker.ServeUpgradeAsync"/>.</summary>
    public Task ServeAsync(MqttUpgradeRequest request, ServerHandshakeOptions handshake, Func<MqttUpgradeAnswer, Task<Stream>> answer)
    {
        var connection = new ServedConnection(socket: null, request.Listener, request.RemoteAddress) { ClientCertificate = request.ClientCertificate };
        if (admission.TryAdmit(connection, socket: null)) return reading.RunAsync(connection, OpenAsync);
        return answer(new MqttUpgradeAnswer(503, [], "the broker has too many connections\n"));

        async Task<Stream?> OpenAsync(ServedConnection opening)
        {
            MqttUpgradeAnswer judged = ForeignUpgrade.Judge(request, handshake, out AcceptedHandshake? accepted, out HandshakeRefusal? refusal);
            if (refusal is not null)
            {
                opening.IsAnswered = true;
                if (request.RemoteAddress is { } peer) opening.ForwardedAddress = Proxies.ClientOf(peer.Address, refusal);
                reports.HandshakeRefused(opening, refusal);
            }

            Stream stream = await answer(judged).ConfigureAwait(false);
            return accepted is null ? null : new WebSocketStream(stream, WebSocketRole.Server) { Request = accepted, Subprotocol = accepted.Subprotocol };
        }
    }
}
