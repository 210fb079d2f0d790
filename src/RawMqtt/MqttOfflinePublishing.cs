// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies what publishing does while there is no connection.</summary>
public enum MqttOfflinePublishing
{
    /// <summary>Messages wait for the next connection, within <see cref="MqttClientOptions.MaxQueuedMessages"/> and
    /// <see cref="MqttClientOptions.MaxQueuedBytes"/>. If these are reached, messages at QoS 0 are dropped first.</summary>
    Queue,

    /// <summary>Publishing fails at once with <see cref="MqttErrorCode.NotConnected"/>.</summary>
    Fail,
}
