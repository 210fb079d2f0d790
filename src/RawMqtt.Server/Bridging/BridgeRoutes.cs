// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Server.Bridging;

/// <summary>Finds the rule for a topic: the first one that matches. Remembers the topics that it was asked for. One caller at a time.</summary>
internal sealed class BridgeRoutes
{
    private const int MaxRemembered = 10_000;

    private readonly (MqttBridgeRule Rule, byte[] Filter, string From, string To)[] rules;
    private readonly Dictionary<string, BridgeRoute?> known = [];

    private BridgeRoutes(IEnumerable<(MqttBridgeRule Rule, string Filter, string From, string To)> rules) =>
        this.rules = [.. rules.Select(one => (one.Rule, Encoding.UTF8.GetBytes(one.Filter), one.From, one.To))];

    /// <summary>Those of messages from the own broker.</summary>
    public static BridgeRoutes Out(IEnumerable<MqttBridgeRule> rules) =>
        new(rules.Where(rule => rule.GoesOut).Select(rule => (rule, rule.LocalFilter, rule.LocalPrefix, rule.RemotePrefix)));

    /// <summary>Those of messages from the far broker.</summary>
    public static BridgeRoutes In(IEnumerable<MqttBridgeRule> rules) =>
        new(rules.Where(rule => rule.GoesIn).Select(rule => (rule, rule.RemoteFilter, rule.RemotePrefix, rule.LocalPrefix)));

    /// <summary>Returns how a message goes on; null if no rule matches its topic.</summary>
    public BridgeRoute? Find(string topic)
    {
        if (known.TryGetValue(topic, out BridgeRoute? route)) return route;
        if (known.Count == MaxRemembered) known.Clear();
        route = Search(topic);
        known.Add(topic, route);
        return route;
    }

    private BridgeRoute? Search(string topic)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic);
        foreach ((MqttBridgeRule rule, byte[] filter, string from, string to) in rules)
        {
            if (TopicFilter.Matches(filter, name)) return new BridgeRoute(rule, from == to ? topic : string.Concat(to, topic.AsSpan(from.Length)));
        }

        return null;
    }
}
