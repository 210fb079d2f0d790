// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>The broker's figures as retained messages under <c>$SYS/broker</c>, by the names that mosquitto made usual.</summary>
internal sealed class SystemTopics(BrokerCore broker)
{
    private readonly Dictionary<string, string> published = [];
    private int maximum;

    /// <summary>Publishes what has changed since the last time.</summary>
    /// <param name="now">The time since the broker started.</param>
    public void Publish(TimeSpan now)
    {
        MqttBrokerStatistics counters = broker.Statistics;
        int connected = broker.Sessions.Count - broker.Sessions.Away;
        maximum = Math.Max(maximum, connected);
        Publish("version", "RawMqtt", now);
        Publish("uptime", $"{(long)now.TotalSeconds} seconds", now);
        Publish("clients/total", broker.Sessions.Count, now);
        Publish("clients/connected", connected, now);
        Publish("clients/active", connected, now);
        Publish("clients/disconnected", broker.Sessions.Away, now);
        Publish("clients/inactive", broker.Sessions.Away, now);
        Publish("clients/maximum", maximum, now);
        Publish("bytes/received", counters.BytesReceived, now);
        Publish("bytes/sent", counters.BytesSent, now);
        Publish("publish/messages/received", counters.MessagesReceived, now);
        Publish("publish/messages/sent", counters.MessagesSent, now);
        Publish("publish/messages/dropped", counters.MessagesShed + counters.MessagesDropped, now);
        Publish("subscriptions/count", broker.Router.Subscriptions.Count, now);
        Publish("retained messages/count", broker.Router.Retained.Count, now);
        Publish("store/messages/count", broker.Router.Kept.InUse, now);
        Publish("store/messages/bytes", broker.Router.Kept.BytesInUse, now);
    }

    private void Publish(string name, long value, TimeSpan now) => Publish(name, $"{value}", now);

    private void Publish(string name, string value, TimeSpan now)
    {
        if (published.TryGetValue(name, out string? last) && last == value) return;
        published[name] = value;
        broker.Publish(new PublishPacket { Topic = Encoding.UTF8.GetBytes("$SYS/broker/" + name), Payload = Encoding.UTF8.GetBytes(value), Retain = true }, now);
    }
}
