// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>Which end of the network connection, 1.2: the flow of half the packets is one way only, 2.2.1.</summary>
public enum MqttRole
{
    /// <summary>The end that opened the network connection and sent CONNECT.</summary>
    Client,

    /// <summary>The end that accepted it.</summary>
    Server,
}
