// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Describes one change of <see cref="MqttClient.State"/>.</summary>
/// <param name="From">The state before.</param>
/// <param name="To">The state now.</param>
/// <param name="Cause">The reason why a connection was lost or not made; null if nothing went wrong.</param>
/// <param name="Attempt">The number of attempts since the last connection that lasted; 0 while connected.</param>
/// <param name="NextDelay">The time until the next attempt; null if the client does not wait for one.</param>
/// <param name="SessionPresent">Whether the server had kept the session. It has a meaning only if <paramref name="To"/> is
/// <see cref="MqttClientState.Connected"/>.</param>
public sealed record MqttStateChange(MqttClientState From, MqttClientState To, MqttException? Cause, int Attempt, TimeSpan? NextDelay, bool SessionPresent);
