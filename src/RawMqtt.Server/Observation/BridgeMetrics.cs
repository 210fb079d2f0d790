// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Server.Observation;

/// <summary>The figures of the bridges in the text format of Prometheus, with the bridge's name as a label.</summary>
internal static class BridgeMetrics
{
    private static readonly (string Name, string Type, Func<MqttBridgeStatistics, double> Get)[] figures =
    [
        ("connected", "gauge", bridge => bridge.IsConnected ? 1 : 0),
        ("waiting", "gauge", bridge => bridge.Waiting),
        ("lag_seconds", "gauge", bridge => bridge.Lag.TotalSeconds),
        ("connections_total", "counter", bridge => bridge.Connections),
        ("sent_total", "counter", bridge => bridge.Sent),
        ("sent_bytes_total", "counter", bridge => bridge.SentBytes),
        ("sending_dropped_total", "counter", bridge => bridge.SendingDropped),
        ("queue_dropped_total", "counter", bridge => bridge.QueueDropped),
        ("expired_total", "counter", bridge => bridge.Expired),
        ("received_total", "counter", bridge => bridge.Received),
        ("received_bytes_total", "counter", bridge => bridge.ReceivedBytes),
        ("receiving_dropped_total", "counter", bridge => bridge.ReceivingDropped),
    ];

    public static void Append(StringBuilder text, MqttBridgeStatistics[] bridges)
    {
        if (bridges.Length == 0) return;
        foreach ((string name, string type, Func<MqttBridgeStatistics, double> get) in figures)
        {
            text.Append(CultureInfo.InvariantCulture, $"# TYPE rawmqtt_bridge_{name} {type}\n");
            foreach (MqttBridgeStatistics bridge in bridges)
            {
                string label = bridge.Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
                text.Append(CultureInfo.InvariantCulture, $"rawmqtt_bridge_{name}{{bridge=\"{label}\"}} {get(bridge):R}\n");
            }
        }
    }
}
