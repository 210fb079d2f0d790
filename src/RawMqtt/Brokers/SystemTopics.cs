// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The broker's figures as retained messages under <c>$SYS/broker</c>, under the names that mosquitto uses.</summary>
internal sealed class SystemTopics(
    BrokerTurn turn, SessionList sessions, SubscriptionTree subscriptions, RetainedMessages retained, ApplicationMessagePool messages,
    Router router)
{
    private static readonly string version = $"RawMqtt {typeof(SystemTopics).Assembly.GetName().Version?.ToString(3)}";

    private readonly MqttBrokerStatistics counters = turn.Statistics;
    private readonly Dictionary<string, string> published = [];
    private int maximum;

    /// <summary>Publishes what has changed since the last time.</summary>
    /// <param name="now">The time since the broker started.</param>
    public void Publish(TimeSpan now)
    {
        int connected = sessions.Count - sessions.Away;
        maximum = Math.Max(maximum, connected);
        Publish("version", version);
        Publish("uptime", $"{(long)now.TotalSeconds} seconds");
        Publish("clients/total", sessions.Count);
        Publish("clients/connected", connected);
        Publish("clients/active", connected);
        Publish("clients/disconnected", sessions.Away);
        Publish("clients/inactive", sessions.Away);
        Publish("clients/maximum", maximum);
        Publish("bytes/received", counters.BytesReceived);
        Publish("bytes/sent", counters.BytesSent);
        Publish("publish/messages/received", counters.MessagesReceived);
        Publish("publish/messages/sent", counters.MessagesSent);
        Publish("publish/messages/dropped", counters.MessagesShed + counters.MessagesDropped);
        Publish("subscriptions/count", subscriptions.Count);
        Publish("retained messages/count", retained.Count);
        Publish("store/messages/count", messages.InUse);
        Publish("store/messages/bytes", messages.BytesInUse);
        if (turn.Room is not { } room) return;
        Publish("journal/length", room.Length);
        Publish("journal/counting", room.Counting);
        Publish("journal/uncommitted", room.Uncommitted);
    }

    private void Publish(string name, long value) => Publish(name, $"{value}");

    private void Publish(string name, string value)
    {
        if (published.TryGetValue(name, out string? last) && last == value) return;
        published[name] = value;
        router.Publish(
            new PublishPacket { Topic = Encoding.UTF8.GetBytes("$SYS/broker/" + name), Payload = Encoding.UTF8.GetBytes(value), Retain = true }, default,
            from: null);
    }
}
