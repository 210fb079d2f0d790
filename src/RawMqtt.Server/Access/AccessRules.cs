// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;

namespace RawMqtt.Server.Access;

/// <summary>The rules of an access file, as mosquitto understands them: first those of the client's user, then the patterns; among each of them the denials
/// first. What no rule allows is denied.</summary>
internal sealed class AccessRules(List<TopicRule> anonymous, Dictionary<string, List<TopicRule>> users, List<TopicRule> patterns)
{
    private readonly ConditionalWeakTable<MqttBrokerClient, ClientRules> known = []; // the broker keeps one view of each client

    /// <summary>Returns whether a client may read a topic.</summary>
    public bool CanRead(MqttBrokerClient client, ReadOnlySpan<byte> topic) => RulesOf(client).IsAllowed(topic, TopicRights.Read);

    /// <summary>Returns whether a client may publish to a topic.</summary>
    public bool CanWrite(MqttBrokerClient client, ReadOnlySpan<byte> topic) => RulesOf(client).IsAllowed(topic, TopicRights.Write);

    /// <summary>Returns whether a client may read any topic that a filter matches.</summary>
    public bool CanSubscribe(MqttBrokerClient client, string filter) => RulesOf(client).IsAnyReadable(filter);

    private ClientRules RulesOf(MqttBrokerClient client)
    {
        if (known.TryGetValue(client, out ClientRules? rules)) return rules;
        rules = Create(client);
        known.AddOrUpdate(client, rules);
        return rules;
    }

    private ClientRules Create(MqttBrokerClient client)
    {
        List<TopicRule>? own = client.UserName is null ? anonymous : users.GetValueOrDefault(client.UserName);
        return new ClientRules(own ?? [], [.. patterns.Select(pattern => Fill(pattern, client)).OfType<TopicRule>()]);
    }

    /// <summary>Puts the client's names into a pattern; null if it cannot hold for this client. A name with a wildcard or a level of its own would open
    /// topics of others, and one that begins with $ those of the broker.</summary>
    private static TopicRule? Fill(TopicRule pattern, MqttBrokerClient client)
    {
        if (IsUnfit(client.UserName) || IsUnfit(client.ClientId)) return null;
        bool namesUser = pattern.Filter.Contains("%u", StringComparison.Ordinal);
        bool namesClient = pattern.Filter.Contains("%c", StringComparison.Ordinal);
        if ((namesUser && client.UserName is null or "") || (namesClient && client.ClientId.Length == 0)) return null;
        string filter = string.Join(client.ClientId, pattern.Filter.Split("%c").Select(part => part.Replace("%u", client.UserName, StringComparison.Ordinal)));
        return filter[0] == '$' && pattern.Filter[0] != '$' ? null : pattern with { Filter = filter };
    }

    private static bool IsUnfit(string? name) => name.AsSpan().IndexOfAny('+', '#', '/') >= 0;
}
