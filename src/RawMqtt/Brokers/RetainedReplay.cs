// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The retained messages that must still be sent to new subscriptions of one client: the topic filters in order, each once
/// however often it was subscribed to, and how far the search for the first of them has come.</summary>
internal sealed class RetainedReplay(Utf8Comparer comparer)
{
    private readonly OrderedDictionary<byte[], QualityOfService> waiting = new(comparer);
    private KeyValuePair<byte[], QualityOfService> first;

    /// <summary>Whether all filters were searched for.</summary>
    public bool IsOver => Cursor is null && waiting.Count == 0;

    /// <summary>The search under way; null for none.</summary>
    public RetainedCursor? Cursor { get; private set; }

    /// <summary>The QoS granted to the filter that is searched for.</summary>
    public QualityOfService Granted => first.Value;

    public void Add(byte[] filter, QualityOfService granted) => waiting[filter] = granted;

    public void Remove(byte[] filter) => waiting.Remove(filter);

    /// <summary>Begins the search for the next filter.</summary>
    public void Begin(RetainedMessages retained)
    {
        first = waiting.GetAt(0);
        waiting.RemoveAt(0);
        Cursor = retained.Begin(first.Key);
    }

    /// <summary>Notes that the search for this filter is over.</summary>
    public void EndSearch() => Cursor = null;

    /// <summary>Forgets how far the search has come: on the next connection it begins again.</summary>
    public void StartAgain()
    {
        if (Cursor is null) return;
        Cursor = null;
        if (!waiting.ContainsKey(first.Key)) waiting.Insert(0, first.Key, first.Value);
    }
}
