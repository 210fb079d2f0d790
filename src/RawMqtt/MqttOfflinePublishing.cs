// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>What publishing does while there is no connection.</summary>
public enum MqttOfflinePublishing
{
    /// <summary>Messages wait for the next connection, within <see cref="MqttClientOptions.MaxQueuedMessages"/> and <see cref="MqttClientOptions.MaxQueuedBytes"/>; QoS 0 gives way first.</summary>
    Queue,

    /// <summary>It fails at once with <see cref="MqttErrorCode.NotConnected"/>.</summary>
    Fail,
}
