// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>The four ways to carry MQTT.</summary>
internal enum MqttScheme
{
    Mqtt,
    Mqtts,
    Ws,
    Wss,
}
