// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Server.Observation;

/// <summary>Publishes the $SYS topics of mosquitto that the broker itself has not: averages of load, memory, expired sessions.</summary>
internal sealed class LoadTopics(MqttBroker broker)
{
    private readonly Dictionary<string, LoadAverage> averages = [];
    private readonly Dictionary<string, string> published = [];
    private long maximumHeap;

    /// <summary>Publishes what has changed.</summary>
    /// <param name="sinceLast">The time since the last call, or since the start.</param>
    public void Publish(TimeSpan sinceLast)
    {
        MqttBrokerStatistics s = broker.Statistics;
        (string Name, long Counter)[] loads =
        [
            ("bytes/received", s.BytesReceived), ("bytes/sent", s.BytesSent), ("publish/received", s.MessagesReceived), ("publish/sent", s.MessagesSent),
            ("publish/dropped", s.MessagesShed + s.MessagesDropped), ("sockets", s.Connections), ("connections", s.ClientsConnected),
        ];
        foreach ((string name, long counter) in loads)
        {
            if (!averages.TryGetValue(name, out LoadAverage? average)) averages.Add(name, average = new LoadAverage());
            foreach ((string window, double value) in average.Update(counter, sinceLast)) Publish($"load/{name}/{window}", $"{value:F2}");
        }

        long heap = GC.GetTotalMemory(forceFullCollection: false);
        maximumHeap = Math.Max(maximumHeap, heap);
        Publish("heap/current", $"{heap}");
        Publish("heap/maximum", $"{maximumHeap}");
        Publish("clients/expired", $"{s.SessionsExpired}");
    }

    private void Publish(string name, FormattableString value)
    {
        string text = value.ToString(CultureInfo.InvariantCulture);
        if (published.TryGetValue(name, out string? last) && last == text) return;
        published[name] = text;
        broker.Publish($"$SYS/broker/{name}", text, retain: true);
    }
}
