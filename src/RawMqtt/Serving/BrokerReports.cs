// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using RawMqtt.Brokers;
using RawMqtt.Codec;

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

    public void Connected(BrokerConnection connection, Subscriber subscriber) =>
        events?.Add(new MqttBrokerEvent(MqttBrokerEventKind.Connected, ApplicationViews.ClientOf(connection, subscriber)));

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
        log.Add(
            connection.Violation is null && served.WebSocketFault is null ? MqttLogLevel.Information : MqttLogLevel.Warning,
            $"event=ended client={id} {AddressesOf(served)} reason={end} violation={violation} limit={connection.Limit}");
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

    private static string AddressesOf(ServedConnection connection) =>
        $"address={connection.RemoteAddress} forwarded={connection.ForwardedAddress} listener={connection.Listener}";
}
