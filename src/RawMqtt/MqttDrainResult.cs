// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Counts the messages that <see cref="MqttClient.DisconnectAsync"/> left undelivered, and those given up while it waited.</summary>
/// <param name="Queued">The number of messages that were never sent.</param>
/// <param name="InFlight">The number of messages at QoS 1 and 2 that were sent and not acknowledged: whether they arrived is not known.</param>
public sealed record MqttDrainResult(int Queued, int InFlight)
{
    /// <summary>Gets whether everything was delivered.</summary>
    public bool IsComplete => Queued == 0 && InFlight == 0;
}
