// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Says which messages a bridge passes on, and under which topics, as a <c>topic</c> line of mosquitto's bridges does.</summary>
/// <param name="Filter">The topic filter, 4.7, without the prefixes. A topic is its prefix followed by what the filter matches.</param>
/// <param name="Direction">Which way the messages go.</param>
/// <param name="Qos">The highest QoS at which they go.</param>
/// <param name="LocalPrefix">What stands before them at the own broker, such as <c>site7/</c>; empty for nothing.</param>
/// <param name="RemotePrefix">What stands before them at the far broker; empty for nothing.</param>
public sealed record MqttBridgeRule(
    string Filter, MqttBridgeDirection Direction = MqttBridgeDirection.Out, QualityOfService Qos = QualityOfService.AtLeastOnce,
    string LocalPrefix = "", string RemotePrefix = "")
{
    private const string Form = "FILTER [out|in|both] [QOS] [LOCAL-PREFIX] [REMOTE-PREFIX], with \"\" for an empty prefix";

    internal bool GoesOut => Direction != MqttBridgeDirection.In;

    internal bool GoesIn => Direction != MqttBridgeDirection.Out;

    internal string LocalFilter => LocalPrefix + Filter;

    internal string RemoteFilter => RemotePrefix + Filter;

    /// <summary>Reads a rule such as <c>sensors/# out 1 "" site7/</c>: what stands behind <c>topic</c> in a configuration of mosquitto. Without a direction
    /// it is out; without a QoS it is 1, where mosquitto takes 0.</summary>
    /// <exception cref="ArgumentException">The text has another form.</exception>
    public static MqttBridgeRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = [.. text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(part => part == "\"\"" ? "" : part)];
        MqttBridgeDirection? direction = parts.Length < 2 ? MqttBridgeDirection.Out : parts[1] switch
        {
            "out" => MqttBridgeDirection.Out,
            "in" => MqttBridgeDirection.In,
            "both" => MqttBridgeDirection.Both,
            _ => null,
        };
        QualityOfService? qos = parts.Length < 3 ? QualityOfService.AtLeastOnce : parts[2] switch
        {
            "0" => QualityOfService.AtMostOnce,
            "1" => QualityOfService.AtLeastOnce,
            "2" => QualityOfService.ExactlyOnce,
            _ => null,
        };
        bool isRule = parts.Length is >= 1 and <= 5 && direction is not null && qos is not null;
        if (!isRule) throw new ArgumentException($"The rule \"{text}\" cannot be read: it must be {Form}.", nameof(text));
        return new MqttBridgeRule(parts[0], direction!.Value, qos!.Value, parts.ElementAtOrDefault(3) ?? "", parts.ElementAtOrDefault(4) ?? "");
    }
}
