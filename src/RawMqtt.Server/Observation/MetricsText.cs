// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Server.Observation;

/// <summary>Writes figures in the text format of Prometheus, version 0.0.4.</summary>
internal static class MetricsText
{
    /// <summary>Returns the counters, which only grow, and the gauges.</summary>
    /// <param name="version">The broker's version.</param>
    /// <param name="statistics">The broker's counters.</param>
    /// <param name="gauges">Names after the prefix, and values.</param>
    /// <param name="bridges">The counters of each bridge.</param>
    public static string Write(
        string version, MqttBrokerStatistics statistics, IEnumerable<(string Name, double Value)> gauges, IEnumerable<MqttBridgeStatistics> bridges)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# TYPE rawmqtt_build_info gauge\nrawmqtt_build_info{{version=\"{version}\"}} 1\n");
        foreach ((string name, long value) in Figures.Of(statistics))
        {
            string metric = $"rawmqtt_{SnakeCase(name)}_total";
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {metric} counter\n{metric} {value}\n");
        }

        foreach ((string name, double value) in gauges)
        {
            text.Append(CultureInfo.InvariantCulture, $"# TYPE rawmqtt_{name} gauge\nrawmqtt_{name} {value:R}\n");
        }

        BridgeMetrics.Append(text, [.. bridges]);
        return text.ToString().TrimEnd('\n'); // the broker ends the answer with a line break
    }

    /// <summary>Returns MessagesSent as messages_sent.</summary>
    internal static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
