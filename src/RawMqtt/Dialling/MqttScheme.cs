// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Specifies the transport of an address.</summary>
internal enum MqttScheme
{
    Mqtt,
    Mqtts,
    Ws,
    Wss,
}
