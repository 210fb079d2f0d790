// SPDX-License-Identifier: MIT

using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace RawMqtt.Clients;

/// <summary>The counters of all clients as one <see cref="Meter"/> named <c>RawMqtt.Client</c>: read only when someone listens, so they cost nothing otherwise.</summary>
internal static class ClientMeter
{
    private static readonly Meter Meter = new("RawMqtt.Client");
    private static readonly ConditionalWeakTable<MqttClient, object?> Clients = [];

    static ClientMeter()
    {
        Counter("rawmqtt.client.messages.sent", "{message}", statistics => statistics.MessagesSent);
        Counter("rawmqtt.client.messages.received", "{message}", statistics => statistics.MessagesReceived);
        Counter("rawmqtt.client.messages.dropped", "{message}", statistics => statistics.Dropped + statistics.DroppedIncoming);
        Counter("rawmqtt.client.bytes.sent", "By", statistics => statistics.BytesSent);
        Counter("rawmqtt.client.bytes.received", "By", statistics => statistics.BytesReceived);
        Counter("rawmqtt.client.connections", "{connection}", statistics => statistics.Connections);
        Meter.CreateObservableUpDownCounter("rawmqtt.client.messages.in_flight", () => Read(statistics => statistics.InFlight), "{message}");
    }

    public static void Add(MqttClient client) => Clients.TryAdd(client, null);

    private static void Counter(string name, string unit, Func<MqttClientStatistics, long> value) =>
        Meter.CreateObservableCounter(name, () => Read(value), unit);

    private static IEnumerable<Measurement<long>> Read(Func<MqttClientStatistics, long> value) =>
        Clients.Select(client => new Measurement<long>(value(client.Key.Statistics), new KeyValuePair<string, object?>("client.id", client.Key.ClientId)));
}
