// SPDX-License-Identifier: MIT

using System.Diagnostics.Metrics;
using RawMqtt.Brokers;

namespace RawMqtt.Serving;

/// <summary>Publishes the broker's counters as the meter <c>RawMqtt.Broker</c>; without a listener it costs nothing.</summary>
internal sealed class BrokerMeters : IDisposable
{
    private readonly Meter meter = new("RawMqtt.Broker");

    public BrokerMeters(LockedCore broker)
    {
        Count("rawmqtt.broker.connections", "{connection}", "Network connections accepted", broker, counters => counters.Connections);
        Count("rawmqtt.broker.connections.refused", "{connection}", "Network connections above a limit", broker, counters => counters.ConnectionsRefused);
        Count("rawmqtt.broker.connects.refused", "{connect}", "CONNECTs refused", broker, counters => counters.ConnectsRefused);
        Count("rawmqtt.broker.violations", "{connection}", "Connections ended by a broken rule", broker, counters => counters.ProtocolViolations);
        Count("rawmqtt.broker.messages.received", "{message}", "PUBLISHes received", broker, counters => counters.MessagesReceived);
        Count("rawmqtt.broker.messages.sent", "{message}", "PUBLISHes sent", broker, counters => counters.MessagesSent);
        Count("rawmqtt.broker.messages.shed", "{message}", "QoS 0 not sent to slow clients", broker, counters => counters.MessagesShed);
        Count("rawmqtt.broker.messages.dropped", "{message}", "QoS 1 and 2 dropped by full queues", broker, counters => counters.MessagesDropped);
        Count("rawmqtt.broker.bytes.received", "By", "Bytes of control packets received", broker, counters => counters.BytesReceived);
        Count("rawmqtt.broker.bytes.sent", "By", "Bytes of control packets sent", broker, counters => counters.BytesSent);
        Gauge("rawmqtt.broker.clients", "{client}", "Clients connected", broker, core => core.Sessions.Count - core.Sessions.Away);
        Gauge("rawmqtt.broker.sessions.away", "{session}", "Sessions of clients that are away", broker, core => core.Sessions.Away);
        Gauge("rawmqtt.broker.retained", "{message}", "Retained messages", broker, core => core.Retained.Count);
    }

    public void Dispose() => meter.Dispose();

    private void Count(string name, string unit, string description, LockedCore broker, Func<MqttBrokerStatistics, long> value) =>
        meter.CreateObservableCounter(name, () => Read(broker, core => value(core.Statistics)), unit, description);

    private void Gauge(string name, string unit, string description, LockedCore broker, Func<BrokerCore, long> value) =>
        meter.CreateObservableGauge(name, () => Read(broker, value), unit, description);

    private static long Read(LockedCore broker, Func<BrokerCore, long> value)
    {
        lock (broker.Gate) return value(broker.Core);
    }
}
