// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Chooses the WebSocket close code that tells a client why the broker ended its connection. RFC 6455 7.4.1</summary>
internal static class BrokerCloseCode
{
    /// <summary>The broker's own code for an end that no packet of the client is to blame for: 1008 would have a client give up a good one.</summary>
    public const CloseCode NoPacketWasWrong = (CloseCode)4000;

    public static CloseCode Of(BrokerConnection connection) => connection.End switch
    {
        _ when connection.Violation == ProtocolViolation.PacketTooLarge => CloseCode.MessageTooBig,
        MqttConnectionEnd.ProtocolViolation => CloseCode.ProtocolError,
        MqttConnectionEnd.BrokerStops => CloseCode.GoingAway,
        MqttConnectionEnd.TakenOver or MqttConnectionEnd.TooSlow or MqttConnectionEnd.TooMany => NoPacketWasWrong,
        MqttConnectionEnd.NoRoom or MqttConnectionEnd.QueueFull => NoPacketWasWrong,
        MqttConnectionEnd.NoConnect or MqttConnectionEnd.NotAllowed => CloseCode.PolicyViolation,
        _ => CloseCode.NormalClosure,
    };

    /// <summary>Returns the text of the Close: the rule that the client broke, or what the code does not say.</summary>
    public static string ReasonOf(BrokerConnection connection) => connection.Violation?.ToString() ?? connection.End switch
    {
        MqttConnectionEnd.TakenOver => "another connection with this client identifier took over",
        MqttConnectionEnd.TooSlow => "too slow",
        MqttConnectionEnd.TooMany => "too many connections",
        MqttConnectionEnd.NoRoom => "no room on the disk",
        MqttConnectionEnd.QueueFull => "the queue of the session was full",
        _ => "",
    };
}
