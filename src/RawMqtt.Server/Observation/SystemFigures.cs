// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Globalization;

namespace RawMqtt.Server.Observation;

/// <summary>Listens to the broker's own $SYS topics, whose numbers are gauges for <see cref="MetricsText"/>: counting sessions there would hold the
/// broker up.</summary>
internal sealed class SystemFigures : IDisposable
{
    private const string Prefix = "$SYS/broker/";

    private readonly ConcurrentDictionary<string, double> values = new();
    private readonly MqttBrokerSubscription topics;

    public SystemFigures(MqttBroker broker)
    {
        topics = broker.Subscribe(Prefix + "#");
        _ = ListenAsync(); // ends with the subscription
    }

    /// <summary>Gets the present numbers: clients/connected as clients_connected.</summary>
    public IEnumerable<(string Name, double Value)> Gauges =>
        values.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => (value.Key, value.Value));

    /// <summary>Ends the subscription. What is read already is no longer taken.</summary>
    public void Dispose() => topics.Dispose();

    private async Task ListenAsync()
    {
        await foreach (MqttMessage message in topics.ConfigureAwait(false))
        {
            string name = message.Topic[Prefix.Length..];
            // what grows for ever is a counter already; the averages of load are for people
            bool isGauge = name.StartsWith("clients/", StringComparison.Ordinal) || name.EndsWith("/count", StringComparison.Ordinal)
                || name.StartsWith("journal/", StringComparison.Ordinal) || name == "store/messages/bytes";
            if (isGauge && double.TryParse(message.PayloadText, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            {
                values[name.Replace('/', '_').Replace(' ', '_')] = value;
            }
        }
    }
}
