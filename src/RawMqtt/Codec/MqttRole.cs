// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>An end of the network connection, 1.2. Many packets may flow in one direction only, 2.2.1.</summary>
public enum MqttRole
{
    /// <summary>The end that opened the network connection and sent CONNECT.</summary>
    Client,

    /// <summary>The end that accepted the network connection.</summary>
    Server,
}
