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
    internal bool GoesOut => Direction != MqttBridgeDirection.In;

    internal bool GoesIn => Direction != MqttBridgeDirection.Out;

    internal string LocalFilter => LocalPrefix + Filter;

    internal string RemoteFilter => RemotePrefix + Filter;
}
