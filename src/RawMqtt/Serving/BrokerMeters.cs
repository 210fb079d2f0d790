// SPDX-License-Identifier: MIT

using System.Diagnostics.Metrics;
using RawMqtt.Brokers;

namespace RawMqtt.Serving;

/// <summary>The broker's counters for whoever listens to the meter <c>RawMqtt.Broker</c>; nothing is paid while nobody does.</summary>
internal sealed class BrokerMeters : IDisposable
{
    private readonly Meter meter = new("RawMqtt.Broker");

    public BrokerMeters(BrokerShell shell)
    {
        Observe("rawmqtt.broker.connections", "{connection}", "Network connections accepted", shell, counters => counters.Connections);
        Observe("rawmqtt.broker.connections.refused", "{connection}", "Network connections above a limit", shell, counters => counters.ConnectionsRefused);
        Observe("rawmqtt.broker.connects.refused", "{connect}", "CONNECTs refused", shell, counters => counters.ConnectsRefused);
        Observe("rawmqtt.broker.violations", "{connection}", "Connections ended by a broken rule", shell, counters => counters.ProtocolViolations);
        Observe("rawmqtt.broker.messages.received", "{message}", "PUBLISHes received", shell, counters => counters.MessagesReceived);
        Observe("rawmqtt.broker.messages.sent", "{message}", "PUBLISHes sent", shell, counters => counters.MessagesSent);
        Observe("rawmqtt.broker.messages.shed", "{message}", "QoS 0 not sent to slow clients", shell, counters => counters.MessagesShed);
        Observe("rawmqtt.broker.messages.dropped", "{message}", "QoS 1 and 2 dropped by full queues", shell, counters => counters.MessagesDropped);
        Observe("rawmqtt.broker.bytes.received", "By", "Bytes of control packets received", shell, counters => counters.BytesReceived);
        Observe("rawmqtt.broker.bytes.sent", "By", "Bytes of control packets sent", shell, counters => counters.BytesSent);
        meter.CreateObservableGauge("rawmqtt.broker.clients", () => Read(shell, core => core.Sessions.Count - core.Sessions.Away), "{client}", "Clients connected");
        meter.CreateObservableGauge("rawmqtt.broker.sessions.away", () => Read(shell, core => core.Sessions.Away), "{session}", "Sessions of clients that are away");
        meter.CreateObservableGauge("rawmqtt.broker.retained", () => Read(shell, core => core.Retained.Count), "{message}", "Retained messages");
    }

    public void Dispose() => meter.Dispose();

    private void Observe(string name, string unit, string description, BrokerShell shell, Func<MqttBrokerStatistics, long> value) =>
        meter.CreateObservableCounter(name, () => Read(shell, core => value(core.Statistics)), unit, description);

    private static T Read<T>(BrokerShell shell, Func<BrokerCore, T> value)
    {
        lock (shell.Gate) return value(shell.Core);
    }
}
