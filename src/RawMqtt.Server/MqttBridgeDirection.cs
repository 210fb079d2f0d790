// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Specifies which way the messages of an <see cref="MqttBridgeRule"/> go.</summary>
public enum MqttBridgeDirection
{
    /// <summary>From the own broker to the far one.</summary>
    Out,

    /// <summary>From the far broker to the own one.</summary>
    In,

    /// <summary>Both ways.</summary>
    Both,
}
