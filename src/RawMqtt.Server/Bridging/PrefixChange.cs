// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Bridging;

/// <summary>How the topics of one broker become those of the other.</summary>
internal readonly record struct PrefixChange(string From, string To)
{
    public string Apply(string topic) => From.Length == 0 && To.Length == 0 ? topic : string.Concat(To, topic.AsSpan(From.Length));
}
