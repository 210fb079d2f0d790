// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>A step of <see cref="MqttClient.State"/>, and why.</summary>
/// <param name="From">The state before.</param>
/// <param name="To">The state now.</param>
/// <param name="Cause">Why a connection was lost or not made; null when nothing went wrong.</param>
/// <param name="Attempt">Connections tried since the last that lived; 0 while one lives.</param>
/// <param name="NextDelay">How long until the next one is tried; null when none is waited for.</param>
/// <param name="SessionPresent">Whether the server had kept the session; means something when <paramref name="To"/> is <see cref="MqttClientState.Connected"/>.</param>
public sealed record MqttStateChange(MqttClientState From, MqttClientState To, MqttException? Cause, int Attempt, TimeSpan? NextDelay, bool SessionPresent);
