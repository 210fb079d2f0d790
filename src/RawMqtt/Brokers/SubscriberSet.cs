// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The clients subscribed to one topic filter, with the QoS granted to each. A single client takes no memory of its own.</summary>
internal struct SubscriberSet
{
    private Subscriber? only;
    private QualityOfService onlyQos;
    private Dictionary<Subscriber, QualityOfService>? more;

    public readonly bool IsEmpty => only is null && more is null;

    /// <summary>Adds the client, or replaces the QoS granted to it [MQTT-3.8.4-3].</summary>
    /// <returns>Whether it was not there.</returns>
    public bool Set(Subscriber subscriber, QualityOfService qos)
    {
        if (more is null && (only is null || only == subscriber))
        {
            bool isNew = only is null;
            (only, onlyQos) = (subscriber, qos);
            return isNew;
        }

        more ??= new Dictionary<Subscriber, QualityOfService> { [only!] = onlyQos };
        only = null;
        bool added = more.TryAdd(subscriber, qos);
        if (!added) more[subscriber] = qos;
        return added;
    }

    public bool Remove(Subscriber subscriber)
    {
        if (more is null)
        {
            if (only != subscriber) return false;
            only = null;
            return true;
        }

        if (!more.Remove(subscriber)) return false;
        if (more.Count == 0) more = null;
        return true;
    }

    public readonly QualityOfService QosOf(Subscriber subscriber) => more is null ? onlyQos : more[subscriber];

    /// <summary>Adds the clients to a route.</summary>
    /// <returns>How many there are.</returns>
    public readonly int AddTo(TopicRoute route, long search)
    {
        if (only is not null) route.Add(only, onlyQos, search);
        if (more is null) return only is null ? 0 : 1;
        foreach (KeyValuePair<Subscriber, QualityOfService> entry in more) route.Add(entry.Key, entry.Value, search);
        return more.Count;
    }
}
