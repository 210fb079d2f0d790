// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>What <see cref="MqttClient.DisconnectAsync"/> left behind, and what was given up while it drained.</summary>
/// <param name="Queued">Messages never sent.</param>
/// <param name="InFlight">QoS 1 and 2 messages sent and not acknowledged: whether they arrived is not known.</param>
public sealed record MqttDrainResult(int Queued, int InFlight)
{
    /// <summary>Whether everything was delivered.</summary>
    public bool IsComplete => Queued == 0 && InFlight == 0;
}
