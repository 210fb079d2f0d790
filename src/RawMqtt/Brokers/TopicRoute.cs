// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The clients that get the messages of one topic: each client once, at the highest QoS among its matching subscriptions [MQTT-3.3.5-1].</summary>
internal sealed class TopicRoute(byte[] topic)
{
    private Receiver[] receivers = [];

    public byte[] Topic { get; } = topic;

    /// <summary>The version of the <see cref="SubscriptionTree"/> that was searched.</summary>
    public long Version { get; private set; } = -1;

    public int Count { get; private set; }

    /// <summary>The client that was allowed to write to the topic last.</summary>
    public Subscriber? Writer { get; set; }

    public ReadOnlySpan<Receiver> Receivers => receivers.AsSpan(0, Count);

    public void Begin(long version)
    {
        receivers.AsSpan(0, Count).Clear();
        Version = version;
        Count = 0;
        Writer = null;
    }

    public void Add(Subscriber subscriber, QualityOfService qos, long search)
    {
        if (subscriber.Found.Search == search)
        {
            ref Receiver known = ref receivers[subscriber.Found.Index];
            if (qos > known.Qos) known = new Receiver(subscriber, qos);
            return;
        }

        if (Count == receivers.Length) Array.Resize(ref receivers, Math.Max(1, 2 * Count));
        subscriber.Found = (search, Count);
        receivers[Count++] = new Receiver(subscriber, qos);
    }

    /// <summary>Removes the clients that may not read the topic. Subscriptions of the program stay.</summary>
    public void RemoveUnreadable(ReadOnlySpan<byte> topic, Func<Subscriber, ReadOnlySpan<byte>, bool> canRead)
    {
        int kept = 0;
        foreach (Receiver receiver in Receivers)
        {
            if (receiver.Subscriber.Local is not null || canRead(receiver.Subscriber, topic)) receivers[kept++] = receiver;
        }

        receivers.AsSpan(kept, Count - kept).Clear();
        Count = kept;
    }

    public readonly record struct Receiver(Subscriber Subscriber, QualityOfService Qos);
}
