// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The retained messages that must still be sent to new subscriptions of one client: the topic filters in order, each once
/// however often it was subscribed to, and the messages that were found for the first of them.</summary>
internal sealed class RetainedReplay(Utf8Comparer comparer)
{
    private readonly OrderedDictionary<byte[], QualityOfService> waiting = new(comparer);
    private KeyValuePair<byte[], QualityOfService> first;

    /// <summary>Whether all filters were searched for.</summary>
    public bool IsSearched => waiting.Count == 0;

    public MessageQueue Found { get; } = new();

    /// <summary>That of the <see cref="RetainedMessages"/> when they were searched.</summary>
    public long Version { get; private set; }

    public void Add(byte[] filter, QualityOfService granted) => waiting[filter] = granted;

    public void Remove(byte[] filter) => waiting.Remove(filter);

    /// <summary>Searches for the next filter.</summary>
    public void Search(RetainedMessages retained, List<ApplicationMessage> found)
    {
        first = waiting.GetAt(0);
        waiting.RemoveAt(0);
        Version = retained.Version;
        retained.Search(first.Key, found);
        foreach (ApplicationMessage message in found) Found.Add(message.AddReference(), message.Qos < first.Value ? message.Qos : first.Value, retain: true);
        found.Clear();
    }

    /// <summary>Forgets what was found and not sent: on the next connection it is searched for again.</summary>
    public void StartAgain()
    {
        if (Found.Count == 0) return;
        Found.Clear();
        if (!waiting.ContainsKey(first.Key)) waiting.Insert(0, first.Key, first.Value);
    }
}
