// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace RawMqtt.Clients;

/// <summary>Publishes the counters of all clients as one <see cref="Meter"/> named <c>RawMqtt.Client</c>. They are read only when a listener asks.</summary>
internal static class ClientMeter
{
    private const string Switch = "System.Diagnostics.Metrics.Meter.IsSupported"; // of the framework: MetricsSupport in a csproj

    private static readonly Meter Meter = new("RawMqtt.Client");
    private static readonly ConditionalWeakTable<StatisticsReader, object?> Clients = [];

    static ClientMeter()
    {
        Counter("rawmqtt.client.messages.sent", "{message}", statistics => statistics.MessagesSent);
        Counter("rawmqtt.client.messages.received", "{message}", statistics => statistics.MessagesReceived);
        Convention("messaging.client.sent.messages", "send", statistics => statistics.MessagesSent);
        Convention("messaging.client.consumed.messages", "receive", statistics => statistics.MessagesReceived);
        Counter("rawmqtt.client.messages.dropped", "{message}", statistics => statistics.Dropped + statistics.DroppedIncoming);
        Counter("rawmqtt.client.bytes.sent", "By", statistics => statistics.BytesSent);
        Counter("rawmqtt.client.bytes.received", "By", statistics => statistics.BytesReceived);
        Counter("rawmqtt.client.connections", "{connection}", statistics => statistics.Connections);
        Meter.CreateObservableUpDownCounter("rawmqtt.client.messages.in_flight", () => Read(statistics => statistics.InFlight), "{message}");
    }

    /// <summary>Whether the program contains metrics.</summary>
    [FeatureSwitchDefinition(Switch)]
    public static bool IsSupported => !AppContext.TryGetSwitch(Switch, out bool isSupported) || isSupported;

    public static void Add(StatisticsReader statistics) => Clients.TryAdd(statistics, null);

    private static void Counter(string name, string unit, Func<MqttClientStatistics, long> value) =>
        Meter.CreateObservableCounter(name, () => Read(value), unit);

    /// <summary>The same under the name of OpenTelemetry for messaging.</summary>
    private static void Convention(string name, string operation, Func<MqttClientStatistics, long> value) =>
        Meter.CreateObservableCounter(name, () => ReadConvention(operation, value), "{message}");

    private static IEnumerable<Measurement<long>> ReadConvention(string operation, Func<MqttClientStatistics, long> value)
    {
        foreach ((StatisticsReader client, object? _) in Clients)
        {
            yield return new Measurement<long>(value(client.Read()), new("messaging.system", "mqtt"), new("messaging.operation.name", operation),
                new("messaging.client.id", client.ClientId));
        }
    }

    private static IEnumerable<Measurement<long>> Read(Func<MqttClientStatistics, long> value)
    {
        foreach ((StatisticsReader client, object? _) in Clients)
            yield return new Measurement<long>(value(client.Read()), new KeyValuePair<string, object?>("client.id", client.ClientId));
    }
}
