// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Chooses the WebSocket close code that tells a client why the broker ended its connection. RFC 6455 7.4.1</summary>
internal static class BrokerCloseCode
{
    public static CloseCode Of(BrokerConnection connection) => connection.End switch
    {
        _ when connection.Violation == ProtocolViolation.PacketTooLarge => CloseCode.MessageTooBig,
        MqttConnectionEnd.ProtocolViolation => CloseCode.ProtocolError,
        MqttConnectionEnd.BrokerStops => CloseCode.GoingAway,
        MqttConnectionEnd.NoConnect or MqttConnectionEnd.TooSlow or MqttConnectionEnd.TakenOver or MqttConnectionEnd.TooMany or MqttConnectionEnd.NotAllowed =>
            CloseCode.PolicyViolation,
        _ => CloseCode.NormalClosure,
    };
}
