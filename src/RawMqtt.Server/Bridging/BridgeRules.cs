// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Server.Access;

namespace RawMqtt.Server.Bridging;

/// <summary>Judges the rules of a bridge before anything is connected.</summary>
internal static class BridgeRules
{
    /// <exception cref="ArgumentException">The rules cannot be used; the message says why, and what to type.</exception>
    public static void Require(MqttBridgeOptions options)
    {
        if (options.Name.Length == 0 || options.Name.AsSpan().ContainsAny("+#/")) throw Fault($"The name \"{options.Name}\" is empty or has +, # or /.");
        if (options.MaxInFlight is < 1 or > 65_535) throw Fault($"{nameof(options.MaxInFlight)} is {options.MaxInFlight}; it may be 1 to 65535.");
        if (options.MaxQueuedMessages < 1) throw Fault($"{nameof(options.MaxQueuedMessages)} is {options.MaxQueuedMessages}; it must be at least 1.");
        if (options.MaxQueuedBytes < 1) throw Fault($"{nameof(options.MaxQueuedBytes)} is {options.MaxQueuedBytes}; it must be at least 1.");
        if (options.MaxAge <= TimeSpan.Zero) throw Fault($"{nameof(options.MaxAge)} is {options.MaxAge}; it must be more than zero, or null.");
        if (options.Rules.Count == 0) throw Fault("It has no rule.");
        foreach (MqttBridgeRule rule in options.Rules)
        {
            RequireFilter(rule.LocalFilter);
            RequireFilter(rule.RemoteFilter);
            if (rule.LocalPrefix.AsSpan().ContainsAny("+#") || rule.RemotePrefix.AsSpan().ContainsAny("+#"))
            {
                throw Fault($"A prefix of the rule \"{rule.Filter}\" has + or #, which stand in the filter alone.");
            }
        }

        if (!options.Remote.IsBridge) RequireNoEcho(options.Rules);
    }

    /// <summary>The far broker sends what the bridge brought back to it, unless it knows that the client is a bridge.</summary>
    private static void RequireNoEcho(IReadOnlyList<MqttBridgeRule> rules)
    {
        foreach (MqttBridgeRule sent in rules.Where(rule => rule.GoesOut))
        {
            foreach (MqttBridgeRule received in rules.Where(rule => rule.GoesIn))
            {
                byte[]? common = FilterOverlap.Of(Encoding.UTF8.GetBytes(sent.RemoteFilter), Encoding.UTF8.GetBytes(received.RemoteFilter));
                if (common is null) continue;
                throw Fault(
                    $"Messages that go out to \"{sent.RemoteFilter}\" would come back by \"{received.RemoteFilter}\": both match "
                    + $"\"{Encoding.UTF8.GetString(common)}\". Give each direction a prefix of its own: out \"{sent.Filter}\" with remote prefix \"up/\", "
                    + $"in \"{received.Filter}\" with remote prefix \"down/\". " +
                    "If the far broker is mosquitto, or a broker that takes the bridges of mosquitto, IsBridge keeps the topics as they are.");
            }
        }
    }

    private static void RequireFilter(string filter)
    {
        if (TopicFilter.IsValid(Encoding.UTF8.GetBytes(filter), out ProtocolViolation? violation)) return;
        throw Fault($"\"{filter}\" is no topic filter: {violation}.");
    }

    private static ArgumentException Fault(string text) => new($"The bridge cannot be used. {text}");
}
