// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Reports what happens in the broker: to <see cref="MqttBrokerOptions.Observe"/> as events, to <see cref="MqttBrokerOptions.Log"/> as
/// lines.</summary>
internal sealed class BrokerReports(BrokerEvents? events, BrokerLog? log)
{
    /// <summary>Gets whether any report of a connection has a receiver.</summary>
    public bool AreWanted => events is not null || log is not null;

    /// <summary>Gets whether reports of messages have a receiver.</summary>
    public bool ArePublishesWanted => events is not null;

    /// <summary>Gets the number of events and lines that the application was too slow for.</summary>
    public long Dropped => (events?.Dropped ?? 0) + (log?.Dropped ?? 0);

    public void Started(IReadOnlyList<string> addresses)
    {
        foreach (string address in addresses) log?.Add(MqttLogLevel.Information, $"event=listening listener={address}");
    }

    /// <summary>Reports how long the certificate is valid; it is a warning if clients refuse it now or within 14 days.</summary>
    public void CertificateRead(ServerCertificate certificate, DateTime now)
    {
        bool isValid = certificate.NotBefore <= now && now <= certificate.NotAfter;
        string state = isValid ? "valid" : now > certificate.NotAfter ? "expired" : "not-yet-valid";
        MqttLogLevel level = isValid && certificate.NotAfter - now > TimeSpan.FromDays(14) ? MqttLogLevel.Information : MqttLogLevel.Warning;
        log?.Add(level, $"event=certificate state={state} from={certificate.NotBefore:yyyy-MM-ddTHH:mmZ} until={certificate.NotAfter:yyyy-MM-ddTHH:mmZ}");
    }

    public void Connected(BrokerConnection connection, Subscriber subscriber)
    {
        events?.Add(new MqttBrokerEvent(MqttBrokerEventKind.Connected, ApplicationViews.ClientOf(connection, subscriber)));
        if (log is null) return;
        var served = (ServedConnection)connection.Carrier!;
        string id = BrokerLog.Quote(ApplicationViews.ClientIdOf(subscriber));
        log.Add(MqttLogLevel.Information, $"event=connected client={id}{UserOf(served)} {AddressesOf(served)}");
    }

    /// <summary>Reports a WebSocket handshake that was refused, with the option that allows it.</summary>
    public void HandshakeRefused(IPEndPoint peer, MqttAddress listener, HandshakeRefusal refusal)
    {
        if (log is null || refusal == HandshakeRefusal.Healthy) return;
        string cause = refusal.Origin is { } origin
            ? $" origin={BrokerLog.Quote(origin)} hint=\"AllowedOrigins (--allow-origin) lets the pages of an origin connect\""
            : "";
        string reason = BrokerLog.Quote(refusal.Reason);
        log.Add(
            MqttLogLevel.Warning,
            $"event=handshake-refused address={peer} listener={listener} status={refusal.Status} rule={refusal.Rule} reason={reason}{cause}");
    }

    public void Published(BrokerConnection connection, in PublishPacket packet)
    {
        if (events is null || connection.Subscriber is not { } subscriber) return;
        MqttBrokerClient client = ApplicationViews.ClientOf(connection, subscriber);
        events.Add(new MqttBrokerEvent(MqttBrokerEventKind.Published, client) { Message = ApplicationViews.MessageOf(packet) });
    }

    public void Ended(BrokerConnection connection, Subscriber? subscriber)
    {
        MqttConnectionEnd end = connection.End!.Value;
        var served = (ServedConnection)connection.Carrier!;
        if (events is not null && subscriber is not null)
        {
            MqttBrokerClient client = ApplicationViews.ClientOf(connection, subscriber);
            events.Add(new MqttBrokerEvent(MqttBrokerEventKind.Disconnected, client) { End = end, Rule = connection.Violation?.Rule ?? served.WebSocketFault?.Rule });
        }

        if (log is null) return;
        string id = BrokerLog.Quote(ApplicationViews.ClientIdOf(subscriber));
        string violation = BrokerLog.Quote(connection.Violation?.ToString() ?? served.WebSocketFault?.Message ?? "");
        string limit = connection.Limit is { } name ? $" limit={name}" : "";
        bool isUsual = end is MqttConnectionEnd.Disconnected or MqttConnectionEnd.BrokerStops or MqttConnectionEnd.ByApplication;
        log.Add(
            isUsual ? MqttLogLevel.Information : MqttLogLevel.Warning,
            $"event=ended client={id}{UserOf(served)} {AddressesOf(served)} reason={end} violation={violation}{limit}{HintOf(connection)}");
    }

    /// <summary>Reports the first connection that a proxy on this machine forwards and that the options do not name as trusted.</summary>
    public void ProxyUntrusted(ServedConnection connection) => log?.Add(
        MqttLogLevel.Warning,
        $"event=untrusted-proxy {AddressesOf(connection)} hint=\"clients that it forwards do not count as local; name it in TrustedProxies if it is yours\"");

    /// <summary>Reports messages that a client lost, and the limit that the last one reached.</summary>
    public void ClientLost(Subscriber subscriber, string limit, long messages) =>
        log?.Add(MqttLogLevel.Warning, $"event=dropped client={BrokerLog.Quote(ApplicationViews.ClientIdOf(subscriber))} messages={messages} limit={limit}");

    /// <summary>Reports messages that a subscription of the program lost because the program was too slow.</summary>
    public void ProgramLost(string filter, long messages) =>
        log?.Add(
            MqttLogLevel.Warning,
            $"event=dropped subscription={BrokerLog.Quote(filter)} messages={messages} limit={nameof(MqttBrokerLimits.MaxProgramBytes)}");

    public void HookFailed(ServedConnection connection, Exception fault)
    {
        string id = BrokerLog.Quote(ApplicationViews.ClientIdOf(connection.Connection.Subscriber));
        log?.Add(MqttLogLevel.Error, $"event=hook-failed client={id} error={BrokerLog.Quote(fault.Message)}");
    }

    public void PasswordFileUnusable(string file, Exception fault) =>
        log?.Add(MqttLogLevel.Error, $"event=password-file-unusable file={BrokerLog.Quote(file)} error={BrokerLog.Quote(fault.Message)}");

    public void AcceptFailed(string listener, SocketException fault) =>
        log?.Add(MqttLogLevel.Warning, $"event=accept-failed listener={listener} error={BrokerLog.Quote(fault.Message)}");

    /// <summary>Reports a fault of the broker itself that ended a connection.</summary>
    public void Faulted(ServedConnection connection, Exception fault) =>
        log?.Add(MqttLogLevel.Error, $"event=fault {AddressesOf(connection)} error={BrokerLog.Quote(fault.ToString(), maxLength: 4096)}");

    /// <summary>Reports a fault of the broker itself in its regular work.</summary>
    public void Faulted(Exception fault) => log?.Add(MqttLogLevel.Error, $"event=fault error={BrokerLog.Quote(fault.ToString(), maxLength: 4096)}");

    /// <summary>Waits until the application has taken all events and lines.</summary>
    public async Task CompleteAsync()
    {
        if (events is not null) await events.CompleteAsync().ConfigureAwait(false);
        if (log is not null) await log.CompleteAsync().ConfigureAwait(false);
    }

    private static string UserOf(ServedConnection connection) => connection.UserName is { } name ? $" user={BrokerLog.Quote(name)}" : "";

    /// <summary>Returns the setting, here or at the client, that makes the connection work.</summary>
    private static string HintOf(BrokerConnection connection)
    {
        string? hint = connection.Violation switch
        {
            { } one when one == ProtocolViolation.UnsupportedProtocolLevel || one == ProtocolViolation.OlderProtocolName =>
                "the client does not speak MQTT 3.1.1: set its protocol version to 3.1.1 (WithProtocolVersion, protocolVersion: 4, -V mqttv311)",
            { } one when one == ProtocolViolation.PacketTooLarge => "MaxPacketLength (--max-packet) allows longer packets",
            null when connection.End == MqttConnectionEnd.Refused => "the user name or password is wrong, or AllowAnonymous (--allow-anonymous) is off",
            _ => null,
        };
        return hint is null ? "" : $" hint={BrokerLog.Quote(hint)}";
    }

    private static string AddressesOf(ServedConnection connection) =>
        $"address={connection.RemoteAddress} forwarded={connection.ForwardedAddress} listener={connection.Listener}";
}
