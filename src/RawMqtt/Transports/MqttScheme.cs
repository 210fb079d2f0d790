namespace RawMqtt.Transports;

/// <summary>The four ways to carry MQTT.</summary>
internal enum MqttScheme
{
    Mqtt,
    Mqtts,
    Ws,
    Wss,
}
