// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>An answer of the server that a caller awaits no longer than <see cref="MqttClientOptions.AckTimeout"/>.</summary>
internal interface ITimedAnswer
{
    /// <summary>Ends the wait of the caller, and nothing else.</summary>
    void Expire(TimeSpan timeout);
}
