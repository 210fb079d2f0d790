// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Bridging;

/// <summary>How the messages of one topic go over the bridge.</summary>
/// <param name="Rule">The rule that decides.</param>
/// <param name="Topic">Their topic at the other broker.</param>
internal sealed record BridgeRoute(MqttBridgeRule Rule, string Topic);
