// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies the direction of the bytes that a <see cref="MqttTap"/> sees.</summary>
public enum MqttTapDirection
{
    /// <summary>From this end to the peer.</summary>
    Sent,

    /// <summary>From the peer to this end.</summary>
    Received,
}
